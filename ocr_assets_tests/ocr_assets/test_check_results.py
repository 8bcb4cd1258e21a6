"""What a batch's checks say as a whole, beside those of its documents."""

from collections.abc import Iterator, Mapping

import dagster as dg
import pytest
from dagster._core.storage.asset_check_execution_record import AssetCheckExecutionRecordStatus as Status

from ocr_assets.checks.events import log_judgements, roll_up
from ocr_assets.checks.ground_truth import NO_TRUTH
from ocr_assets.checks.judgement import Judgement, Question
from partitions.documents import range_tags

KEYS = ["a", "b", "c"]
QUESTION = Question("rules", "", lambda _: None)
CHECK = dg.AssetCheckKey(dg.AssetKey("records"), QUESTION.name)
GOOD, BAD = Judgement(True, "all rules kept", {"errors": 0}), Judgement(False, "total: does not add up", {"errors": 1})


def judged(
    instance: dg.DagsterInstance, judgements: Mapping[str, Judgement], first: str = "a", last: str = "c"
) -> dg.AssetCheckEvaluation:
    """What Dagster shows of the check after a run over some documents, which the check did not stop."""
    parts = dg.StaticPartitionsDefinition(KEYS)

    @dg.asset(
        partitions_def=parts,
        backfill_policy=dg.BackfillPolicy.single_run(),
        check_specs=[dg.AssetCheckSpec(QUESTION.name, asset="records", partitions_def=parts)],
    )
    def records(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult | dg.AssetCheckResult]:
        yield dg.MaterializeResult()
        log_judgements(context, {QUESTION.name: judgements})
        yield from roll_up(context, [QUESTION], {QUESTION.name: judgements})

    assert dg.materialize([records], instance=instance, tags=range_tags(first, last)).success
    (record,) = instance.event_log_storage.get_latest_asset_check_execution_by_key([CHECK]).values()
    assert record.evaluation is not None
    assert record.status == (Status.SUCCEEDED if record.evaluation.passed else Status.FAILED)
    return record.evaluation


def test_a_batch_in_which_documents_failed_is_not_shown_as_passed(instance: dg.DagsterInstance) -> None:
    shown = judged(instance, {"a": GOOD, "b": BAD, "c": BAD})
    assert (shown.passed, shown.severity) == (False, dg.AssetCheckSeverity.WARN)
    assert shown.description == "3 of 3 documents judged, 2 failed"
    assert shown.metadata["failed_documents"].value == ["b", "c"]


def test_a_batch_without_anything_to_judge_it_by_says_so(instance: dg.DagsterInstance) -> None:
    shown = judged(instance, dict.fromkeys(KEYS, NO_TRUTH))
    assert (shown.passed, shown.description) == (True, "none of 3 documents could be judged: no ground truth (3)")
    assert (shown.metadata["judged"].value, shown.metadata["not_judged"].value) == (0, 3)


def test_documents_that_could_not_be_judged_are_counted_apart(instance: dg.DagsterInstance) -> None:
    shown = judged(instance, {"a": GOOD, "b": NO_TRUTH, "c": NO_TRUTH})
    assert (shown.passed, shown.description) == (
        True,
        "1 of 3 documents judged, 0 failed; not judged: no ground truth (2)",
    )


@pytest.mark.parametrize("judgement", [GOOD, BAD, NO_TRUTH])
def test_a_batch_of_one_document_says_what_the_document_s_own_check_says(
    instance: dg.DagsterInstance, judgement: Judgement
) -> None:
    shown = judged(instance, {"b": judgement}, "b", "b")
    assert (shown.passed, shown.description) == (judgement.passed, judgement.description)
    assert {name: shown.metadata[name].value for name in judgement.metadata} == judgement.metadata


def test_a_batch_of_which_nothing_came_so_far_says_so(instance: dg.DagsterInstance) -> None:
    assert judged(instance, {}).description == "no document came to be judged"
