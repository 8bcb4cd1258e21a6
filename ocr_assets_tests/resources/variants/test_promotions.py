from __future__ import annotations

import hashlib
from tempfile import TemporaryDirectory

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import event

from ocr.assembly import STAGES
from resources.lake import Manifest
from resources.lake.store import version_of
from resources.ledger import Ledger, NewDocument, input_hash, promotions, schema
from resources.ledger.promotions import (
    NothingToRollBack,
    forget_kept,
    in_force,
    needed_to_roll_back,
    promote,
    standing,
    take_back,
    tell_restored,
)

Current = dict[str, dict[str, str]]


def arrive(ledger: Ledger, number: int) -> str:
    digest = hashlib.sha256(str(number).encode()).hexdigest()
    ledger.register([NewDocument(f"d{number}", digest, f"d{number}", f"file:///d{number}", 1, 1.0)])
    return f"d{number}"


def read(ledger: Ledger, key: str, overrides: dict[str, dict[str, str]], *, until: str = STAGES[-1]) -> None:
    """Read what is stale, as a run would: a stage's output is made of its input and of its own section's settings.

    A model `same` gives what the plain one gives, and `refuses` rejects."""
    (document,) = ledger.documents([key])
    hashes: dict[str, str] = {}
    for stage in STAGES[: STAGES.index(until) + 1]:
        model = overrides.get(stage, {}).get("model", "plain")
        given = input_hash(stage, document.sha256, hashes)
        version = version_of(stage, given, f"{stage}/{model}")
        hashes[stage] = f"{stage} of {given} by {'plain' if model == 'same' else model}"
        why = {"stage": stage, "code": "broken", "message": "", "advice": "", "page": None}
        rejection = why if model == "refuses" else None
        fingerprint = f"{stage}/{model}"
        now = ledger.outputs([key]).get(key, {}).get(stage)
        if now is None or now.version != version:
            ledger.record(
                Manifest(key, stage, version, given, fingerprint, hashes[stage], 1.0, 0, "2026", rejection=rejection)
            )
        if rejection:
            return


def current(ledger: Ledger) -> Current:
    """Versions of what is in force, of the documents that have come to an end."""
    found = {key: {s: o.version for s, o in mine.items()} for key, mine in ledger.outputs().items()}
    ended = {k for k, mine in ledger.outputs().items() if any(o.status == "rejected" for o in mine.values())}
    return {key: mine for key, mine in found.items() if STAGES[-1] in mine or key in ended}


MODELS = st.sampled_from(["plain", "same", "other", "third", "refuses"])
OVERRIDES = st.dictionaries(
    st.sampled_from(["pages", "text", "records", "embeddings"]), MODELS.map(lambda m: {"model": m}), min_size=1
)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("promote"), OVERRIDES),
        st.tuples(st.just("read"), st.sets(st.integers(0, 5))),
        st.tuples(st.just("begin"), st.integers(0, 5)),
        st.tuples(st.just("roll back"), st.none()),
    ),
    min_size=3,
    max_size=14,
)


@settings(max_examples=15, deadline=None)
@given(STEPS)
def test_after_a_rollback_everything_read_before_is_as_it_was_before_the_promotion(steps) -> None:
    with TemporaryDirectory() as folder:
        ledger = Ledger(f"sqlite:///{folder}/ledger.db")
        before: list[tuple[Current, dict]] = []
        for step, of in steps:
            with ledger.transaction() as connection:
                overrides = in_force(connection)
            if step == "promote":
                before.append((current(ledger), overrides))
                with ledger.transaction() as connection:
                    promote(connection, "v", of, "", "")
            elif step == "read":
                for number in of:
                    read(
                        ledger, arrive(ledger, number) if f"d{number}" not in keys(ledger) else f"d{number}", overrides
                    )
            elif step == "begin" and f"d{of}" not in keys(ledger):
                read(ledger, arrive(ledger, of), overrides, until="regions")
            elif step == "roll back" and before:
                was, settings_before = before.pop()
                with ledger.transaction() as connection:
                    take_back(connection, "")
                with ledger.transaction() as connection:
                    assert in_force(connection) == settings_before
                now = current(ledger)
                assert {key: now.get(key) for key in was} == was
        ledger.engine.dispose()


def keys(ledger: Ledger) -> set[str]:
    return {document.document for document in ledger.documents()}


def promoted(ledger: Ledger, model: str) -> dict:
    with ledger.transaction() as connection:
        promote(connection, model, {"text": {"model": model}}, "e", "better")
        return in_force(connection)


def rolled_back(ledger: Ledger) -> int:
    with ledger.transaction() as connection:
        _, documents = take_back(connection, "worse")
    return documents


