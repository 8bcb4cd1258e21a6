"""The canary: documents with ground truth are read aside with the settings in force, before anything live is.

What they score is compared with the evaluation published last, as the gate before publishing does. Live and test
documents are judged apart, and a loss in either stops: each is compared with itself, so that test documents that are
bad on purpose are no worse than they were.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from resources.evaluations.environments import ENVIRONMENTS, Verdict, judge, of_environment
from resources.evaluations.kept import keep, published, rows_of
from resources.evaluations.measures import Row, measure
from resources.lake import Lake
from resources.ledger import Ledger
from resources.ledger.verdicts import Decision, decide
from resources.review import thresholds as review_thresholds
from resources.scores import score_documents
from resources.settings import Settings
from resources.staleness import Stale
from resources.variants.aside import read_aside

WORSE_KEPT = 50


def golden(stale: Iterable[Stale], folders: Sequence[Path], most: int) -> list[str]:
    """Keys of stale documents with ground truth, in order of arrival: at most `most`, chosen by their content.

    So every machine chooses the same ones, and no collection or day is preferred.
    """
    known = {path.stem for folder in folders for path in folder.glob("*.json")}
    there = [one.document for one in stale if one.settled and one.document.sha256 in known]
    chosen = {d.document for d in sorted(there, key=lambda d: (d.sha256, d.document))[:most]}
    return [d.document for d in there if d.document in chosen]


def try_canary(plan: str, keys: Sequence[str], settings: Settings, lake: Lake, ledger: Ledger) -> Decision:
    """Read the documents aside, judge them, and record what was decided of the plan. What is live stays as it is.

    The evaluation is kept under the plan's name, for `ocr-assets eval --compare`. Raises `EngineError` where an engine
    cannot run.
    """
    aside = read_aside(settings, keys, lake, ledger)
    accepts = review_thresholds.load(settings).accept
    after = measure(score_documents(aside, lake, settings.truth_folders), accepts)
    if after:
        keep(lake, after, variant=f"canary {plan}")
    rejected = {key for key, mine in aside.outputs().items() if any(o.status == "rejected" for o in mine.values())}
    before = _before(keys, settings, lake, ledger)
    level, least = settings.checks.loss_level, settings.checks.loss_least
    verdicts = {
        one: judge(of_environment(before, one), of_environment(after, one), rejected, level, least)
        for one in ENVIRONMENTS
    }
    lost = [sentence for environment, verdict in verdicts.items() for sentence in _losses(environment, verdict)]
    worse = [
        f"{one.name} ({one.stage} {one.measure} {one.before:.3f} → {one.after:.3f})"
        for verdict in verdicts.values()
        for one in verdict.worse[:WORSE_KEPT]
    ]
    return decide(ledger, plan, "refused" if lost else "passed", len(keys), lost, worse)


def _before(keys: Sequence[str], settings: Settings, lake: Lake, ledger: Ledger) -> list[Row]:
    """The rows these documents were published with; of those that were not, what they score as they are now."""
    last = published(lake)
    wanted = set(keys)
    rows = [row for row in rows_of(lake, last) if row.document in wanted] if last is not None else []
    unpublished = wanted - {row.document for row in rows}
    if unpublished:
        accepts = review_thresholds.load(settings).accept
        scores = score_documents(ledger, lake, settings.truth_folders)
        rows += measure([score for score in scores if score.document in unpublished], accepts)
    return rows


def _losses(environment: str, verdict: Verdict) -> list[str]:
    return [
        f"{environment}: {one.stage} {one.measure} {one.paired.before:.4f} → {one.paired.after:.4f} "
        f"(p = {one.paired.p_value:.4f}, {one.paired.changed} of {one.paired.documents} documents differ)"
        for one in verdict.lost
    ]
