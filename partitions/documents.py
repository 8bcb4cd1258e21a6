"""One dynamic partition per document, and how batches of them become runs.

Dagster runs a batch of partitions as a contiguous range in the order they were added; keys picked here and there would
become a run each. So batches are cut from contiguous keys, and new keys are added in the order they are to be read.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence

import dagster as dg

documents = dg.DynamicPartitionsDefinition(name="documents")

LARGEST_BATCH = 25  # a run more costs about a second; runs that end together leave no worker idle
BATCHES = dg.BackfillPolicy.multi_run(max_partitions_per_run=LARGEST_BATCH)
"""One policy for all six assets: assets with different ones cannot share a run."""

ADD_AT_ONCE = 1_000  # stock SQLite allows 32,766 variables in a statement, and the sensor daemon looks keys up singly

RANGE_START = "dagster/asset_partition_range_start"
RANGE_END = "dagster/asset_partition_range_end"


def add_documents(instance: dg.DagsterInstance, keys: Sequence[str]) -> None:
    """Add keys that are missing, in the order given. Idempotent."""
    for start in range(0, len(keys), ADD_AT_ONCE):
        instance.add_dynamic_partitions(str(documents.name), list(dict.fromkeys(keys[start : start + ADD_AT_ONCE])))


def newest(instance: dg.DagsterInstance, wanted: Collection[str]) -> list[str]:
    """Keys in Dagster's order: the newest ones, back to the oldest of those wanted (all where one is not there)."""
    name, missing, cursor = str(documents.name), set(wanted), None
    found: list[str] = []
    while missing:
        page = instance.get_paginated_dynamic_partitions(name, ADD_AT_ONCE, ascending=False, cursor=cursor)
        found += page.results
        missing.difference_update(page.results)
        if not page.has_more:
            break
        cursor = page.cursor
    return found[::-1]


def contiguous_batches(wanted: Iterable[str], order: Sequence[str], size: int) -> Iterator[tuple[str, str]]:
    """Ranges (first key, last key) that together hold exactly the wanted keys, each of at most `size` keys."""
    place = {key: i for i, key in enumerate(order)}
    batch: list[int] = []
    for i in sorted(place[key] for key in wanted):
        if batch and (i != batch[-1] + 1 or len(batch) == size):
            yield order[batch[0]], order[batch[-1]]
            batch = []
        batch.append(i)
    if batch:
        yield order[batch[0]], order[batch[-1]]


def range_tags(first: str, last: str) -> dict[str, str]:
    """Tags that make one run of all keys from `first` to `last`."""
    return {RANGE_START: first, RANGE_END: last}
