"""The parts of docs/results/records.md."""

from benchmarks.parts import run

run(
    "records",
    ("fields", "review", "gate", "entities"),
    [
        "# Records",
        "",
        "How well fields are read, how sure one can be of them, and what that costs.",
        "`uv run --group benchmark python -m benchmarks.records` writes this page; intervals in brackets are 95 %",
        "bootstrap intervals over documents. The rules were written with a look at these documents: expect less on",
        "others. What invoices are compared with is the XML attached to them, which is not read here.",
        "",
    ],
)
