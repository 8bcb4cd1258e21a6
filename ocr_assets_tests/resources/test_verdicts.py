from __future__ import annotations

from ocr.assembly import STAGES
from resources.ledger import Ledger
from resources.ledger.fingerprints import note, noted
from resources.ledger.verdicts import accept, decide, decision, plan_of

OLD = dict.fromkeys(STAGES, "f1")


def test_a_plan_is_another_one_with_any_fingerprint_that_is(ledger: Ledger) -> None:
    plans = {plan_of(OLD), *(plan_of(OLD | {stage: "f2"}) for stage in STAGES)}
    assert len(plans) == 1 + len(STAGES)
    assert decision(ledger, plan_of(OLD)) is None


def test_what_was_refused_can_be_accepted_with_a_reason_and_nothing_else_can(ledger: Ledger) -> None:
    assert not accept(ledger, "p", "never judged")
    decide(ledger, "p", "refused", 12, ["live: text character_errors 0.01 → 0.09"], ["a.pdf (0.01 → 0.3)"])
    assert accept(ledger, "p", "cheaper")
    found = decision(ledger, "p")
    assert found is not None and (found.state, found.reason, found.documents) == ("accepted", "cheaper", 12)
    assert found.worse == ["a.pdf (0.01 → 0.3)"]
    decide(ledger, "p", "passed", 12)
    found = decision(ledger, "p")
    assert found is not None and (found.state, found.reason, found.losses) == ("passed", "", [])
    assert not accept(ledger, "p", "it passed")


def test_the_settings_of_a_fingerprint_are_noted_once(ledger: Ledger) -> None:
    note(ledger, "text/1 settings/aa", "text", {"engine": "ppocr"})
    note(ledger, "text/1 settings/aa", "text", {"engine": "another"})
    assert noted(ledger) == {"text/1 settings/aa": {"engine": "ppocr"}}
