"""What reading costs by either side: seconds a page and stage, model loads, tokens."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from statistics import median

from ocr.assembly import STAGES
from resources.lake import Manifest
from resources.variants.aside import Aside


@dataclass(frozen=True, slots=True)
class Cost:
    """One stage by champion and challenger. `apart`: of how many documents each side made an output of its own; what
    both share costs both the same. `seconds` are those a page of the median document: what a process does once, at its
    first document, says nothing of the settings. `left_out` documents, during which either side loaded a model, are not
    among them; None where no document is left."""

    stage: str
    apart: int
    seconds: tuple[float | None, float | None]
    model_loads: tuple[int, int]
    tokens: tuple[int, int]
    money: tuple[float, float]
    left_out: int = 0


def costs(champion: Aside, challenger: Aside) -> list[Cost]:
    """A row a stage, over the documents that were read by both."""
    found = []
    pages = {key: made.pages for key, made in _read(champion, STAGES[0]).items()}
    for stage in STAGES:
        first, second = (_read(side, stage) for side in (champion, challenger))
        common = first.keys() & second.keys()
        apart = sum(first[key].version != second[key].version for key in common)
        ones, others = [first[key] for key in sorted(common)], [second[key] for key in sorted(common)]
        warm = [key for key in common if not first[key].model_loads and not second[key].model_loads]
        found.append(
            Cost(
                stage=stage,
                apart=apart,
                seconds=(
                    _seconds((first[key] for key in warm), pages),
                    _seconds((second[key] for key in warm), pages),
                ),
                model_loads=(sum(m.model_loads for m in ones), sum(m.model_loads for m in others)),
                tokens=(_tokens(ones), _tokens(others)),
                money=(_money(ones), _money(others)),
                left_out=len(common) - len(warm),
            )
        )
    return found


def _read(side: Aside, stage: str) -> dict[str, Manifest]:
    return {key: m for (key, of), m in side.manifests.items() if of == stage and m.rejection is None}


def _seconds(made: Iterable[Manifest], pages: Mapping[str, int]) -> float | None:
    rates = [m.seconds / pages[m.document] for m in made if pages.get(m.document)]
    return median(rates) if rates else None


def _tokens(made: Iterable[Manifest]) -> int:
    return sum(m.usage.get("tokens_in", 0) + m.usage.get("tokens_out", 0) for m in made)


def _money(made: Iterable[Manifest]) -> float:
    return round(sum(m.usage.get("cost", 0.0) for m in made), 6)
