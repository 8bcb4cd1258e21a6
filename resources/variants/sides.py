"""The sides of a split: who reads a document, and what is left to do, each document by its own side's models."""

from __future__ import annotations

from collections.abc import Sequence

from ocr.assembly import Engines
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


def side_in_force(document: Document, settings: Settings) -> str:
    """The side a document is on now: empty, the champion's, where its split is over."""
    return document.variant if document.variant == settings.experiment.challenger else CHAMPION


def by_side(documents: Sequence[Document], sides: dict[str, Engines]) -> dict[str, list[str]]:
    """Keys by the side that reads them; `sides` has the engines of each, the champion's among them."""
    found: dict[str, list[str]] = {side: [] for side in sides}
    for document in documents:
        found[document.variant if document.variant in sides else CHAMPION].append(document.document)
    return {side: keys for side, keys in found.items() if keys}
