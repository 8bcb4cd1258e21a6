"""Reading again what is stale, by the clock: a canary first, then batches within a budget, only the stages concerned.

Two schedules on one clock, since a schedule asks for runs of one job: `canary` has a set of models and settings judged
that was not judged yet, `reprocess` reads with one that was. All they know is in the ledger: a tick of a daemon that
was killed is made up for by the next one.
"""

from dataclasses import dataclass

import dagster as dg

from ocr.errors import EngineError
from ocr_assets.assets.common import PLAN_TAG
from ocr_assets.automation.jobs import read_documents
from ocr_assets.automation.publish import IN_FLIGHT
from partitions import add_documents, contiguous_batches, newest, range_tags
from partitions.documents import LARGEST_BATCH
from resources.ledger import Ledger
from resources.ledger.verdicts import decide, decision, plan_of
from resources.reprocessing.budget import by_stages, within_budget
from resources.reprocessing.canary import golden, try_canary
from resources.settings import Settings, load_settings
from resources.staleness import Stale, find_stale
from resources.staleness.cost import seconds_per_page
from resources.stores import LakeResource, LedgerResource
from resources.variants.sides import challengers
from resources.variants.variant import fingerprints

REPROCESS_TAG = "ocr/reprocess"
"""On runs of these schedules: `canary` or `read`."""


@dataclass(frozen=True, slots=True)
class Work:
    """What is stale now. `unjudged` are the golden documents to judge first; empty: the plan was decided on."""

    plan: str
    stale: list[Stale]
    unjudged: list[str]
    refused: str


def work(ledger: Ledger, settings: Settings, *, idle: bool = False) -> Work:
    """What there is to do. A plan that no golden document can judge passes unjudged, and that is recorded.

    Documents that were begun and not read to the end count where no run is reading (`idle`): their run was ended.
    """
    expected = fingerprints(settings)
    plan = plan_of(expected)
    by_variant = {name: fingerprints(of) for name, of in challengers(settings).items()}
    stale = [one for one in find_stale(ledger, expected, by_variant) if one.settled or (idle and one.begun)]
    decided = decision(ledger, plan)
    if not stale or decided is not None:
        refused = "; ".join([*decided.losses, *decided.worse]) if decided and decided.state == "refused" else ""
        return Work(plan, stale, [], refused)
    chosen = golden(stale, settings.truth_folders, settings.reprocess.canary)
    if not chosen:
        decide(ledger, plan, "passed", 0)
    return Work(plan, stale, chosen, "")


def batches(
    found: Work, instance: dg.DagsterInstance, ledger: Ledger, settings: Settings
) -> list[tuple[tuple[str, str], tuple[str, ...]]]:
    """Ranges of documents (first key, last key) within the budget of a tick, each with the stages to run."""
    rates = seconds_per_page(ledger, fingerprints(settings))
    budget = settings.reprocess
    chosen = within_budget(found.stale, rates, budget.documents, budget.seconds)
    keys = [one.document.document for one in chosen]
    add_documents(instance, keys)
    # By Dagster's order, which a run's range means: sensors add keys in an order of their own.
    order = newest(instance, keys)
    return [
        (ends, stages)
        for stages, mine in by_stages(chosen).items()
        for ends in contiguous_batches(mine, order, LARGEST_BATCH)
    ]


@dg.op(
    description="Reads golden documents aside with the settings in force and judges them; fails where they got worse.",
    pool="documents",
)
def judge_canary(context: dg.OpExecutionContext, lake: LakeResource, ledger: LedgerResource) -> None:
    held, settings = ledger.open(), load_settings()
    found = work(held, settings)
    if not found.unjudged:
        context.log.info("there is nothing to judge: nothing is stale, or it was judged")
        return
    try:
        decided = try_canary(found.plan, found.unjudged, settings, lake.open(), held)
    except EngineError as error:
        raise dg.Failure(str(error), allow_retries=False) from error
    context.add_output_metadata(
        {"state": decided.state, "judged": decided.documents, "losses": decided.losses, "worse": decided.worse}
    )
    if decided.state == "refused":
        raise dg.Failure(
            f"read worse by the settings in force: {'; '.join(decided.losses)}. Documents: {', '.join(decided.worse)}. "
            'Nothing live was changed. Let it by with `ocr-assets reprocess --accept-loss "why"`, or take the change '
            "back.",
            allow_retries=False,
        )


@dg.job(description="Judges models and settings on golden documents before the archive is read again with them.")
def canary() -> None:
    judge_canary()


def reprocess_schedules(settings: Settings) -> list[dg.ScheduleDefinition]:
    """The schedules, running where `[reprocess] cron` is set; none where it is not."""
    clock = settings.reprocess.cron
    if not clock:
        return []
    running = dg.DefaultScheduleStatus.RUNNING

    @dg.schedule(cron_schedule=clock, job=canary, default_status=running, name="canary")
    def judge(context: dg.ScheduleEvaluationContext, ledger: LedgerResource) -> dg.RunRequest | dg.SkipReason:
        """Has models and settings judged that make documents stale, before anything live is read with them."""
        found = work(ledger.open(), load_settings())
        if not found.unjudged:
            return dg.SkipReason(found.refused or "nothing is stale that was not judged")
        if _in_flight(context.instance, "canary"):
            return dg.SkipReason("the canary is being read")
        return dg.RunRequest(tags=_tags("canary", found.plan))

    @dg.schedule(cron_schedule=clock, job=read_documents, default_status=running, name="reprocess")
    def read(context: dg.ScheduleEvaluationContext, ledger: LedgerResource) -> list[dg.RunRequest] | dg.SkipReason:
        """Reads again what is stale, a budget at a time, in the stages concerned."""
        now, held = load_settings(), ledger.open()
        if _in_flight(context.instance, "read"):
            return dg.SkipReason("what was asked for before is being read")
        reading = dg.RunsFilter(job_name=read_documents.name, statuses=IN_FLIGHT)
        found = work(held, now, idle=not context.instance.get_runs_count(reading))
        if not found.stale:
            return dg.SkipReason("nothing is stale")
        if found.refused or found.unjudged:
            return dg.SkipReason(f"refused: {found.refused}" if found.refused else "the canary comes first")
        return [
            dg.RunRequest(
                run_key=f"{found.plan} {first}..{last}",
                tags=_tags("read", found.plan) | range_tags(first, last),
                asset_selection=[dg.AssetKey(stage) for stage in stages],
            )
            for (first, last), stages in batches(found, context.instance, held, now)
        ]

    return [judge, read]


def _in_flight(instance: dg.DagsterInstance, what: str) -> bool:
    return instance.get_runs_count(dg.RunsFilter(tags={REPROCESS_TAG: what}, statuses=IN_FLIGHT)) > 0


def _tags(what: str, plan: str) -> dict[str, str]:
    return {REPROCESS_TAG: what, PLAN_TAG: plan}
