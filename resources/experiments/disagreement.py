"""Where two readings of the same documents differ: all that can be said where nobody knows the truth."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from ocr.assembly import STAGES
from ocr.documents import Record
from ocr.evaluation.bootstrap import Interval, bootstrap_ratio
from ocr.evaluation.paired import Paired, compare_pairs
from ocr.evaluation.text import compare
from ocr.stages import Reading
from resources.batch import open_reading
from resources.lake import Lake
from resources.ledger import Document, Output
from resources.scores import page_texts
from resources.variants.aside import Aside

NEEDED = ("pages", "text", "records")


@dataclass(frozen=True, slots=True)
class Difference:
    """One document read twice. `edits` turn the champion's text of `length` characters into the challenger's; `fields`
    holds those whose values differ, with the values of both; confidences are means over words, with their number."""

    document: str
    name: str
    edits: int
    length: int
    types: tuple[str, str]
    fields: dict[str, tuple[list[str], list[str]]]
    fields_alike: int
    confidence: tuple[float, float]
    words: tuple[int, int]

    @property
    def rate(self) -> float:
        return self.edits / self.length if self.length else float(self.edits > 0)


@dataclass(frozen=True, slots=True)
class Disagreement:
    """All documents together. `text`: characters that differ, of the champion's; `fields`: values of either side that
    the other has not, of all values; `confidence`: the words' mean, paired (a fall is asked for). None: of nothing."""

    documents: int
    alike: int
    text: Interval | None
    fields: Interval | None
    types: int
    confidence: Paired | None
    most: list[Difference] = field(default_factory=list)


def stages_differing(champion: Aside, challenger: Aside) -> dict[str, int]:
    """By stage, of how many documents the outputs of both differ; of those that both have."""
    first, second = champion.outputs(), challenger.outputs()
    found = dict.fromkeys(STAGES, 0)
    for key in first.keys() & second.keys():
        for stage in STAGES:
            one, other = first[key].get(stage), second[key].get(stage)
            if one is not None and other is not None:
                found[stage] += (one.output_hash, one.status) != (other.output_hash, other.status)
    return found


def differences(keys: Sequence[str], champion: Aside, challenger: Aside, lake: Lake) -> list[Difference]:
    """Of the documents that both have read."""
    first, second = champion.outputs(keys), challenger.outputs(keys)
    return [
        _difference(document, first[document.document], second[document.document], lake)
        for document in champion.documents(keys)
        if _is_read(first.get(document.document)) and _is_read(second.get(document.document))
    ]


def together(found: Sequence[Difference], shown: int) -> Disagreement:
    """`shown`: how many of the documents that differ most are named."""
    text = [(d.edits, d.length) for d in found if d.length]
    values = [(_differing(d), _differing(d) + 2 * d.fields_alike) for d in found]
    sure = [d for d in found if d.words[0] and d.words[1]]
    differing = [d for d in found if d.edits or d.fields or d.types[0] != d.types[1]]
    return Disagreement(
        documents=len(found),
        alike=len(found) - len(differing),
        text=_pooled(text),
        fields=_pooled(values),
        types=sum(d.types[0] != d.types[1] for d in found),
        confidence=compare_pairs(
            [(d.confidence[0] * d.words[0], d.words[0]) for d in sure],
            [(d.confidence[1] * d.words[1], d.words[1]) for d in sure],
            rise=False,
        )
        if sure
        else None,
        most=sorted(differing, key=lambda d: (-d.rate, -len(d.fields), d.document))[:shown],
    )


def _is_read(outputs: dict[str, Output] | None) -> bool:
    return outputs is not None and all(s in outputs and outputs[s].status == "read" for s in NEEDED)


def _difference(document: Document, before: dict[str, Output], after: dict[str, Output], lake: Lake) -> Difference:
    first, second = (open_reading(document, NEEDED, outputs, lake) for outputs in (before, after))
    edits = compare(_text(first), _text(second)).characters
    one, other = _values(first.record), _values(second.record)
    names = sorted({name for name, _ in (one - other) + (other - one)})
    return Difference(
        document=document.document,
        name=document.name,
        edits=edits.edits,
        length=edits.length,
        types=(_type(first), _type(second)),
        fields={name: (_of(one, name), _of(other, name)) for name in names},
        fields_alike=(one & other).total(),
        confidence=(_confidence(first), _confidence(second)),
        words=(len(first.words), len(second.words)),
    )


def _text(reading: Reading) -> str:
    pages = page_texts(reading.lines)
    return "\n".join(pages[number] for number in sorted(pages))


def _type(reading: Reading) -> str:
    return reading.record.type if reading.record is not None else ""


def _confidence(reading: Reading) -> float:
    return sum(word.confidence for word in reading.words) / len(reading.words) if reading.words else 0.0


def _values(record: Record | None) -> Counter[tuple[str, str]]:
    return Counter((f.name, f.value) for f in record.fields) if record is not None else Counter()


def _of(values: Counter[tuple[str, str]], name: str) -> list[str]:
    return sorted(value for (of, value), count in values.items() if of == name for _ in range(count))


def _differing(one: Difference) -> int:
    """Values that only one side has."""
    return sum(_apart(first, second) for first, second in one.fields.values())


def _apart(first: list[str], second: list[str]) -> int:
    common = (Counter(first) & Counter(second)).total()
    return len(first) + len(second) - 2 * common


def _pooled(counts: Sequence[tuple[Any, Any]]) -> Interval | None:
    return bootstrap_ratio(*zip(*counts, strict=True)) if counts and sum(n for _, n in counts) else None
