"""What was decided of a set of models and settings before an archive is read again with it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import sqlalchemy as sa

from ocr.assembly import STAGES
from resources.ledger import schema
from resources.ledger.ledger import Ledger
from resources.ledger.statements import now, upsert

State = Literal["passed", "refused", "accepted"]


@dataclass(frozen=True, slots=True)
class Decision:
    """`plan` names the fingerprints decided on. `documents` were judged, `losses` say what was lost, `worse` which
    documents lost it; `reason` is why a person accepted it."""

    plan: str
    state: State
    documents: int
    losses: Sequence[str]
    worse: Sequence[str]
    reason: str
    decided_at: str


def plan_of(fingerprints: Mapping[str, str]) -> str:
    """The name of a set of fingerprints, one for each stage."""
    return hashlib.sha256("\n".join(fingerprints[stage] for stage in STAGES).encode()).hexdigest()[:16]


def decide(
    ledger: Ledger, plan: str, state: State, documents: int, losses: Sequence[str] = (), worse: Sequence[str] = ()
) -> Decision:
    """Record what a canary showed; a later one of the same plan replaces it."""
    made = Decision(plan, state, documents, list(losses), list(worse), "", now())
    values = {
        "state": state,
        "documents": documents,
        "losses": json.dumps(made.losses, ensure_ascii=False),
        "worse": json.dumps(made.worse, ensure_ascii=False),
        "reason": "",
        "decided_at": made.decided_at,
    }
    with ledger.transaction() as connection:
        upsert(connection, schema.verdicts, {"plan": plan}, values)
    return made


def accept(ledger: Ledger, plan: str, reason: str) -> bool:
    """A person lets a refused plan by; false where nothing was refused."""
    table = schema.verdicts
    refused = (table.c.plan == plan) & (table.c.state == "refused")
    with ledger.transaction() as connection:
        done = connection.execute(table.update().where(refused).values(state="accepted", reason=reason))
        return done.rowcount > 0


def decision(ledger: Ledger, plan: str) -> Decision | None:
    table = schema.verdicts
    with ledger.engine.connect() as connection:
        row = connection.execute(sa.select(table).where(table.c.plan == plan)).mappings().first()
    if row is None:
        return None
    return Decision(**dict(row) | {name: json.loads(row[name]) for name in ("losses", "worse")})
