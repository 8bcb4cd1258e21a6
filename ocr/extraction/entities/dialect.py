"""What a server understands of the protocol: found out from its refusals, once for all later requests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

FORMATS = ("json_schema", "json_object", "plain")
_ABOUT_FORMAT = ("response_format", "json_schema", "json_object", "schema", "grammar", "guided", "structured")


@dataclass(frozen=True, slots=True)
class Dialect:
    """`form`: how an answer's form is asked for. `limit`: what the most tokens of an answer are called."""

    form: str = FORMATS[0]
    limit: str = "max_tokens"
    temperature: bool = True

    def body(
        self, model: str, messages: Sequence[Mapping[str, str]], schema: Mapping[str, Any], tokens: int
    ) -> dict[str, Any]:
        """A request's body."""
        body: dict[str, Any] = {"model": model, "messages": list(messages), self.limit: tokens}
        if self.temperature:
            body["temperature"] = 0
        if self.form == "json_schema":
            schema = {"name": "fields", "strict": True, "schema": schema}
            body["response_format"] = {"type": "json_schema", "json_schema": schema}
        elif self.form == "json_object":
            body["response_format"] = {"type": "json_object"}
        if self.form != "json_schema":
            # What the server does not enforce the model must be told.
            told = f"\n\nThe object must have exactly these keys: {_keys(schema)}"
            body["messages"] = [{**messages[0], "content": messages[0]["content"] + told}, *messages[1:]]
        return body

    def simpler(self, refusal: str) -> Dialect | None:
        """A dialect without what a refusal complains of; None where it complains of something else."""
        said = refusal.casefold()
        if self.limit == "max_tokens" and "max_completion_tokens" in said:
            return replace(self, limit="max_completion_tokens")
        if self.temperature and "temperature" in said:
            return replace(self, temperature=False)
        if self.form != FORMATS[-1] and any(word in said for word in _ABOUT_FORMAT):
            return replace(self, form=FORMATS[FORMATS.index(self.form) + 1])
        return None


def _keys(schema: Mapping[str, Any]) -> str:
    named = []
    for name, form in schema["properties"].items():
        parts = form.get("items", {}).get("properties")
        shape = f" (a list of objects with {', '.join(parts)})" if parts else " (a list)" if "items" in form else ""
        named.append(f"{name}{shape}")
    return ", ".join(named)
