"""Work begun ahead of its turn: many documents under way, results in order, memory constant."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


def ahead(
    items: Iterable[Item], begin: Callable[[Item], Future[Result]], window: int
) -> Iterator[tuple[Item, Future[Result]]]:
    """Each item with its begun work, in order; work is begun on up to `window` items before the first is handed over.

    Work nobody waits for any more is cancelled.
    """
    waiting: deque[tuple[Item, Future[Result]]] = deque()
    try:
        for item in items:
            waiting.append((item, begin(item)))
            if len(waiting) >= window:
                yield waiting.popleft()
        while waiting:
            yield waiting.popleft()
    finally:
        for _, work in waiting:
            work.cancel()
