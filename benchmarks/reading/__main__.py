"""The parts of docs/results/reading.md."""

from benchmarks.parts import run

run(
    "reading",
    ("text", "turning", "routing", "layout", "levers", "voting", "calibration"),
    [
        "# Reading",
        "",
        "How well pages are read: each step alone and all together, ours beside every peer that runs offline, on the",
        "same pages. `uv run --group benchmark python -m benchmarks.reading` writes this page; intervals in brackets",
        "are 95 % bootstrap intervals over pages. Constants and thresholds of some steps were chosen with a look at",
        "these same sets: expect less on others.",
        "",
    ],
)
