"""An experiment: the same documents read by the settings in force and by a variant, and what came of it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any

from ocr.assembly import STAGES
from ocr.errors import OcrError
from resources.evaluations.comparison import Compared, Worse, compare, losses, unread, worse_documents
from resources.evaluations.measures import Row, measure
from resources.experiments.chosen import Chosen, choose
from resources.experiments.costs import Cost, costs
from resources.experiments.disagreement import Disagreement, differences, stages_differing, together
from resources.lake import Lake
from resources.ledger import Ledger
from resources.review import thresholds as review_thresholds
from resources.scores import score_documents
from resources.settings import Settings
from resources.variants.aside import Aside, read_aside
from resources.variants.variant import Variant, find, fingerprints, under

NAMED = 20  # documents that are named in each of the report's lists


class NothingToRead(OcrError):
    """There is no document an experiment could read."""


@dataclass(frozen=True, slots=True)
class Changed:
    """A document that only one side rejects; `stage` and `code` are that rejection's."""

    document: str
    name: str
    golden: bool
    stage: str
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Experiment:
    """`champion` and `challenger` are the fingerprints by stage that were compared. `compared` holds every measure
    against ground truth, over all golden documents and by slice; `lost` the significant losses among them.

    `against` says why the challenger should not be promoted; empty: it does not lose. `documents` are the keys of all
    that were read aside; empty in experiments of older versions.
    """

    id: str
    variant: str
    overrides: dict[str, dict[str, Any]]
    made_at: str
    sample: int
    seed: int
    champion: dict[str, str]
    challenger: dict[str, str]
    golden: int
    sampled: int
    compared: list[Compared]
    lost: list[Compared]
    worse: list[Worse]
    differing: dict[str, int]
    disagreement: Disagreement
    costs: list[Cost]
    appeared: list[Changed]
    vanished: list[Changed]
    against: list[str]
    documents: list[str] = field(default_factory=list)


def run(name: str, settings: Settings, lake: Lake, ledger: Ledger, *, sample: int, seed: int) -> Experiment:
    """Read the golden documents and a sample of live ones by both sides, aside, and compare.

    What was read aside before is used. Raises `VariantError`, `NothingToRead`, and `EngineError` where an engine cannot
    run.
    """
    variant = find(ledger, name)
    chosen = choose(ledger, settings.truth_folders, sample, seed)
    if not chosen.keys:
        raise NothingToRead("there is no document to try it on: add some, with ground truth best, and read them")
    champion, challenger = read_both(variant, chosen.keys, settings, lake, ledger)
    return examine(variant, chosen, champion, challenger, settings, lake, seed=seed, sample=sample)


def read_both(
    variant: Variant, keys: Sequence[str], settings: Settings, lake: Lake, ledger: Ledger
) -> tuple[Aside, Aside]:
    """Documents read aside by the settings in force, which mostly are read so already, and under a variant's."""
    champion = read_aside(settings, keys, lake, ledger)
    return champion, read_aside(under(settings, variant.overrides), keys, lake, ledger)


def examine(
    variant: Variant,
    chosen: Chosen,
    champion: Aside,
    challenger: Aside,
    settings: Settings,
    lake: Lake,
    *,
    sample: int,
    seed: int,
) -> Experiment:
    """What two readings of the chosen documents say of each other."""
    before, after = _rows(champion, challenger, settings, lake)
    compared = compare(before, after)
    lost = losses(compared, settings.checks.loss_level, settings.checks.loss_least)
    appeared, vanished = _rejections(chosen, champion, challenger)
    now = datetime.now(UTC)
    digest = hashlib.sha256(json.dumps([variant.name, variant.overrides, chosen.keys, seed]).encode()).hexdigest()
    return Experiment(
        id=f"{now:%Y%m%dT%H%M%S%f}"[:18] + f"-{digest[:6]}",
        variant=variant.name,
        overrides=variant.overrides,
        made_at=now.isoformat(timespec="milliseconds"),
        sample=sample,
        seed=seed,
        champion=fingerprints(settings),
        challenger=fingerprints(under(settings, variant.overrides)),
        golden=len(chosen.golden),
        sampled=len(chosen.sample),
        compared=compared,
        lost=lost,
        worse=worse_documents(before, after, [(one.stage, one.measure) for one in lost])[:NAMED],
        differing=stages_differing(champion, challenger),
        disagreement=together(differences(chosen.sample, champion, challenger, lake), NAMED),
        costs=costs(champion, challenger),
        appeared=appeared,
        vanished=vanished,
        against=_against(compared, lost, appeared, vanished),
        documents=chosen.keys,
    )


def as_json(experiment: Experiment) -> str:
    return json.dumps(asdict(experiment), ensure_ascii=False, indent=1)


def sentence(one: Compared) -> str:
    paired = one.paired
    return (
        f"{one.stage} {one.measure} {paired.before:.4f} → {paired.after:.4f} "
        f"(p = {paired.p_value:.4f}, {paired.changed} of {paired.documents} documents differ)"
    )


def _rows(champion: Aside, challenger: Aside, settings: Settings, lake: Lake) -> tuple[list[Row], list[Row]]:
    """What both score against ground truth; a document that one side rejects is scored as wholly wrong there."""
    accepts = review_thresholds.load(settings).accept
    first, second = (
        measure(score_documents(side, lake, settings.truth_folders), accepts) for side in (champion, challenger)
    )
    return (
        [*first, *unread(second, _rejected(champion).keys())],
        [*second, *unread(first, _rejected(challenger).keys())],
    )


def _rejected(side: Aside) -> dict[str, str]:
    """Rejected documents, with the stage."""
    return {
        key: next(stage for stage in STAGES if stage in mine and mine[stage].status == "rejected")
        for key, mine in side.outputs().items()
        if any(output.status == "rejected" for output in mine.values())
    }


def _rejections(chosen: Chosen, champion: Aside, challenger: Aside) -> tuple[list[Changed], list[Changed]]:
    """Documents that only the challenger rejects, and those that only the champion does."""
    names = {document.document: document.name for document in champion.documents()}
    golden = set(chosen.golden)

    def only(one: Aside, other: Aside) -> list[Changed]:
        there, elsewhere, outputs = _rejected(one), _rejected(other), one.outputs()
        return [
            Changed(key, names[key], key in golden, stage, outputs[key][stage].code, outputs[key][stage].message)
            for key, stage in there.items()
            if key not in elsewhere
        ]

    return only(challenger, champion), only(champion, challenger)


def _against(
    compared: Sequence[Compared], lost: Sequence[Compared], appeared: Sequence[Changed], vanished: Sequence[Changed]
) -> list[str]:
    found = [sentence(one) for one in lost]
    # Of golden documents rejections count as losses above; of the others nobody knows whether they should be read.
    more, fewer = sum(not one.golden for one in appeared), sum(not one.golden for one in vanished)
    if more > fewer:
        found.append(f"{more} sampled documents are rejected that are read now, and {fewer} read that are rejected now")
    if not compared:
        found.append("no document with ground truth was judged")
    return found