def test_a_rollback_reads_nothing_and_leaves_what_arrived_since_stale(ledger: Ledger) -> None:
    old = arrive(ledger, 1)
    read(ledger, old, {})
    was = current(ledger)
    overrides = promoted(ledger, "other")
    new = arrive(ledger, 2)
    for key in (old, new):
        read(ledger, key, overrides)
    assert rolled_back(ledger) == 1
    assert {old: current(ledger)[old]} == was
    fingerprints = {stage: f"{stage}/plain" for stage in STAGES}
    assert [(item.document, item.stage) for item in ledger.pending(fingerprints)] == [(new, "text")]


def test_a_document_of_which_an_output_was_pruned_is_left_to_be_read_again(ledger: Ledger) -> None:
    key = arrive(ledger, 1)
    read(ledger, key, {})
    read(ledger, key, promoted(ledger, "other"))
    now = current(ledger)
    with ledger.transaction() as connection:
        gone = (schema.outputs.c.stage == "text") & ~schema.outputs.c.current
        connection.execute(schema.outputs.delete().where(gone))
    assert rolled_back(ledger) == 0
    assert current(ledger) == now


def test_what_a_rollback_changed_is_told_once_also_where_the_telling_was_broken_off(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(promotions, "DOCUMENTS_AT_ONCE", 2)
    for number in range(5):
        read(ledger, arrive(ledger, number), {})
    was = current(ledger)
    overrides = promoted(ledger, "other")
    for number in range(4):
        read(ledger, f"d{number}", overrides)
    assert rolled_back(ledger) == 4 and current(ledger) == was
    with monkeypatch.context() as broken:
        broken.setattr(promotions, "tell", broken_after(1, promotions.tell))
        with pytest.raises(ConnectionError):
            tell_restored(ledger)
    assert tell_restored(ledger) == 2 and tell_restored(ledger) == 0
    assert [told(ledger, f"d{number}") for number in range(5)] == [3, 3, 3, 3, 1]


def told(ledger: Ledger, key: str) -> int:
    events = sa.select(sa.func.count()).where(schema.outbox.c.subject == key)
    with ledger.engine.connect() as connection:
        return connection.execute(events).scalar_one()


def broken_after(count: int, function):
    left = iter(range(count))

    def broken(*arguments):
        if next(left, None) is None:
            raise ConnectionError
        return function(*arguments)

    return broken


def test_promotions_lie_over_each_other_and_are_taken_back_one_by_one(ledger: Ledger) -> None:
    key = arrive(ledger, 1)
    read(ledger, key, {})
    promoted(ledger, "other")
    with ledger.transaction() as connection:
        promote(connection, "b", {"pages": {"model": "third"}}, "", "")
        assert in_force(connection) == {"text": {"model": "other"}, "pages": {"model": "third"}}
        assert [one.variant for one in standing(connection)] == ["other", "b"]
        assert {(stage) for _, stage, _ in needed_to_roll_back(connection)} == set(STAGES)
        take_back(connection, "")
        assert in_force(connection) == {"text": {"model": "other"}}
        take_back(connection, "")
        assert in_force(connection) == {} and needed_to_roll_back(connection) == set()
        with pytest.raises(NothingToRollBack):
            take_back(connection, "")


def test_what_a_rollback_changed_is_told_some_documents_a_statement(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(30):
        read(ledger, arrive(ledger, number), {})
    overrides = promoted(ledger, "other")
    for number in range(30):
        read(ledger, f"d{number}", overrides)
    assert rolled_back(ledger) == 30
    statements: list[str] = []
    event.listen(ledger.engine, "before_cursor_execute", lambda *given: statements.append(given[2]))
    assert tell_restored(ledger) == 30
    assert len(statements) < 30
    assert {told(ledger, f"d{number}") for number in range(30)} == {3}


def kept(ledger: Ledger) -> set[int]:
    with ledger.engine.connect() as connection:
        return set(connection.execute(sa.select(schema.kept_outputs.c.promotion).distinct()).scalars())


def test_what_was_current_before_old_promotions_is_forgotten_but_for_the_last_that_stands(ledger: Ledger) -> None:
    read(ledger, arrive(ledger, 1), {})
    for model in ("other", "third", "same"):
        read(ledger, "d1", promoted(ledger, model))
    assert kept(ledger) == {1, 2, 3}
    with ledger.transaction() as connection:
        assert forget_kept(connection, "2000") == 0
        assert forget_kept(connection, "9999", dry_run=True) == 2
        assert forget_kept(connection, "9999") == 2
    assert kept(ledger) == {3}
    was = current(ledger)
    assert rolled_back(ledger) == 1
    with ledger.transaction() as connection:
        assert forget_kept(connection, "9999") == 0  # its events are still to be told, and the second one is the last
    tell_restored(ledger)
    now = current(ledger)
    assert now != was
    assert rolled_back(ledger) == 0 and current(ledger) == now
