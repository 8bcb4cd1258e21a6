"""A variant: a name for settings that stand over those in force; kept in the ledger, so that every machine knows it."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from pydantic import ValidationError
from sqlalchemy.engine import RowMapping

from ocr.assembly import STAGES
from ocr.errors import OcrError
from ocr.settings import ReadingSettings
from resources.ledger import Ledger
from resources.ledger.promotions import Overrides
from resources.ledger.schema import variants
from resources.settings import Settings, SettingsError, load_settings
from resources.warm import warm

NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,62}")
RESERVED = {"champion", "challenger"}

NOT_OF_A_VARIANT = {
    ("limits", "passwords"): "passwords belong into the settings file, not into the ledger",
    ("records", "types"): "one process knows one set of document types: put them into the settings file",
}


class VariantError(OcrError):
    """A variant cannot be made or found; the message says which setting or name."""


@dataclass(frozen=True, slots=True)
class Variant:
    """`overrides`: settings by section and name. A variant is never changed: another one has another name."""

    name: str
    overrides: dict[str, dict[str, Any]]
    comment: str
    made_at: str


def parse(assignments: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Overrides from `section.name=value`, the value as in TOML; what is none is a string. Raises `VariantError`."""
    found: dict[str, dict[str, Any]] = {}
    for assignment in assignments:
        place, given, value = assignment.partition("=")
        section, dot, name = place.strip().partition(".")
        if not (given and dot and name):
            raise VariantError(f"{assignment!r}: section.name=value is wanted, such as text.engine=tesseract")
        found.setdefault(section, {})[name] = _value(value.strip())
    return found


def parse_file(file: Path) -> dict[str, dict[str, Any]]:
    """Overrides from a TOML file of sections, as the settings file. Raises `VariantError`."""
    try:
        found = tomllib.loads(file.read_text())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise VariantError(f"{file}: not valid TOML: {error}") from error
    except OSError as error:
        raise VariantError(f"{file}: {error.strerror}") from error
    stray = [name for name, section in found.items() if not isinstance(section, dict)]
    if stray:
        raise VariantError(f"{file}: {stray[0]} stands outside a [section]")
    return found


def define(ledger: Ledger, name: str, overrides: Overrides, comment: str = "") -> Variant:
    """Keep a variant. Raises `VariantError` where a setting does not fit, or another variant bears the name."""
    if not NAME.fullmatch(name) or name in RESERVED:
        raise VariantError(f"{name!r} is no name for a variant: small letters, digits, '.', '_' and '-' are")
    values = {
        "name": name,
        "overrides": json.dumps(checked(overrides), sort_keys=True),
        "comment": comment,
        "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    with ledger.transaction() as connection:
        there = connection.execute(sa.select(variants).where(variants.c.name == name)).mappings().first()
        if there is None:
            connection.execute(variants.insert().values(values))
            return _variant(values)
    if there["overrides"] != values["overrides"]:
        raise VariantError(f"{name} is defined already, with other settings: {there['overrides']}; take another name")
    return _variant(there)


def checked(overrides: Overrides) -> dict[str, dict[str, Any]]:
    """Overrides as they are kept: each a setting of reading, of its type. Raises `VariantError` naming the one that is
    not; where documents lie and what is published is nothing a variant may say."""
    if not any(overrides.values()):
        raise VariantError("a variant without a setting is the champion")
    for section, values in overrides.items():
        if section not in ReadingSettings.model_fields:
            known = ", ".join(ReadingSettings.model_fields)
            raise VariantError(f"{section}: a variant sets what is read and how, in the sections {known}")
        for name in values:
            if (section, name) in NOT_OF_A_VARIANT:
                raise VariantError(f"{section}.{name}: {NOT_OF_A_VARIANT[section, name]}")
    try:
        return ReadingSettings(**overrides).model_dump(mode="json", exclude_unset=True)
    except ValidationError as error:
        raise VariantError(_explained(error)) from error


def listing(ledger: Ledger) -> list[Variant]:
    """All variants, oldest first."""
    with ledger.engine.connect() as connection:
        rows = connection.execute(sa.select(variants).order_by(variants.c.made_at, variants.c.name)).mappings()
        return [_variant(row) for row in rows]


def find(ledger: Ledger, name: str) -> Variant:
    """Raises `VariantError` that lists what there is."""
    there = {variant.name: variant for variant in listing(ledger)}
    if name not in there:
        names = ", ".join(there) or "none: `ocr-assets experiment define` makes one"
        raise VariantError(f"no variant is called {name!r}; there are {names}")
    return there[name]


def under(settings: Settings, overrides: Overrides) -> Settings:
    """Settings with overrides over them. Raises `SettingsError` where the two do not go together."""
    try:
        changed = {
            section: type(of)(**{**of.model_dump(), **values})
            for section, values in overrides.items()
            for of in [getattr(settings, section)]
        }
    except ValidationError as error:
        raise SettingsError(_explained(error)) from error
    return settings.model_copy(update=changed)


def settings_of(name: str) -> Settings:
    """The settings in force, or those under a variant's overrides where it is named. Raises `VariantError`."""
    settings = load_settings()
    return under(settings, find(Ledger(settings.ledger_url), name).overrides) if name else settings


def fingerprints_of(name: str) -> dict[str, str]:
    """By stage, for the settings in force or those of a variant."""
    return fingerprints(settings_of(name))


def fingerprints(settings: Settings) -> dict[str, str]:
    engines = warm(settings.reading)
    return {stage: engines.fingerprint(stage) for stage in STAGES}


def _value(text: str) -> Any:
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text


def _explained(error: ValidationError) -> str:
    def one(fault: Any) -> str:
        where = ".".join(str(part) for part in fault["loc"])
        return f"{where}: {'there is no such setting' if fault['type'] == 'extra_forbidden' else fault['msg']}"

    return "; ".join(one(fault) for fault in error.errors())


def _variant(row: Mapping[str, Any] | RowMapping) -> Variant:
    return Variant(row["name"], json.loads(row["overrides"]), row["comment"], row["made_at"])
