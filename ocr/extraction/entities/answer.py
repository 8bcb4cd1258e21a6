"""Reads a model's answer: whatever it is, out come values of the fields that were asked for, or `UnusableAnswer`."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from ocr.extraction.doctype import FieldRule

LONGEST_VALUE = 2_000
MOST_ITEMS = 500
_MOST_STARTS = 50
_NOTHING = re.compile(
    r"\W*(?:null|none|n/?a|nil|unknown|not (?:found|stated|given|available|specified|present))?\W*", re.I
)
_DECODER = json.JSONDecoder(parse_float=str, parse_int=str, parse_constant=lambda _: None)


class UnusableAnswer(Exception):
    """The answer holds no JSON object with the fields asked for."""


@dataclass(slots=True)
class Answer:
    """`values`: strings by field name, several only where a field may be repeated; `items`: a dict per line item;
    `malformed`: names of fields whose value was neither a text nor a number."""

    values: dict[str, list[str]] = field(default_factory=dict)
    items: list[dict[str, str]] = field(default_factory=list)
    malformed: list[str] = field(default_factory=list)


def parse(text: str, fields: Sequence[FieldRule], items: Sequence[FieldRule]) -> Answer:
    """The values in an answer; names that were not asked for are passed over. Raises `UnusableAnswer`."""
    names = {rule.name for rule in fields} | ({"items"} if items else set())
    found = _object(text, names)
    answer = Answer()
    for rule in fields:
        values = found.get(rule.name)
        several = values if isinstance(values, list) else [values]
        for value in several if rule.repeated else several[:1]:
            read = _text(value)
            if read:
                answer.values.setdefault(rule.name, []).append(read)
            elif read is None:
                answer.malformed.append(rule.name)
    rows = found.get("items") if items else None
    for row in rows[:MOST_ITEMS] if isinstance(rows, list) else []:
        if isinstance(row, dict):
            read_row = {rule.name: read for rule in items if (read := _text(row.get(rule.name)))}
            answer.items += [read_row] if read_row else []
    return answer


def _object(text: str, names: set[str]) -> dict[str, Any]:
    """The first JSON object with one of the names: models wrap it in fences, thoughts and kind words."""
    starts = [match.start() for match in re.finditer(r"\{", text)][:_MOST_STARTS]
    empty = False
    for start in starts:
        try:
            found, _ = _DECODER.raw_decode(text, start)
        except (ValueError, RecursionError):
            continue
        if names & found.keys():
            return found
        empty = empty or not found
    if empty:
        return {}
    raise UnusableAnswer("it has none of the fields asked for" if starts else "it is not JSON")


def _text(value: Any) -> str | None:
    """A value as text, empty where it says that there is none; None where it is no value."""
    if value is None:
        return ""
    if isinstance(value, dict) and "value" in value:
        value = value["value"]
    if not isinstance(value, str) or len(value) > LONGEST_VALUE:
        return "" if value is None else None
    read = " ".join(value.encode("utf-8", "ignore").decode().split())
    return "" if _NOTHING.fullmatch(read) else read
