import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from ocr.extraction.entities import EntityEngine
from ocr.extraction.entities.budget import RUN_VARIABLE, Budget
from ocr.extraction.entities.cache import AnswerCache
from ocr.extraction.entities.client import Reply
from ocr_assets_tests.ocr.extraction.entities.drafts import INVOICE, draft_of, settings_for


def test_an_answer_is_kept_and_not_paid_for_again(server, tmp_path):
    settings = settings_for(server.url, cache=str(tmp_path), price_in=1.0)
    first = EntityEngine(settings).ask(draft_of(INVOICE)).result(timeout=30)[1]
    again = EntityEngine(settings).ask(draft_of(INVOICE)).result(timeout=30)[1]
    assert again.answer == first.answer
    assert again.usage.cached and again.usage.cost == 0 and again.usage.requests == 0
    assert len(server.asked()["requests"]) == 1


def test_another_model_text_or_limit_is_asked_anew(server, tmp_path):
    for more in ({}, {"model": "other"}, {"answer_tokens": 900}):
        EntityEngine(settings_for(server.url, cache=str(tmp_path), **more)).ask(draft_of(INVOICE)).result(timeout=30)
    EntityEngine(settings_for(server.url, cache=str(tmp_path))).ask(draft_of(f"{INVOICE}More")).result(timeout=30)
    assert len(server.asked()["requests"]) == 4


def test_an_unusable_answer_is_not_kept(server, tmp_path):
    settings = settings_for(server.url, cache=str(tmp_path))
    EntityEngine(settings).ask(draft_of(f"{INVOICE}FAULT-prose")).result(timeout=30)
    assert not list(tmp_path.rglob("*.json"))


@pytest.mark.parametrize("damage", [b"", b"{", b"[]", b'{"content": 1, "more": 2}', b"\xff"])
def test_a_damaged_file_is_as_good_as_none(tmp_path, damage):
    cache = AnswerCache(tmp_path)
    cache.put("ab12", Reply("x", "m", 1, 2, True))
    (file,) = tmp_path.rglob("*.json")
    file.write_bytes(damage)
    assert cache.get("ab12") is None
    cache.put("ab12", Reply("y", "m", 1, 2, True))
    assert cache.get("ab12") == Reply("y", "m", 1, 2, True)


def test_many_writers_leave_one_whole_file(tmp_path):
    cache = AnswerCache(tmp_path)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: cache.put("ab12", Reply("x" * 10_000, str(n), n, n, True)), range(50)))
    assert cache.get("ab12") is not None
    assert len(list(tmp_path.rglob("*"))) == 3


def test_a_spent_budget_leaves_documents_to_the_rules_and_to_a_later_run(server, tmp_path):
    settings = settings_for(server.url, cache=str(tmp_path), run_tokens=2_000)
    engine = EntityEngine(settings)
    asked = [engine.ask(draft_of(f"{INVOICE}Copy {n}")).result(timeout=30)[1] for n in range(12)]
    answered = [a for a in asked if a.answer is not None]
    assert 1 <= len(answered) < 12
    assert sum(a.usage.tokens_in + a.usage.tokens_out for a in answered) <= 2_000
    assert all(a.incomplete and a.reason == "entities_budget_spent" for a in asked if a.answer is None)
    later = EntityEngine(settings.model_copy(update={"run_tokens": 0}))
    assert all(later.ask(draft_of(f"{INVOICE}Copy {n}")).result(timeout=30)[1].answer for n in range(12))


def test_a_budget_of_money_is_never_overdrawn_by_requests_under_way(server):
    settings = settings_for(server.url, price_in=1_000.0, price_out=1_000.0, run_cost=4.0, concurrency=16)
    engine = EntityEngine(settings)
    futures = [engine.ask(draft_of(f"{INVOICE}Copy {n}")) for n in range(40)]
    spent = sum(future.result(timeout=60)[1].usage.cost for future in futures)
    assert 0 < spent <= 4.0


def test_the_processes_of_a_run_share_its_budget(tmp_path, monkeypatch):
    monkeypatch.setenv(RUN_VARIABLE, "run-1")
    program = (
        "from pathlib import Path; from ocr.extraction.entities.budget import Budget;"
        "from ocr.settings import EntitiesSettings;"
        f"b = Budget(EntitiesSettings(run_tokens=1000), Path({str(tmp_path)!r}));"
        "print(sum(b.reserve(3, 4) for _ in range(200)))"
    )
    commands = [subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) for _ in range(2)]
    assert sum(int(c.communicate()[0]) for c in commands) == 1000 // 7
    monkeypatch.setenv(RUN_VARIABLE, "run-2")
    assert Budget(settings_for(run_tokens=1_000), tmp_path).reserve(500, 500)


def test_what_was_not_used_of_a_reservation_is_given_back():
    budget = Budget(settings_for(run_tokens=100), None)
    assert budget.reserve(50, 50) and not budget.reserve(1, 0)
    budget.settle((50, 50), (10, 5))
    assert budget.reserve(50, 35) and not budget.reserve(1, 0)
