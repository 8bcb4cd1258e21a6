"""Asking a language model: how many documents a second at a fixed latency, beside a bare loop, and what a kept answer
costs.

The server is local and answers by regular expressions after half a second: this measures the asking, not a model.
"""

from __future__ import annotations

import asyncio
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import wait
from pathlib import Path
from typing import Any

from ocr import stages
from ocr.assembly import Engines
from ocr.documents import Page, Word
from ocr.extraction import Draft, draft
from ocr.extraction.entities import EntityEngine
from ocr.extraction.entities.dialect import Dialect
from ocr.extraction.entities.question import question
from ocr.imaging.images import PageImages
from ocr.settings import EntitiesSettings, ReadingSettings, RecordsSettings
from ocr.stages import Reading
from ocr.synthesis.drawing import draw
from ocr_assets_tests.language_server import Running, serving

LATENCY = 0.5
CONCURRENCY = (1, 4, 16)
WAVES = 6
"""Documents for each request that may be under way."""

REPEATS = 3


def measure() -> dict[str, Any]:
    documents = [words_of(seed) for seed in range(max(CONCURRENCY) * WAVES)]
    read(documents[:2], ReadingSettings())  # imports are nobody's cost here
    with serving(LATENCY) as server:
        rows = {str(concurrency): throughput(server, documents, concurrency) for concurrency in CONCURRENCY}
    with serving() as server, tempfile.TemporaryDirectory(prefix="entities-") as folder:
        kept = settings_for(server, 16, cache=folder)
        read(documents, kept)
        server.asked()
        # Processor time, of all threads: what others do on the machine is not in it.
        rules = min(_took(lambda: read(documents, ReadingSettings()), time.process_time) for _ in range(REPEATS))
        cached = min(_took(lambda: read(documents, kept), time.process_time) for _ in range(REPEATS))
        asked = len(server.asked()["requests"])
        size = statistics.mean(f.stat().st_size for f in Path(folder).rglob("*.json"))
    return {
        "latency": LATENCY,
        "rows": rows,
        "rules_ms": 1_000 * rules / len(documents),
        "cached_ms": 1_000 * cached / len(documents),
        "asked_again": asked,
        "kept_bytes": size,
    }


def throughput(server: Running, documents: list[tuple[Page, list[Word]]], concurrency: int) -> dict[str, Any]:
    """Documents a second, of each way in turn, so that all meet the same weather."""
    some = documents[: concurrency * WAVES]
    settings = settings_for(server, concurrency)
    drafts = [draft([page], [], [], [], words, RecordsSettings()) for page, words in some]
    ways = {
        "bare": lambda: asyncio.run(bare_loop(server, drafts, settings)),
        "asking": lambda: wait(list(map(EntityEngine(settings.entities).ask, drafts))),
        "stage": lambda: read(some, settings),
    }
    rates: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(REPEATS):
        for name, way in ways.items():
            rates[name].append(len(some) / _took(way, time.perf_counter))
    return {"documents": len(some), **rates}


def settings_for(server: Running, concurrency: int, cache: str = "") -> ReadingSettings:
    """Every field of every document is asked for."""
    entities = EntitiesSettings(
        base_url=server.url, model="reader", mode="compare", concurrency=concurrency, cache=cache
    )
    return ReadingSettings(entities=entities)


def read(documents: list[tuple[Page, list[Word]]], settings: ReadingSettings) -> None:
    for outcome in stages.records(readings(documents), Engines(settings)):
        assert isinstance(outcome, Reading)


def readings(documents: list[tuple[Page, list[Word]]]) -> Iterator[Reading]:
    for number, (page, words) in enumerate(documents):
        reading = Reading(str(number), "", "", "", "", bytes, PageImages(Path()))
        reading.pages, reading.words = [page], words
        yield reading


async def bare_loop(server: Running, drafts: list[Draft], settings: ReadingSettings) -> None:
    """What one writes by hand: the same requests, a semaphore, and no thought of faults."""
    import httpx

    concurrency = settings.entities.concurrency
    slots = asyncio.Semaphore(concurrency)

    async with httpx.AsyncClient(limits=httpx.Limits(max_connections=concurrency)) as client:

        async def ask(found: Draft) -> None:
            wanted = question(found, settings.entities)
            assert wanted is not None
            body = Dialect().body("reader", wanted.messages, wanted.schema, settings.entities.answer_tokens)
            async with slots:
                (await client.post(f"{server.url}/chat/completions", json=body)).raise_for_status().json()

        await asyncio.gather(*(ask(found) for found in drafts))


def words_of(seed: int) -> tuple[Page, list[Word]]:
    """The words of a drawn invoice's first page."""
    import pymupdf

    with pymupdf.open(stream=draw("invoice", "en", seed=seed).pdf, filetype="pdf") as document:
        page = document[0]
        width, height = round(page.rect.width), round(page.rect.height)
        words = [
            Word(1, 0, number, None, text, 1.0, x0, y0, x1, y1, "pdf", "text_layer")
            for number, (x0, y0, x1, y1, text, *_) in enumerate(page.get_text("words"))
        ]
    return Page(1, width, height, 72, width, height), words


def _took(work: Callable[[], object], clock: Callable[[], float]) -> float:
    started = clock()
    work()
    return clock() - started


def report(figures: dict[str, Any], plots: Path) -> list[str]:
    lines = [
        "## Asking a language model",
        "",
        f"Documents a second against a local server that takes {figures['latency']:g} s for each answer: median",
        f"(least–most) of {REPEATS} runs, by turns. The ceiling is concurrency ÷ latency; the bare loop sends the",
        "same requests and does nothing with the answers; *asking* adds retries, budget and reading the answers;",
        "*stage* is the whole records stage, its rules and checks on the page among it. The server answers by regular",
        "expressions: no figure here says how well a model reads.",
        "",
        "| concurrency | documents | ceiling | bare loop | asking | stage | asking ÷ bare |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for concurrency, row in figures["rows"].items():
        ratio = statistics.median(row["asking"]) / statistics.median(row["bare"])
        cells = " | ".join(_spread(row[name]) for name in ("bare", "asking", "stage"))
        ceiling = int(concurrency) / figures["latency"]
        lines.append(f"| {concurrency} | {row['documents']} | {ceiling:g} | {cells} | {ratio:.2f} |")
    rules, cached, size = figures["rules_ms"], figures["cached_ms"], figures["kept_bytes"]
    return [
        *lines,
        "",
        f"Processor time: rules alone {rules:.1f} ms a document, rules and a kept answer {cached:.1f} ms. A kept",
        f"answer costs {cached - rules:.1f} ms, {figures['asked_again']} requests and {size:.0f} bytes on disk.",
    ]


def _spread(values: list[float]) -> str:
    return f"{statistics.median(values):.2f} ({min(values):.2f}–{max(values):.2f})"
