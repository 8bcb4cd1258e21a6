from ocr.documents import Field, Record, Violation
from ocr_assets_tests.resources.test_ledger import arrival, read
from ocr_assets_tests.resources.test_outbox import events, pruned, sent
from resources.ledger import Ledger
from resources.review import telling


def record(*reasons: str) -> Record:
    field = Field("total", "1O0", "100", 0.5, 1, 0.0, 0.0, 1.0, 1.0, "rule", "needs_review", list(reasons))
    broken = [Violation("sum_agrees", "error", "it does not"), Violation("odd_date", "warning", "it is")]
    return Record("invoice", 0.9, "en", [field], broken, "needs_review")


def tell(ledger: Ledger, key: str, record: Record) -> int:
    (document,) = ledger.documents([key])
    return telling.tell(ledger, {key: (document, record)}, telling.record_versions(ledger))


def test_a_record_that_needs_review_is_told_of_once_for_each_of_its_versions(ledger: Ledger) -> None:
    (key,) = ledger.register([arrival("a", "one")])
    read(ledger, key)
    assert [tell(ledger, key, record("faint")), tell(ledger, key, record("faint, still"))] == [1, 0]
    read(ledger, key)
    assert len(events(ledger)) == 2, "what is told of its review does not hide what was told of its outcome"
    read(ledger, key, fingerprint="f2")
    assert tell(ledger, key, record("faint")) == 1
    told = [event["detail"] for event in events(ledger) if event["kind"] == "DocumentNeedsReview"]
    assert len({detail["record_version"] for detail in told}) == 2
    assert told[0]["fields"] == [{"field": "total", "confidence": 0.5, "reasons": ["faint"]}]
    assert told[0]["violations"] == ["sum_agrees"]


def test_a_record_is_not_told_of_again_after_its_event_was_pruned(ledger: Ledger) -> None:
    key, other = ledger.register([arrival("a", "one"), arrival("b", "two")])
    read(ledger, key)
    tell(ledger, key, record("faint"))
    read(ledger, other)
    sent(ledger)
    sent(ledger)
    assert pruned(ledger) == 2
    assert telling.untold(ledger, [key], telling.record_versions(ledger)) == []
    assert tell(ledger, key, record("faint")) == 0
