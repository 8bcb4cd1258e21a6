"""Promoting what an experiment showed to be no worse, and going back."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any, NamedTuple

from sqlalchemy.engine import Connection

from ocr.errors import OcrError
from resources.experiments.kept import NoSuchExperiment, latest
from resources.lake import Lake
from resources.ledger import Ledger, promotions
from resources.ledger.outbox import emit
from resources.ledger.promotions import Promotion
from resources.settings import Settings
from resources.variants.variant import Variant, find, fingerprints, under

SUBJECT = "champion"
"""What events of promotions tell of: they are sent in order."""


class NotPromoted(OcrError):
    """A variant is not put into force; the message says why, and what would change that."""


class RolledBack(NamedTuple):
    """`promotion` is the rollback; None where an earlier one, broken off, was brought to its end instead. `documents`
    have their earlier outputs again."""

    promotion: Promotion | None
    documents: int


def promote(
    name: str, settings: Settings, lake: Lake, ledger: Ledger, *, reason: str, accept_loss: str = ""
) -> Promotion:
    """Put a variant's settings into force, over those that are. Nothing is read: what is stale by it is read by the
    next run, or taken from the lake where the experiment has read it.

    Raises `VariantError`, and `NotPromoted` where the newest experiment is of other models than those in force now, or
    speaks against it; `accept_loss` is the reason for doing it all the same.
    """
    variant = find(ledger, name)
    _not_overruled(variant)
    experiment = _decided_by(variant, settings, lake, accepted=bool(accept_loss))
    promotions.tell_restored(ledger)
    said = f"{reason}; loss accepted: {accept_loss}" if accept_loss else reason
    with ledger.transaction() as connection:
        promotions.only_one(connection)
        before = _champion(connection)
        if name in [one.variant for one in promotions.standing(connection)]:
            raise NotPromoted(f"{name} is promoted already")
        made = promotions.promote(connection, name, variant.overrides, experiment, said)
        _tell(connection, made, before)
    return made


def rollback(ledger: Ledger, *, reason: str) -> RolledBack:
    """Put into force what was before the last promotion, and make current what was current then; nothing is read.

    Raises `NothingToRollBack`.
    """
    unfinished = promotions.tell_restored(ledger)
    if unfinished:
        return RolledBack(None, unfinished)
    with ledger.transaction() as connection:
        promotions.only_one(connection)
        before = _champion(connection)
        made, documents = promotions.take_back(connection, reason)
        _tell(connection, made, before)
    promotions.tell_restored(ledger)
    return RolledBack(made, documents)


def _not_overruled(variant: Variant) -> None:
    names = [f"OCR_{s}__{n}".upper() for s, values in variant.overrides.items() for n in values]
    there = [name for name in names if name in os.environ]
    if there:
        raise NotPromoted(f"{there[0]} is set in the environment, which stands over what is promoted: unset it first")


def _decided_by(variant: Variant, settings: Settings, lake: Lake, *, accepted: bool) -> str:
    """The id of the experiment that lets the variant be promoted; empty where there is none and that is accepted."""
    try:
        experiment = latest(lake, variant.name)
    except NoSuchExperiment as error:
        if accepted:
            return ""
        raise NotPromoted(str(error)) from error
    if accepted:
        return experiment.id
    challenger = fingerprints(under(settings, variant.overrides))
    if (experiment.champion, experiment.challenger) != (fingerprints(settings), challenger):
        raise NotPromoted(
            f"the newest experiment with {variant.name}, {experiment.id}, compared other models than those of now: "
            f"`ocr-assets experiment run {variant.name}`"
        )
    if experiment.against:
        raise NotPromoted(f"{variant.name} loses: {'; '.join(experiment.against)}; promote it with --accept-loss WHY")
    return experiment.id


def _champion(connection: Connection) -> str:
    there = promotions.standing(connection)
    return there[-1].variant if there else ""


def _tell(connection: Connection, made: Promotion, before: str) -> None:
    detail: Mapping[str, Any] = {
        "variant": _champion(connection),
        "before": before,
        "reason": made.reason,
        "overrides": made.overrides,
        "rollback": made.undoes is not None,
    }
    emit(connection, "ModelPromoted", SUBJECT, detail, key=f"{made.number} {made.variant} {made.made_at}")
