"""What a check says of one document, and the kind of question that makes it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from resources.batch import Result


@dataclass(frozen=True, slots=True)
class Judgement:
    """`judged` is false where there is nothing to judge the document by, which the description says; it passes."""

    passed: bool
    description: str
    metadata: dict[str, Any] = field(default_factory=dict)
    judged: bool = True


@dataclass(frozen=True, slots=True)
class Question:
    """A check asked of every document of an asset; `ask` returns None where it does not apply."""

    name: str
    description: str
    ask: Callable[[Result], Judgement | None]
