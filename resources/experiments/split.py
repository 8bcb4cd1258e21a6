"""The sides of a split beside each other: other documents on either, so nothing is paired."""

from __future__ import annotations

from dataclasses import dataclass

from ocr.assembly import STAGES
from resources.evaluations.comparison import Pooled, pooled
from resources.evaluations.measures import measure
from resources.lake import Lake
from resources.ledger import Document, Ledger
from resources.ledger.split import Split
from resources.review import thresholds as review_thresholds
from resources.scores import score_documents
from resources.settings import Settings


@dataclass(frozen=True, slots=True)
class Side:
    """What one side did since the challenger got its first document. `seconds` a page, all stages; None of no page.
    `measured`: against ground truth, where there is some."""

    variant: str
    documents: int
    read: int
    rejected: int
    seconds: float | None
    measured: list[Pooled]


def sides(settings: Settings, lake: Lake, ledger: Ledger) -> list[Side]:
    """Champion and challenger of the split; none where there is no split, or nothing came to the challenger."""
    challenger = settings.experiment.challenger
    live = [d for d in ledger.documents() if d.environment == "live" and d.superseded_by is None]
    begun = min((d.received_at for d in live if challenger and d.variant == challenger), default=None)
    if begun is None:
        return []
    split = Split(challenger, settings.experiment.share)
    since = [d for d in live if d.received_at >= begun]
    rows = measure(score_documents(ledger, lake, settings.truth_folders), review_thresholds.load(settings).accept)
    found = []
    for variant in ("", challenger):
        mine = [d for d in since if split.in_force(d.variant) == variant]
        keys = {d.document for d in mine}
        found.append(_side(variant, mine, ledger, pooled([r for r in rows if r.document in keys], slices=False)))
    return found


def _side(variant: str, documents: list[Document], ledger: Ledger, measured: list[Pooled]) -> Side:
    outputs = ledger.outputs([d.document for d in documents])
    rejected = [key for key, mine in outputs.items() if any(o.status == "rejected" for o in mine.values())]
    read = [key for key, mine in outputs.items() if STAGES[-1] in mine and key not in set(rejected)]
    pages = sum(outputs[key]["raw_document"].pages for key in read)
    seconds = sum(output.seconds for key in read for output in outputs[key].values())
    return Side(
        variant=variant,
        documents=len(documents),
        read=len(read),
        rejected=len(rejected),
        seconds=seconds / pages if pages else None,
        measured=measured,
    )
