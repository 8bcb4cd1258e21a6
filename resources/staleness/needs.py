"""Which stages of a document would run, and how surely: what a new output changes downstream is known once it is there.

A stage runs when its fingerprint or its input is another one. Where an earlier stage of the document is to run, the
input of a later one may turn out as it was: that one runs at most. Where the ledger knows an output of just this input
and fingerprint from before, nothing is read again: it is only made current.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from ocr.flow import READS, STAGES
from resources.lake.store import version_of
from resources.ledger import Document, Ledger, Output, input_hash
from resources.ledger.retired import Retired, retired
from resources.ledger.rows import left_out
from resources.staleness.aside import Aside, nothing_aside

Cause = Literal["missing", "fingerprint", "input", "incomplete"]


@dataclass(frozen=True, slots=True)
class Need:
    """One stage of one document that would run. `certain`: it runs whatever earlier stages give; `kept`: its output is
    there from before. `made_by` is the fingerprint of the output in force (empty: there is none), `left_out` what that
    one lacks."""

    cause: Cause
    certain: bool
    kept: bool = False
    made_by: str = ""
    left_out: str = ""


@dataclass(frozen=True, slots=True)
class Stale:
    """A document and the stages of it that would run, in order. `begun`: some stage of it was read before; `settled`:
    all were, or it was rejected; `expected` are the fingerprints it is compared with."""

    document: Document
    pages: int
    begun: bool
    settled: bool
    needs: Mapping[str, Need]
    expected: Mapping[str, str]

    @property
    def incomplete(self) -> bool:
        """Nothing changed: what was left out is to be made up for."""
        return all(need.cause == "incomplete" or not need.certain for need in self.needs.values())


def find_stale(
    ledger: Ledger,
    fingerprints: Mapping[str, str],
    by_variant: Mapping[str, Mapping[str, str]] | None = None,
    aside: Aside = nothing_aside,
) -> list[Stale]:
    """Documents with stages that are missing or stale, in order of arrival. Superseded ones are left as they are.

    `by_variant` has the fingerprints for documents of the variants that are in a split now; `aside` knows outputs that
    the ledger does not.
    """
    keys = [item.document for item in ledger.pending(fingerprints, by_variant)]
    outputs, old = ledger.outputs(keys), retired(ledger, keys)
    found: list[Stale] = []
    for document in ledger.documents(keys):
        mine = outputs.get(document.document, {})
        expected = (by_variant or {}).get(document.variant, fingerprints)
        needs = needs_of(document, mine, expected, old.get(document.document, {}), aside)
        if needs:
            settled = STAGES[-1] in mine or any(output.status == "rejected" for output in mine.values())
            pages = max((output.pages for output in mine.values()), default=0)
            found.append(Stale(document, max(1, pages), bool(mine), settled, needs, expected))
    return found


def needs_of(
    document: Document,
    outputs: Mapping[str, Output],
    fingerprints: Mapping[str, str],
    old: Mapping[tuple[str, str], Retired],
    aside: Aside = nothing_aside,
) -> dict[str, Need]:
    """The stages that would run; `old` are outputs that are not in force, by stage and version."""
    needs: dict[str, Need] = {}
    hashes: dict[str, str] = {}
    in_doubt = False  # a document that was rejected, and is tried again, may be rejected again
    for stage in STAGES:
        output, expected = outputs.get(stage), fingerprints[stage]
        known = all(upstream in hashes for upstream in READS[stage])
        given = input_hash(stage, document.sha256, hashes) if known else ""
        need = _need(output, expected, given, certain=not in_doubt)
        if need is None:
            assert output is not None
            if output.status == "rejected":
                return needs
            hashes[stage] = output.output_hash
            continue
        version = version_of(stage, given, expected) if known else ""
        kept = (old.get((stage, version)) or aside(document, stage, version)) if known else None
        if kept is None:
            needs[stage] = need
        else:
            needs[stage] = Need(need.cause, need.certain, True, need.made_by, need.left_out)
            if kept.status == "rejected":
                return needs
            hashes[stage] = kept.output_hash
        in_doubt = in_doubt or (kept is None and output is not None and output.status == "rejected")
    return needs


def _need(output: Output | None, expected: str, given: str, *, certain: bool) -> Need | None:
    """`given`: the hash of its input; empty where an earlier stage is to run."""
    if output is None:
        return Need("missing", certain)
    missing = left_out(output.fingerprint, expected)
    if missing:
        return Need("incomplete", certain, made_by=output.fingerprint, left_out=missing)
    if output.fingerprint != expected:
        return Need("fingerprint", certain, made_by=output.fingerprint)
    if output.input_hash != given:
        return Need("input", bool(given), made_by=output.fingerprint)
    return None
