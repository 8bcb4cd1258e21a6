"""Live and test documents mixed, read for real and published: where do test rows come out?

    uv run python -m benchmarks.mixed_environments

Writes docs/results/mixed_environments.md. Documents are small pictures of receipts; every second test document has the
very bytes of a live one. They are added in turn, in small groups, and read together.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

import duckdb
import sqlalchemy as sa
from PIL import Image, ImageDraw, ImageFont

from benchmarks import machine
from ocr.evaluation.truth import Truth, TruthPage, save_truth
from ocr_assets.intake import register_files
from resources.ledger import Ledger, schema

PROGRAM = Path(sys.executable).with_name("ocr-assets")
RESULT = Path(__file__).parents[1] / "docs" / "results" / "mixed_environments.md"
EACH, GROUP, WORKERS = 200, 20, 2
SHOPS = ("North Market", "Green Grocer", "Old Town Bakery", "Station Kiosk", "Paper and Pen")


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="mixed-") as folder:
        home = Path(folder)
        live, test = draw(home / "drawn")
        arrive(home, live, test)
        summary = json.loads(command(home, "run", "--workers", str(WORKERS), "--json"))
        report(home, summary)


def draw(folder: Path) -> tuple[list[Path], list[Path]]:
    """Files of live and of test documents, and the truth of each beside them."""
    pick = random.Random(7)
    live = [draw_one(folder / "live", number, pick) for number in range(EACH)]
    own = [draw_one(folder / "test", EACH + number, pick) for number in range(EACH // 2)]
    same = pick.sample(live, EACH - len(own))
    return live, [file for pair in zip(own, same, strict=True) for file in pair]


def draw_one(folder: Path, number: int, pick: random.Random) -> Path:
    prices = [pick.randint(100, 2_000) for _ in range(2)]
    total = f"{sum(prices) / 100:.2f}"
    date = f"2026-{pick.randint(1, 12):02}-{pick.randint(1, 28):02}"
    lines = [
        pick.choice(SHOPS),
        f"Receipt {number:05}",
        f"Date {date}",
        *(f"Item {place + 1}  {price / 100:.2f}" for place, price in enumerate(prices)),
        f"Total EUR {total}",
    ]
    image = Image.new("L", (420, 40 + 40 * len(lines)), 255)
    pen, font = ImageDraw.Draw(image), ImageFont.load_default(26)
    for place, line in enumerate(lines):
        pen.text((20, 20 + 40 * place), line, font=font, fill=0)
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"receipt-{number:05}.png"
    image.save(file)
    truth = Truth(
        sha256=hashlib.sha256(file.read_bytes()).hexdigest(),
        set="drawn",
        type="receipt",
        pages=[TruthPage(number=1, text="\n".join(lines))],
        fields={"company": lines[0], "total": total, "date": date},
    )
    save_truth(truth, folder.parent.parent / "ground_truth")
    return file


def arrive(home: Path, live: list[Path], test: list[Path]) -> None:
    ledger = Ledger(f"sqlite:///{home / 'ledger.db'}")
    for start in range(0, EACH, GROUP):
        register_files(live[start : start + GROUP], ledger)
        register_files(test[start : start + GROUP], ledger, environment="test")


def command(home: Path, *arguments: str | Path) -> str:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("OCR_", "DAGSTER_"))}
    # The gate is for an archive in use, and the second engine for pages that are hard to read.
    lenient = {"OCR_CHECKS__CORPUS_CER": "9", "OCR_CHECKS__CORPUS_FIELDS": "0", "OCR_TEXT__SECOND_ENGINE": "off"}
    done = subprocess.run(
        [PROGRAM, *map(str, arguments)],
        env={**kept, **lenient, "OCR_HOME": str(home)},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SystemExit(f"{arguments[0]}: {done.stderr}")
    return done.stdout


def report(home: Path, summary: dict[str, Any]) -> None:
    ledger = Ledger(f"sqlite:///{home / 'ledger.db'}")
    of = {document.document: document.environment for document in ledger.documents()}
    scores = {one: json.loads(command(home, "eval", "--json", "--environment", one)) for one in ("live", "test")}
    places, registered = rows_of_test_documents(home, of), Counter(of.values())
    lines = [
        "# Live and test documents, mixed",
        "",
        f"{EACH} live and {EACH} test documents, small pictures of receipts with ground truth, added in turn in groups "
        f"of {GROUP}; every second test document has the very bytes of a live one. `uv run python -m "
        "benchmarks.mixed_environments` writes this page.",
        "",
        f"Registered: {registered['live']} live, {registered['test']} test. Read: {summary['read']}, rejected: "
        f"{summary['rejected']}. Published: {summary['published']}.",
        "",
        "| where | rows of live documents | rows of test documents |",
        "| --- | --- | --- |",
        *(f"| {place} | {live} | {test} |" for place, live, test in places),
        "",
        f"**Rows of test documents where they were not asked for: {sum(test for *_, test in places)}.**",
        "",
        "Scores, each asked for with `ocr-assets eval --environment`:",
        "",
        "| environment | documents | CER | word F1 | field F1 | types right |",
        "| --- | --- | --- | --- | --- | --- |",
        *(score_line(environment, found) for environment, found in scores.items()),
        "",
        "| environment | day received | documents judged |",
        "| --- | --- | --- |",
        *(f"| {environment} | {day} | {count} |" for (environment, day), count in days(ledger, scores).items()),
        "",
        "Events written for those who listen, each with the environment of its document:",
        "",
        "| environment | kind | events |",
        "| --- | --- | --- |",
        *(f"| {environment} | {kind} | {count} |" for environment, kind, count in events(ledger)),
        "",
        f"<sub>{machine.describe()}, commit {machine.commit()}</sub>",
    ]
    RESULT.parent.mkdir(parents=True, exist_ok=True)
    RESULT.write_text("\n".join(lines) + "\n")
    print("\n".join(lines))


def rows_of_test_documents(home: Path, of: dict[str, str]) -> list[tuple[str, int, int]]:
    """Every table and view of the corpus, the search, the review list and the status: rows of live and of test."""
    found = []
    with duckdb.connect(str(home / "corpus.duckdb"), read_only=True) as corpus:
        query = "SELECT DISTINCT table_name FROM duckdb_columns() WHERE column_name = 'document' AND NOT internal"
        for (name,) in sorted(corpus.sql(query).fetchall()):
            keys = [key for (key,) in corpus.sql(f'SELECT document FROM "{name}"').fetchall()]
            found.append((f"corpus, `{name}`", *counted(keys, of)))
    hits = json.loads(command(home, "search", "receipt total", "--words-only", "--limit", "1000", "--json"))
    found.append(("search", *counted([hit["document"] for hit in hits], of)))
    looks = json.loads(command(home, "review", "list", "--limit", "10000", "--json"))
    found.append(("review list", *counted([look["document"] for look in looks], of)))
    listed = json.loads(command(home, "status", "--all", "--json"))["documents"]
    found.append(("status", *counted([one["document"] for one in listed], of)))
    scored = json.loads(command(home, "eval", "--json"))["documents"]
    found.append(("eval", *counted([one["document"] for one in scored], of)))
    return found


def counted(keys: list[str], of: dict[str, str]) -> tuple[int, int]:
    places = Counter(of[key] for key in keys)
    return places["live"], places["test"]


def score_line(environment: str, found: dict[str, Any]) -> str:
    corpus = found["corpus"]
    values = [f"{corpus[name]:.4f}" for name in ("cer", "word_f1", "field_f1", "types_right")]
    return f"| {environment} | {len(found['documents'])} | {' | '.join(values)} |"


def days(ledger: Ledger, scores: dict[str, Any]) -> Counter[tuple[str, str]]:
    day = {document.document: document.received_at[:10] for document in ledger.documents()}
    return Counter(
        (environment, day[one["document"]]) for environment, found in scores.items() for one in found["documents"]
    )


def events(ledger: Ledger) -> list[tuple[str, str, int]]:
    table = schema.outbox
    query = sa.select(table.c.environment, table.c.kind, sa.func.count()).group_by(table.c.environment, table.c.kind)
    with ledger.engine.connect() as connection:
        return sorted(tuple(row) for row in connection.execute(query))


if __name__ == "__main__":
    main()
