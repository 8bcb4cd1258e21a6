import socket
import time

import pytest

from ocr.errors import EngineError, Unreachable
from ocr.extraction.entities import Asked, EntityEngine
from ocr_assets_tests.language_server import KEY, Running
from ocr_assets_tests.ocr.extraction.entities.drafts import INVOICE, draft_of, settings_for, without

ANSWERS = {"seller": ["Acme Tools Inc."], "gross_total": ["78.30"]}
ASKED = tuple(ANSWERS)


def ask(server: Running, text: str = INVOICE, **more: object) -> Asked:
    _, asked = EntityEngine(settings_for(server.url, **more)).ask(without(draft_of(text), *ASKED)).result(timeout=60)
    return asked


def test_a_question_is_answered_and_its_tokens_are_counted(server):
    asked = ask(server, price_in=1.0, price_out=10.0)
    assert asked.answer is not None and asked.answer.values == ANSWERS
    usage = asked.usage
    assert (usage.model, usage.requests, usage.pages, usage.cached) == ("reader-2026", 1, "1 of 1", False)
    assert usage.cost == pytest.approx((usage.tokens_in + 10 * usage.tokens_out) / 1e6)
    (request,) = server.asked()["requests"]
    assert request["authorization"] == f"Bearer {KEY}"
    assert request["response_format"]["json_schema"]["schema"]["additionalProperties"] is False


@pytest.mark.parametrize("fault", ["429-once", "500-once", "cut-once", "garbage-once"])
def test_what_passes_is_tried_again(server, fault):
    asked = ask(server, f"{INVOICE}FAULT-{fault} {time.time_ns()}")
    assert asked.answer is not None
    assert len(server.asked()["requests"]) == 2


def test_a_server_that_says_when_to_come_back_is_not_asked_before(server):
    started = time.monotonic()
    assert ask(server, f"{INVOICE}FAULT-429-once {time.time_ns()}").answer is not None
    assert time.monotonic() - started >= 0.3


@pytest.mark.parametrize("fault", ["500", "cut", "garbage", "429"])
def test_a_document_that_gets_no_answer_where_others_do_is_left_incomplete(server, fault):
    asked = ask(server, f"{INVOICE}FAULT-{fault}")
    assert asked.answer is None and asked.reason == "entities_unanswered" and asked.incomplete
    assert "2 tries" in asked.message


def test_a_slow_answer_is_not_waited_for(server):
    started = time.monotonic()
    asked = ask(server, f"{INVOICE}FAULT-slow", total_timeout=0.4, retries=0)
    assert asked.reason == "entities_unanswered" and "0.4 s" in asked.message
    assert time.monotonic() - started < 2


def test_a_silent_server_is_not_waited_for(server):
    asked = ask(server, f"{INVOICE}FAULT-slow", read_timeout=0.4, retries=0)
    assert asked.reason == "entities_unanswered" and "ReadTimeout" in asked.message


@pytest.mark.parametrize(("fault", "requests"), [("prose", 2), ("foreign", 2), ("truncated", 1)])
def test_an_answer_that_cannot_be_used_is_a_documents_own_outcome(server, fault, requests):
    asked = ask(server, f"{INVOICE}FAULT-{fault}")
    assert asked.answer is None and asked.reason == "entities_unanswered" and not asked.incomplete
    assert asked.usage.requests == requests and asked.usage.tokens_out > 0


def test_a_request_that_is_refused_for_one_document_is_its_own_outcome(server):
    asked = ask(server, f"{INVOICE}FAULT-400")
    assert "too many tokens" in asked.message and not asked.incomplete


@pytest.mark.parametrize(
    ("model", "kind", "words"),
    [
        ("401", EngineError, "OCR_ENTITIES_KEY is wrong"),
        ("404", EngineError, "check \\[entities\\] model"),
        ("quota", EngineError, "no credit left"),
        ("400", EngineError, "too many tokens"),
        ("500", Unreachable, "internal error"),
        ("cut", Unreachable, "no answer from"),
        ("garbage", Unreachable, "no chat completion"),
    ],
)
def test_what_every_document_would_meet_is_the_machines_fault(server, model, kind, words):
    with pytest.raises(kind, match=words) as caught:
        ask(server, model=model, retries=0)
    assert type(caught.value) is kind
    assert KEY not in str(caught.value)


def test_a_missing_key_is_named(server, monkeypatch):
    monkeypatch.delenv("OCR_ENTITIES_KEY")
    with pytest.raises(EngineError, match="OCR_ENTITIES_KEY is not set"):
        ask(server, model="401")


def test_a_key_that_cannot_be_sent_is_refused(server, monkeypatch):
    monkeypatch.setenv("OCR_ENTITIES_KEY", "schlüssel")
    with pytest.raises(EngineError, match="odd characters"):
        ask(server)


def test_a_server_that_is_down_is_the_machines_fault(server):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}/v1"
    with pytest.raises(Unreachable, match="no answer from http://127"):
        EntityEngine(settings_for(url, retries=0)).ask(draft_of(INVOICE)).result(timeout=30)


@pytest.mark.parametrize(("model", "requests"), [("no-schema", 2), ("plain", 3), ("modern", 3)])
def test_what_a_server_does_not_understand_is_said_otherwise_once_for_all(server, model, requests):
    engine = EntityEngine(settings_for(server.url, model=model))
    assert engine.ask(draft_of(INVOICE)).result(timeout=30)[1].answer is not None
    assert engine.ask(draft_of(f"{INVOICE}again")).result(timeout=30)[1].answer is not None
    assert len(server.asked()["requests"]) == requests + 1


def test_a_probe_says_which_model_answers(server):
    probe = EntityEngine(settings_for(server.url, price_in=2.0)).probe()
    assert probe.model == "reader-2026" and probe.form == "json_schema"
    assert probe.cost > 0 and probe.seconds < 5
