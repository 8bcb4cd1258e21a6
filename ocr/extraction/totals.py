"""The total of a receipt: among its amounts the one that labels and arithmetic speak for."""

from __future__ import annotations

import re
from collections import defaultdict

from ocr.extraction import candidates
from ocr.extraction.candidates import Candidate
from ocr.extraction.transcript import Transcript

_SUMMARY = re.compile(
    r"\b(?:gst|tax|vat|sst|mwst)\s*(?:summary|analysis|breakdown)|\btax code\b|\bsummary\b", re.IGNORECASE
)


def choose_total(transcript: Transcript, amounts: list[Candidate], tolerance: float) -> Candidate | None:
    """The amount whose labels and whose arithmetic with cash, change, subtotal, tax and rounding speak for it most."""
    summary = next((i for i, r in enumerate(transcript.rows) if _SUMMARY.search(r.text)), len(transcript.rows))
    options: dict[str, list[Candidate]] = defaultdict(list)
    for candidate in candidates.of(amounts, "total"):
        in_summary = summary < candidate.row < summary + 6
        exact = candidate.source is not None and candidate.source.decimals == 2
        options[candidate.value].append(
            candidates.less_sure(candidate, (0.6 if in_summary else 1) * (1 if exact else 0.7))
        )
    paid, computed = _proofs(amounts)
    for value in transcript.amounts:
        if value.value not in options and value.decimals == 2 and _is_near(float(value.value), paid, tolerance):
            options[value.value].append(Candidate("total", value.value, value.span, 0.7, "paid", value.row, value))
    best: tuple[float, Candidate] | None = None
    for group in options.values():
        top = max(group, key=lambda c: c.score)
        if top.number == 0:
            continue
        proof = 0.35 * _is_near(top.number, paid, tolerance) or 0.2 * _is_near(top.number, computed, tolerance)
        last = 0.02 * max(c.row for c in group) / len(transcript.rows)
        worth = top.score + 0.03 * min(len(group) - 1, 3) + proof + last
        if best is None or worth > best[0]:
            best = (worth, candidates.surer(top, "adds_up") if proof else top)
    return best[1] if best else _largest(transcript, [*paid, *computed], tolerance)


def _proofs(amounts: list[Candidate]) -> tuple[list[float], list[float]]:
    """What the total must be by the receipt's other figures: paid less change; subtotal with tax and rounding."""
    values = {
        name: [c.number for c in candidates.of(amounts, name)[:4]]
        for name in ("cash", "change", "subtotal", "tax", "rounding")
    }
    paid = [cash - abs(change) for cash in values["cash"] for change in values["change"]]
    rounding = values["rounding"] or [0.0]
    computed = [s + t + r for s in values["subtotal"] for t in values["tax"] for r in rounding]
    computed += [s + r for s in values["subtotal"] for r in values["rounding"]]
    # A total before rounding is proof of the one after it.
    computed += [c.number + r for c in candidates.of(amounts, "total") for r in values["rounding"] if r]
    return [p for p in paid if p > 0], [c for c in computed if c > 0]


def _is_near(number: float, proofs: list[float], tolerance: float) -> bool:
    return any(abs(number - proof) <= tolerance / 4 for proof in proofs)


def _largest(transcript: Transcript, proofs: list[float], tolerance: float) -> Candidate | None:
    values = [v for v in transcript.amounts if v.decimals == 2 and float(v.value) > 0]
    proven = [v for v in values if _is_near(float(v.value), proofs, tolerance)]
    value = max(proven or values, key=lambda v: float(v.value), default=None)
    if value is None:
        return None
    score, rule = (0.7, "adds_up") if proven else (0.4, "largest")
    return Candidate("total", value.value, value.span, score, rule, value.row, value)
