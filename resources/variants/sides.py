"""The sides of a split: who reads a document, and what is left to do, each document by its own side's models."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from ocr.assembly import Engines
from resources.batch import Result, read_stage
from resources.lake import Lake
from resources.ledger import Document, Ledger, Pending
from resources.ledger.split import CHAMPION
from resources.settings import Settings
from resources.variants.variant import fingerprints, settings_of


def challengers(settings: Settings) -> dict[str, Settings]:
    """The variants documents are split to now, with their settings: one, or none. Raises `VariantError`.

    Documents that came to a variant of an earlier split are the champion's again.
    """
    name = settings.experiment.challenger
    return {name: settings_of(name)} if name else {}


def pending(ledger: Ledger, settings: Settings) -> list[Pending]:
    """Documents with a missing or stale stage, in order of arrival, by the models of their side."""
    by_variant = {name: fingerprints(of) for name, of in challengers(settings).items()}
    return ledger.pending(fingerprints(settings), by_variant)


def side_of(document: Document, sides: Mapping[str, Engines]) -> str:
    """The side whose engines read a document; `sides` has those of each, the champion's among them."""
    return document.variant if document.variant in sides else CHAMPION


def read_sides(
    stage: str,
    keys: Sequence[str],
    sides: Mapping[str, Engines],
    lake: Lake,
    ledger: Ledger,
    *,
    crashes: int,
    again: bool = False,
) -> Iterator[Result]:
    """As `read_stage`, each document by the engines of its side, one side after the other."""
    documents = ledger.documents(keys)
    for side, engines in sides.items():
        mine = [document.document for document in documents if side_of(document, sides) == side]
        if mine:
            yield from read_stage(stage, mine, engines, lake, ledger, crashes=crashes, again=again)
