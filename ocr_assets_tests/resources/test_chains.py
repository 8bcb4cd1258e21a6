"""What is pending is told from chains, and that agrees with looking at every document by itself."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from ocr.flow import STAGES
from ocr_assets_tests.resources.test_ledger import FINGERPRINTS, arrival, manifest, read
from resources.ledger import Ledger, Pending, input_hash, schema
from resources.ledger.chains import first_stale

WHY = {"stage": "x", "code": "broken", "message": "m", "advice": "a", "page": None}

Step = tuple[str, int, str]
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["read", "embed", "repage", "reject", "forget", "replace", "partly"]),
        st.integers(0, 3),
        st.sampled_from(["f1", "f2", "f1 incomplete/no server"]),
    ),
    max_size=12,
)


def looked_at(ledger: Ledger, fingerprints: dict[str, str]) -> list[Pending]:
    outputs = ledger.outputs()
    there = [d for d in ledger.documents() if d.superseded_by is None]
    found = [first_stale(d.document, d.sha256, outputs.get(d.document, {}), fingerprints) for d in there]
    return [item for item in found if item is not None]


def take(ledger: Ledger, keys: list[str], step: Step, number: int) -> None:
    what, which, fingerprint = step
    key = keys[which]
    (document,) = ledger.documents([key])
    match what:
        case "read":
            read(ledger, key, fingerprint=fingerprint)
        case "partly":
            read(ledger, key, STAGES[:3], fingerprint)
        case "embed":
            if len(ledger.outputs([key]).get(key, {})) == len(STAGES):
                read(ledger, key, STAGES[-1:], fingerprint)
        case "repage":
            if "raw_document" in ledger.outputs([key]).get(key, {}):
                read(ledger, key, ("pages",), fingerprint)
        case "reject":
            given = input_hash("raw_document", document.sha256, {})
            ledger.record(manifest(key, "raw_document", given, fingerprint, "", rejection=WHY))
        case "forget":
            ledger.forget_rejections()
        case "replace":
            (keys[which],) = ledger.register([arrival(f"d{which}", f"content {which} of {number}")])


@given(STEPS)
@settings(max_examples=25, deadline=None)
def test_pending_by_chains_is_pending_by_looking_at_each_document(steps: list[Step]) -> None:
    ledger = Ledger("sqlite://")
    keys = ledger.register([arrival(f"d{i}", f"content {i}") for i in range(4)])
    for number, step in enumerate(steps):
        take(ledger, keys, step, number)
        for fingerprints in (FINGERPRINTS, FINGERPRINTS | {"embeddings": "f2"}):
            assert ledger.pending(fingerprints) == looked_at(ledger, fingerprints)
    ledger.engine.dispose()


def test_documents_of_a_ledger_without_chains_get_them_when_they_are_looked_at(ledger: Ledger) -> None:
    keys = ledger.register([arrival("a", "one"), arrival("b", "two"), arrival("c", "three")])
    for key in keys[:2]:
        read(ledger, key)
    with ledger.transaction() as connection:
        connection.execute(schema.documents.update().values(chain=None))
    assert [item.document for item in ledger.pending(FINGERPRINTS)] == keys[2:]
    with ledger.engine.connect() as connection:
        chains = list(connection.execute(sa.select(schema.documents.c.chain).order_by(schema.documents.c.position)))
    assert chains[0] == chains[1] != (None,) and chains[2] == (None,)


def test_documents_of_each_side_of_a_split_are_compared_with_their_own_fingerprints(ledger: Ledger) -> None:
    mine, other = ledger.register([arrival("a", "one"), replace(arrival("b", "two"), variant="quick")])
    read(ledger, mine)
    read(ledger, other, fingerprint="f2")
    assert [item.document for item in ledger.pending(FINGERPRINTS)] == [other]
    assert ledger.pending(FINGERPRINTS, {"quick": dict.fromkeys(STAGES, "f2")}) == []


def test_the_state_changes_with_what_the_corpus_shows_and_with_nothing_else(ledger: Ledger, tmp_path: Path) -> None:
    (old,) = ledger.register([arrival("a", "one")])
    states = [ledger.state()]
    read(ledger, old)
    states.append(ledger.state())
    ledger.begin(old, "pages", "v")
    ledger.register([arrival("b", "other")])
    assert ledger.state() == states[-1]
    ledger.register([arrival("a", "two")])
    states.append(ledger.state())
    ledger.register([arrival("a", "one")])
    states.append(ledger.state())
    assert len(set(states)) == len(states)
    another = Ledger(f"sqlite:///{tmp_path / 'another.db'}")
    another.register([arrival("a", "one")])
    read(another, old)
    assert another.state() not in states
