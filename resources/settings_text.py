"""The settings as text: the settings file with every setting, and those in force."""

from __future__ import annotations

import json
from typing import Any

from pydantic import BaseModel

from resources.settings import Settings


def template() -> str:
    """The settings file with every setting at its default, its meaning beside it."""
    lines = ["# Settings of ocr-assets. Remove the # before a line to change it; OCR_SECTION__NAME overrides a line."]
    for section, info in Settings.model_fields.items():
        model = info.annotation
        assert isinstance(model, type) and issubclass(model, BaseModel)
        lines += ["", f"[{section}]"]
        for name, setting in model.model_fields.items():
            default = setting.get_default(call_default_factory=True)
            meaning = f"  # {setting.description}" if setting.description else ""
            lines.append(f"# {name} = {_toml(default)}{meaning}")
    return "\n".join(lines) + "\n"


def as_toml(settings: Settings) -> str:
    """The settings in force, as TOML; passwords are masked."""
    lines: list[str] = []
    for section, values in settings.model_dump(mode="json").items():
        lines += ["", f"[{section}]"]
        for name, value in values.items():
            shown = ["•••"] * len(value) if name == "passwords" else value
            lines.append(f"{name} = {_toml(shown)}")
    return "\n".join(lines).lstrip() + "\n"


def _toml(value: Any) -> str:
    """Strings, numbers, booleans and flat lists: for these JSON and TOML agree."""
    return json.dumps(value, ensure_ascii=False)
