"""Which documents are being read now: those of runs that a living worker, on whatever machine, executes."""

from __future__ import annotations

from collections.abc import Sequence

import dagster as dg
from dagster._core.storage.tags import PARTITION_NAME_TAG  # not exported by Dagster

from ocr_assets.automation.owner import is_lost
from partitions import newest
from partitions.documents import RANGE_END, RANGE_START


def in_hand(instance: dg.DagsterInstance) -> set[str]:
    """Keys of the documents that runs under way were asked to read; some of them may have been read to the end."""
    started = instance.get_runs(dg.RunsFilter(statuses=[dg.DagsterRunStatus.STARTED]))
    tags = [run.tags for run in started if not is_lost(run)]
    ranges = [(mine[RANGE_START], mine[RANGE_END]) for mine in tags if RANGE_START in mine]
    order = newest(instance, {key for ends in ranges for key in ends})
    alone = {mine[PARTITION_NAME_TAG] for mine in tags if PARTITION_NAME_TAG in mine}
    return alone | {key for first, last in ranges for key in _between(order, first, last)}


def _between(order: Sequence[str], first: str, last: str) -> Sequence[str]:
    if first not in order or last not in order:
        return []
    return order[order.index(first) : order.index(last) + 1]
