from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest

from ocr_assets import crew, worker
from ocr_assets.crew import Batch, Crew
from resources.settings import load_settings

UNKNOWN = json.dumps({"run": "00000000-0000-0000-0000-000000000000"}) + "\n"


def served(requests: str) -> list[dict[str, Any]]:
    answers = io.StringIO()
    worker.serve(io.StringIO(requests), answers)
    return [json.loads(line) for line in answers.getvalue().splitlines()]


def test_a_worker_that_has_grown_too_large_says_so_and_leaves_between_two_batches(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert served(2 * UNKNOWN) == 3 * [{"ok": True}]
    monkeypatch.setenv("OCR_RUN__WORKER_MEMORY", "1")
    assert served(2 * UNKNOWN) == [{"ok": True}, {"ok": True, "leaving": True}]
    monkeypatch.setenv("OCR_RUN__WORKER_MEMORY", "0")
    assert served(2 * UNKNOWN) == 3 * [{"ok": True}]


class Hand:
    """Stands for a worker process that leaves after its first batch, as the crew sees it."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []


def test_the_crew_goes_on_with_another_worker(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hands: list[Hand] = []

    def begin(log: str, threads: int, run: str) -> Hand:
        hands.append(Hand())
        return hands[-1]

    def ask(hand: Hand, request: dict[str, Any]) -> dict[str, Any]:
        hand.asked.append(request)
        return {"ok": True, "leaving": True}

    monkeypatch.setattr(crew, "begin", begin)
    monkeypatch.setattr(crew, "answer", lambda hand: {"ok": True})
    monkeypatch.setattr(crew, "ask", ask)
    team = Crew(load_settings())
    for thread in team.read([Batch("a", "b", "raw_document"), Batch("c", "d", "text")], 1):
        thread.join(10)
    assert not team.errors
    assert [hand.asked for hand in hands] == [
        [{"read": ["a", "b"], "from": "raw_document"}],
        [{"read": ["c", "d"], "from": "text"}],
    ]
    assert team.publish()["ok"] and team.publish()["ok"]
    assert len(hands) == 4
