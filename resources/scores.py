"""Scores of what was read against ground truth: per document and stage, and pooled over all that have truth."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ocr.documents import Line, Page, Record
from ocr.evaluation.bootstrap import Interval, bootstrap_ratio
from ocr.evaluation.fields import FieldScore, score_fields
from ocr.evaluation.layout import Detection
from ocr.evaluation.pages import PageOutcome, score_pages
from ocr.evaluation.regions import score_regions
from ocr.evaluation.text import TextScore, score_text
from ocr.evaluation.truth import load_truth, truth_files
from resources.batch import open_reading
from resources.lake import Lake
from resources.ledger import Ledger

TIERS = ("digital", "good", "fair", "poor")


@dataclass(frozen=True, slots=True)
class DocumentScore:
    """A document that has ground truth. `pages`, `regions`, `text` and `fields` are None where truth knows none of it.

    `tier` is the quality of the worst page, `truth` a digest of what was compared with, `fingerprints` those of the
    outputs that were scored, by stage; `day` is when the document was received (ISO date, UTC), `variant`
    the side of a split that read it.
    """

    document: str
    name: str
    environment: str
    set: str
    tier: str
    truth: str
    truth_type: str | None
    type: str
    pages: list[PageOutcome] | None
    regions: Detection | None
    text: TextScore | None
    fields: FieldScore | None
    record: Record
    fingerprints: Mapping[str, str]
    day: str = ""
    variant: str = ""


@dataclass(frozen=True, slots=True)
class CorpusScore:
    """Pooled rates with bootstrap intervals over documents; None where nothing was judged."""

    cer: Interval | None
    wer: Interval | None
    word_f1: float | None
    field_f1: float | None
    types_right: float | None


def page_texts(lines: Iterable[Line]) -> dict[int, str]:
    """Each page's lines in reading order, one per line."""
    texts: dict[int, list[str]] = {}
    for line in lines:
        texts.setdefault(line.page, []).append(line.text)
    return {page: "\n".join(found) for page, found in texts.items()}


def score_documents(ledger: Ledger, lake: Lake, folders: Sequence[Path]) -> list[DocumentScore]:
    """Scores of every document, live or test, that was read and has ground truth, in order of arrival."""
    files = truth_files(folders)
    known = [d for d in ledger.documents() if d.sha256 in files and d.superseded_by is None]
    outputs = ledger.outputs([document.document for document in known])
    stages = ("pages", "regions", "text", "records")
    scores: list[DocumentScore] = []
    for document in known:
        truth = load_truth(files[document.sha256])
        mine = outputs.get(document.document, {})
        if any(stage not in mine or mine[stage].status == "rejected" for stage in stages):
            continue
        reading = open_reading(document, stages, mine, lake)
        assert reading.record is not None
        scores.append(
            DocumentScore(
                document=document.document,
                name=document.name,
                environment=document.environment,
                set=truth.set,
                tier=_tier(reading.pages),
                truth=hashlib.sha256(truth.model_dump_json().encode()).hexdigest()[:16],
                truth_type=truth.type,
                type=reading.record.type,
                pages=score_pages(truth, reading.pages) or None,
                regions=score_regions(truth, reading.pages, reading.regions),
                text=score_text(truth, page_texts(reading.lines)),
                fields=score_fields(truth, reading.record) if truth.knows_fields else None,
                record=reading.record,
                fingerprints={stage: mine[stage].fingerprint for stage in stages},
                day=document.received_at[:10],
                variant=ledger.split.in_force(document.variant),
            )
        )
    return scores


def of_environment(scores: Iterable[DocumentScore], environment: str) -> list[DocumentScore]:
    return [score for score in scores if score.environment == environment]


def pool_scores(scores: Sequence[DocumentScore]) -> CorpusScore:
    texts = [score.text for score in scores if score.text is not None and score.text.characters.length]
    fields = [score.fields.tolerant for score in scores if score.fields is not None]
    typed = [score for score in scores if score.truth_type is not None]
    matched, units = sum(t.bag.matched for t in texts), sum(t.bag.truth + t.bag.read for t in texts)
    right = sum(f.right for f in fields)
    judged = sum(2 * f.right + 2 * f.wrong + f.missing + f.extra for f in fields)
    return CorpusScore(
        cer=_interval([t.characters.edits for t in texts], [t.characters.length for t in texts]),
        wer=_interval([t.words.edits for t in texts], [t.words.length for t in texts]),
        word_f1=2 * matched / units if units else None,
        field_f1=2 * right / judged if judged else None,
        types_right=sum(s.type == s.truth_type for s in typed) / len(typed) if typed else None,
    )


def _interval(edits: list[int], lengths: list[int]) -> Interval | None:
    return bootstrap_ratio(edits, lengths) if lengths else None


def _tier(pages: Sequence[Page]) -> str:
    return max((page.tier for page in pages), key=TIERS.index, default="")
