"""Two fingerprints in words: which code, model or setting is another one."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from resources.staleness.needs import Need

_WEIGHTS = re.compile(r"[0-9a-f]{12}")  # as engines shorten the SHA-256 of what they loaded

MOST_SETTINGS = 4


def reason(stage: str, need: Need, expected: str, noted: Mapping[str, Mapping[str, Any]]) -> str:
    """Why a stage would run. `noted` has the settings behind fingerprints, where they are known."""
    match need.cause:
        case "missing":
            return "not read yet"
        case "incomplete":
            return f"left incomplete: {need.left_out}"
        case "input":
            return "its input changed" if need.certain else "its input may change"
        case _:
            return "; ".join(changes(stage, need.made_by, expected, noted))


def changes(stage: str, old: str, new: str, noted: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """What differs between two fingerprints of a stage, a phrase each."""
    was, now = _parts(old.partition(" incomplete/")[0]), _parts(new)
    gone = [name for name in was if name not in now]
    come = [name for name in now if name not in was]
    said = []
    if len(gone) == len(come) == 1:
        said.append(f"{come[0]} instead of {gone[0]}")
    else:
        said += [f"{name} is used now" for name in come] + [f"{name} is not used any more" for name in gone]
    for name in now:
        if name in was and was[name] != now[name]:
            said.append(_changed(stage, name, was[name], now[name], noted.get(old, {}), noted.get(new, {})))
    return said or ["made by another model or setting"]


def _parts(fingerprint: str) -> dict[str, str]:
    """`ppocr/3.10.0/6f32 settings/bddc` → each part's value by its name."""
    return {name: value for name, _, value in (part.partition("/") for part in fingerprint.split(" ")) if name}


def _changed(
    stage: str, name: str, was: str, now: str, old_settings: Mapping[str, Any], new_settings: Mapping[str, Any]
) -> str:
    if name == stage:
        return f"the code of the stage is another version ({was} → {now})"
    if name == "settings":
        return _settings(old_settings, new_settings)
    before, after = was.split("/"), now.split("/")
    if before[0] != after[0]:
        return f"{name} {before[0]} → {after[0]}"
    if [part for part in before if _WEIGHTS.fullmatch(part)] != [part for part in after if _WEIGHTS.fullmatch(part)]:
        return f"{name} has other weights"
    return f"{name} is configured otherwise ({'/'.join(before[1:])} → {'/'.join(after[1:])})"


def _settings(was: Mapping[str, Any], now: Mapping[str, Any]) -> str:
    differing = [name for name in now if was and was.get(name) != now[name]]
    if not differing:
        return "its settings changed"
    said = [f"{name} {was.get(name)!r} → {now[name]!r}" for name in differing[:MOST_SETTINGS]]
    return "setting " + ", ".join(said) + (" and others" if len(differing) > MOST_SETTINGS else "")
