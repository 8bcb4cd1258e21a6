"""Signals of what was read since the last look, from ledger and lake: each output is measured once."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from typing import Any

from ocr.assembly import STAGES
from resources.batch import UpstreamMissing, open_reading
from resources.drift.kept import add_rows, compact, load_keys
from resources.drift.measuring import direction, form_of, measure
from resources.lake import Lake
from resources.ledger import Document, Ledger, Output
from resources.ledger.rows import incomplete

TOGETHER = 500  # documents whose rows go into one file

log = logging.getLogger(__name__)


def gather(ledger: Ledger, lake: Lake) -> int:
    """Measure every current output of a settled document that was not measured yet; returns how many documents.

    A document is settled when its last stage was read or one of its stages rejected it. Documents on the
    challenger's side of a split are left to the experiment. The cost is that of opening the new ones.
    """
    known = load_keys(lake)
    # An output that is not in force, behind a rejection, is never measured: its document is looked at each time.
    unknown = list(dict.fromkeys(place[0] for place in ledger.current() if place not in known))
    outputs = ledger.outputs(unknown)
    found: list[tuple[str, Document, dict[str, Output], list[Output]]] = []
    for document in ledger.documents(unknown):
        mine = _in_force(outputs.get(document.document, {}))
        new = [output for output in mine.values() if (output.document, output.stage, output.version) not in known]
        if new and _settled(mine) and not document.variant:
            found.append((max(output.made_at for output in mine.values()), document, mine, new))
    found.sort(key=lambda item: (item[0], item[1].document))
    for start in range(0, len(found), TOGETHER):
        rows: list[dict[str, Any]] = []
        for settled_at, document, mine, new in found[start : start + TOGETHER]:
            try:
                rows += rows_of(lake, document, mine, new, settled_at)
            except (UpstreamMissing, FileNotFoundError) as error:
                log.warning("drift passes %s by: %s", document.document, error)
        if rows:
            add_rows(lake, rows)
    compact(lake)
    return len(found)


def rows_of(
    lake: Lake, document: Document, outputs: Mapping[str, Output], new: Iterable[Output], settled_at: str
) -> list[dict[str, Any]]:
    """A row for each of the `new` among a document's current outputs."""
    read = [stage for stage, output in outputs.items() if output.status == "read"]
    reading = open_reading(document, read, dict(outputs), lake)
    head = {
        "document": document.document,
        "environment": document.environment,
        "collection": document.collection,
        "settled_at": settled_at,
        "form": form_of(reading.pages),
        "type": reading.record.type if reading.record is not None else "",
    }
    rows: list[dict[str, Any]] = []
    for output in new:
        stage, pages = output.stage, max(1, output.pages)
        row: dict[str, Any] = head | {
            "stage": stage,
            "version": output.version,
            "fingerprint": _whole(output.fingerprint),
        }
        row |= {f"{stage}_rejected": float(output.status == "rejected"), f"{stage}_seconds": output.seconds / pages}
        if output.status == "read":
            row |= measure(stage, reading)
        if stage == "embeddings":
            row["vector"] = direction(reading.vectors)
        rows.append(row)
    return rows


def _in_force(outputs: Mapping[str, Output]) -> dict[str, Output]:
    """Outcomes up to the first rejection: what older readings left behind it holds no more."""
    found: dict[str, Output] = {}
    for stage in STAGES:
        if stage in outputs:
            found[stage] = outputs[stage]
            if outputs[stage].status == "rejected":
                break
    return found


def _settled(outputs: Mapping[str, Output]) -> bool:
    return STAGES[-1] in outputs or any(output.status == "rejected" for output in outputs.values())


def _whole(fingerprint: str) -> str:
    """The fingerprint of an output that lacks something is that of its model nonetheless."""
    return fingerprint.partition(incomplete("", ""))[0]
