from concurrent.futures import ThreadPoolExecutor

import pytest

from resources.alerts import quiet
from resources.alerts.quiet import may_say, take_back
from resources.ledger import Ledger


def test_of_many_machines_one_tells_and_those_that_do_not_are_counted(ledger: Ledger) -> None:
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: may_say(ledger, "run a", 60), range(8)))
    assert sorted(answers, key=str) == [0, *[None] * 7]
    assert may_say(ledger, "run b", 60) == 0
    assert may_say(ledger, "run a", 0) == 7


def test_what_nobody_heard_is_said_again_at_once(ledger: Ledger) -> None:
    assert may_say(ledger, "run a", 60) == 0
    take_back(ledger, "run a", 0)
    assert may_say(ledger, "run a", 60) == 1


def test_what_was_said_by_a_clock_that_was_ahead_is_said_again(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as ahead:
        ahead.setattr(quiet.time, "time", lambda: 2e10)
        assert may_say(ledger, "run a", 60) == 0
    assert may_say(ledger, "run a", 60) == 0
    assert may_say(ledger, "run a", 60) is None
