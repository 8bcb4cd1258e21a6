"""Publishing: the corpus from what was read, and word of the records in it that wait for a person."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ocr.documents import Record
from ocr.evaluation.truth import find_truth, truth_files
from resources.collect import Collected, Mark, Settling, collect, record_of
from resources.lake import Lake
from resources.ledger import Document, Ledger
from resources.review import telling
from resources.review import thresholds as review_thresholds
from resources.review.settle import settle
from resources.settings import Settings
from resources.warehouse import Contents, MustBeWhole, build, connect, contents, update


@dataclass(frozen=True, slots=True)
class Published:
    """`counts` are rows by table, `settled` documents by the ledger alone; `written` were those whose rows were made,
    all where the corpus was written `whole`; `told` is how many records were told of that need review."""

    counts: dict[str, int]
    settled: int
    written: int
    whole: bool
    told: int


def publish(path: Path, ledger: Ledger, lake: Lake, settings: Settings, *, whole: bool = False) -> Published:
    """Write the corpus at `path` from that in use and what changed since, or as a whole where that cannot be (or
    `whole`), and record that it was."""
    state = ledger.state()
    versions = telling.record_versions(ledger)
    settling, mark = _settling(settings)
    base = None if whole else contents(path)
    collected, counts, whole = _write(path, base, lambda of: collect(ledger, lake, settling, mark, of))
    # Before the publication is recorded: where this ends in between, the next one publishes and tells again.
    told = _tell(path, ledger, lake, settling, versions)
    ledger.publish(state, counts["documents"])
    return Published(counts, collected.settled, collected.documents.num_rows, whole, told)


def _write(
    path: Path, base: Contents | None, collected: Callable[[Contents | None], Collected]
) -> tuple[Collected, dict[str, int], bool]:
    """What was collected, the rows of each table, and whether the corpus was written whole."""
    if base is not None:
        found = collected(base)
        try:
            return found, update(path, base, found.left, found.documents, found.parts, found.digests), False
        except MustBeWhole:
            pass  # what follows is what is to be done then
    found = collected(None)
    return found, build(path, found.documents, found.parts, found.digests), True


def _settling(settings: Settings) -> tuple[Settling, Mark]:
    """Records by the thresholds and the answers of review in force, and what they are a document's."""
    thresholds = review_thresholds.load(settings)
    folders = settings.truth_folders
    drawn = json.dumps([thresholds.version, thresholds.default, thresholds.target])
    marks = {sha256: hashlib.sha256(file.read_bytes()).hexdigest() for sha256, file in truth_files(folders).items()}

    def of(document: Document, record: Record) -> Record:
        return settle(record, thresholds, find_truth(document.sha256, folders))

    return of, lambda sha256: drawn + marks.get(sha256, "")


def _tell(path: Path, ledger: Ledger, lake: Lake, settling: Settling, versions: dict[str, str]) -> int:
    """Tell of records in the corpus that need review and were not told of, with the version they have in it."""
    with connect(path) as connection:
        rows = connection.execute("SELECT document FROM records WHERE status = 'needs_review'").fetchall()
    untold = telling.untold(ledger, [document for (document,) in rows], versions)
    outputs = ledger.outputs(untold)
    doubtful: dict[str, tuple[Document, Record]] = {}
    for document in ledger.documents(untold):
        mine = outputs.get(document.document, {})
        if "records" in mine and mine["records"].version == versions[document.document]:
            doubtful[document.document] = (document, record_of(document, mine, lake, settling))
    return telling.tell(ledger, doubtful, versions)
