"""Thresholds of confidence, by type and field, above which a field is accepted unseen; kept in a file of the home."""

from __future__ import annotations

import hashlib
import json
import math
import os
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from ocr.errors import EngineError
from ocr.evaluation.acceptance import BELIEF, CERTAINTY, Guarantee, Judged, threshold_for
from resources.settings import Settings, home

FILE = "review_thresholds.json"
NEVER = 1.01
"""Above every confidence: a field with this threshold always goes to a person."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """One threshold; `over`: the fields it was drawn of (`receipt/total`, `receipt`, `all`), `fields`: how many."""

    threshold: float
    over: str
    fields: int


@dataclass(frozen=True, slots=True)
class Thresholds:
    """`drawn` by `type/field`; `default` for what has none: no truth knows it, or too little.

    `version` is a digest of what was drawn; empty: nothing was.
    """

    default: float
    drawn: dict[str, Drawn] = field(default_factory=dict)
    target: float = 0.0
    guarantee: str = ""
    documents: int = 0
    made_at: str = ""
    version: str = ""

    def of(self, type_: str, name: str) -> float:
        found = self.drawn.get(f"{type_}/{name}")
        return found.threshold if found else self.default

    def accept(self, judged: Judged) -> bool:
        return not judged.doubted and judged.confidence >= self.of(judged.type, judged.name)


def draw(judged: Sequence[Judged], documents: int, target: float, guarantee: Guarantee, default: float) -> Thresholds:
    """Thresholds that keep the target error, each drawn of the narrowest group with enough fields to show it.

    Groups are a field of a type, a type, and all. What has too few fields even in all together keeps the default;
    a group with enough of which no part keeps the target goes to review whole. `documents` is for the record.
    """
    groups: dict[str, list[Judged]] = defaultdict(list)
    for one in judged:
        for group in _groups(one):
            if not one.doubted:
                groups[group].append(one)
    found: dict[str, Drawn] = {}
    for group, some in groups.items():
        if len(some) >= least_fields(target, guarantee):
            threshold = threshold_for(some, target, guarantee)
            found[group] = Drawn(NEVER if threshold is None else threshold, group, len(some))
    drawn = {}
    for one in judged:
        narrowest = next((found[group] for group in _groups(one) if group in found), None)
        if narrowest is not None:
            drawn[_groups(one)[0]] = narrowest
    shown = json.dumps({group: one.threshold for group, one in sorted(drawn.items())})
    return Thresholds(
        default=default,
        drawn=drawn,
        target=target,
        guarantee=guarantee,
        documents=documents,
        made_at=datetime.now(UTC).isoformat(timespec="seconds"),
        version=hashlib.sha256(shown.encode()).hexdigest()[:12] if drawn else "",
    )


def _groups(one: Judged) -> tuple[str, str, str]:
    """From the narrowest on."""
    return f"{one.type}/{one.name}", one.type, "all"


def least_fields(target: float, guarantee: Guarantee) -> int:
    """How many fields a group needs for a threshold of its own: without a mistake, they would just show the target."""
    if guarantee == "estimate":
        return BELIEF
    if guarantee == "mean":
        return math.ceil(1 / target) - 1
    return math.ceil(math.log(1 - CERTAINTY) / math.log(1 - target))


def load(settings: Settings) -> Thresholds:
    """The thresholds drawn in this home; where there are none, `[records] review_below` for every field.

    Raises `EngineError` naming the file where it does not fit.
    """
    path = home() / FILE
    if not path.is_file():
        return Thresholds(settings.records.review_below)
    try:
        known = json.loads(path.read_text(encoding="utf-8"))
        drawn = {group: Drawn(**one) for group, one in known.pop("drawn").items()}
        return Thresholds(**known, drawn=drawn)
    except (json.JSONDecodeError, KeyError, TypeError, AttributeError) as error:
        raise EngineError(
            f"{path}: not a file of thresholds ({error}); `ocr-assets review calibrate` makes it"
        ) from error


def save(thresholds: Thresholds) -> Path:
    path = home() / FILE
    path.parent.mkdir(parents=True, exist_ok=True)
    written = path.with_suffix(f".{os.getpid()}.tmp")
    written.write_text(json.dumps(asdict(thresholds), indent=1) + "\n", encoding="utf-8")
    written.replace(path)
    return path
