"""The parts of docs/results/throughput.md."""

from benchmarks.parts import run

run(
    "throughput",
    ("loops", "platform", "digital", "latency", "again", "memory", "levers"),
    [
        "# Throughput",
        "",
        "How fast documents are read and published: the platform beside loops written by hand and other readers, on",
        "the same documents and cores. `uv run --group benchmark python -m benchmarks.throughput` writes this page.",
        "",
    ],
)
