"""The page that describes events to those who consume them, made from the kinds' own schemas."""

from __future__ import annotations

import inspect
import json
from collections.abc import Mapping
from typing import Any

from resources.events.kinds import KINDS, VERSION

INTRODUCTION = f"""# Events

Written by `python -m resources.events docs/events.md` from `resources/events/kinds.py`; a test compares.

What happens to documents and models is told on Amazon EventBridge, once `[events] bus` is set. `source` is
`ocr-assets` (`[events] source`), `detail-type` the kind, `detail` what stands below, in version {VERSION}. Within a
version fields are only added: pass by those you do not know. What is taken away or changes its meaning makes a new
version.

- **At least once.** An event is written in the transaction that records its outcome, and sent afterwards until the bus
  has taken it. It may come twice, with the same `id`: take each `id` once.
- **In order.** Events of one document are sent in the order they were written; EventBridge and queues may still swap
  them. Of two events of one document, the one with the later `at` is the later: drop an earlier one that comes after.
- **One outcome, one event.** Reading a document again to the same end tells nothing. Where another outcome becomes
  current (a new model, a rollback), that is told. Who asks for a document that was read before is answered by an event
  of their own, with the outcome that is known.
- **Test documents** are told of on a bus of their own (`[events] test_bus`), else not at all. Source, kind and
  schema are those of live events, so the rules and consumers that are tried are the real ones; and no pattern of a rule
  on the live bus, however broad, can match a test event.

A rule's pattern for one collection:

    {{"source": ["ocr-assets"], "detail-type": ["DocumentRead"], "detail": {{"collection": ["invoices"]}}}}
"""


def page() -> str:
    """The page as Markdown: each kind with its fields and its JSON schema."""
    parts = [INTRODUCTION]
    for name, kind in KINDS.items():
        schema = kind.model_json_schema(mode="serialization")
        what = " ".join((inspect.getdoc(kind) or "").split())
        parts.append(f"\n## {name}\n\n{what}\n\n{_table(schema)}")
        rendered = json.dumps(schema, indent=1, ensure_ascii=False)
        parts.append(f"\n<details><summary>JSON schema</summary>\n\n```json\n{rendered}\n```\n\n</details>\n")
    return "".join(parts)


def _table(schema: Mapping[str, Any]) -> str:
    lines = ["| field | is | meaning |", "|---|---|---|"]
    for name, field in schema["properties"].items():
        lines.append(f"| `{name}` | {_type(field)} | {field.get('description', '')} |")
    return "\n".join(lines) + "\n"


def _type(field: Mapping[str, Any]) -> str:
    if "const" in field:
        return f"`{json.dumps(field['const'])}`"
    if "enum" in field:
        return " or ".join(f"`{value}`" for value in field["enum"])
    if "$ref" in field:
        return f"`{field['$ref'].rsplit('/', 1)[-1]}`"
    if "anyOf" in field:
        return " or ".join(_type(one) for one in field["anyOf"])
    if field.get("type") == "array":
        return f"list of {_type(field.get('items', {}))}"
    return str(field.get("type", "anything"))
