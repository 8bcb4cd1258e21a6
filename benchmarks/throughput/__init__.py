"""How fast documents are read and published: the platform, loops by hand, other readers, and what each lever is worth.

    uv run --group benchmark python -m benchmarks.throughput [part ...]

Writes docs/results/throughput.md, with the figures of each part in docs/results/throughput/.
"""
