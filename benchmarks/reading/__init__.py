"""How well pages are read: each step alone and all together, ours beside every peer that runs offline.

    uv run --group benchmark python -m benchmarks.reading [part ...]

Writes docs/results/reading.md, with the figures and plots of each part in docs/results/reading/.
"""
