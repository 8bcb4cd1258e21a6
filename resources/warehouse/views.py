"""Views people want: one row a document of each type, line items, and where to look first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ocr.extraction.doctype import DocumentType, FieldKind, FieldRule, registry
from resources.warehouse.doubts import OUTLYING, PLACE, duplicates, outliers

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

COLUMN_TYPES: dict[FieldKind, str] = {"amount": "DECIMAL(18, 2)", "quantity": "DECIMAL(18, 4)", "date": "DATE"}
"""What fields of a kind are in SQL; others are text."""

NEEDS_REVIEW = f"""
CREATE VIEW needs_review AS
SELECT d.document, d.name, d.type, f."group" AS item, f.name AS field, f.raw, f.value, f.confidence, f.status,
       f.reasons, {PLACE}, d.uri
FROM fields f JOIN documents d USING (document)
WHERE f.status <> 'valid'
UNION ALL BY NAME
SELECT d.document, d.name, d.type, v."group" AS item, v.field, 'missing' AS status, [v.message] AS reasons,
       v.page, v.x0, v.y0, v.x1, v.y1, d.uri
FROM violations v JOIN documents d USING (document)
WHERE v.severity = 'error'
  AND NOT EXISTS (SELECT 1 FROM fields f WHERE f.document = v.document AND f.name = v.field)
ORDER BY confidence NULLS FIRST, document
"""

REVIEW = f"""
CREATE VIEW review AS
WITH doubts AS (
    SELECT document, item, field, page, x0, y0, x1, y1, value, confidence,
           coalesce(1 - confidence, 1.0) AS risk,
           CASE status WHEN 'missing' THEN 'missing' WHEN 'rejected' THEN 'impossible' ELSE 'uncertain' END AS why,
           coalesce(array_to_string(reasons, '; '), '') AS message
    FROM needs_review
    UNION ALL BY NAME
    SELECT document, "group" AS item, field, page, x0, y0, x1, y1,
           CASE severity WHEN 'error' THEN 0.9 ELSE 0.4 END AS risk,
           'rule ' || rule AS why, message
    FROM violations WHERE rule <> 'required'
    UNION ALL BY NAME
    SELECT document, field, 0.8 AS risk, 'duplicate' AS why, message FROM duplicates
    UNION ALL BY NAME
    SELECT document, field, page, x0, y0, x1, y1, value, confidence, least(0.7, 0.1 * deviation / {OUTLYING}) AS risk,
           'outlier' AS why, message
    FROM outliers
)
SELECT d.document, d.name, d.type, f.item, f.field, any_value(f.value) AS value, min(f.confidence) AS confidence,
       round(1 - product(1 - least(f.risk, 0.99)), 3) AS priority,
       list(DISTINCT f.why ORDER BY f.why) AS why,
       list(DISTINCT f.message ORDER BY f.message) FILTER (f.message <> '') AS messages,
       min(f.page) AS page, min(f.x0) AS x0, min(f.y0) AS y0, max(f.x1) AS x1, max(f.y1) AS y1, d.uri
FROM doubts f JOIN documents d USING (document)
GROUP BY d.document, d.name, d.type, f.item, f.field, d.uri
ORDER BY priority DESC, d.document, f.item NULLS FIRST, f.field
"""

COMMENTS = {
    "needs_review": "Fields to look at first: missing ones, then by confidence, the least sure first; `item` is the "
    "line item they belong to, as in line_items.",
    "line_items": "One row an item of a document with line items.",
    "duplicates": "Documents that repeat what identifies another: one number of one sender; one total, day and name.",
    "outliers": "Amounts far from what their sender usually asks (median and MAD), or from what their type does.",
    "review": "Where a person should look first: a row a field (of a line item: `item`), most urgent "
    "first; everything that speaks against it.",
}


def create_views(connection: DuckDBPyConnection) -> None:
    """One view a document type with declared fields, and those over the whole corpus."""
    for statement in views().values():
        connection.execute(statement)


def views() -> dict[str, str]:
    """The statements that make each view with its comment, in order."""
    types = {declared.view: declared for declared in registry().values() if _columns(declared, item=False)}
    made = {view: _pivot(view, declared) for view, declared in types.items()}
    made |= {"line_items": _items(), "needs_review": NEEDS_REVIEW, "duplicates": duplicates(), "outliers": outliers()}
    made |= {"review": REVIEW}
    comments = {
        view: f"One row a document of type {declared.name}; values that do not fit their column are null."
        for view, declared in types.items()
    }
    return {
        view: f"{statement};\nCOMMENT ON VIEW {view} IS '{text}'"
        for view, statement in made.items()
        for text in [(comments | COMMENTS)[view]]
    }


def _columns(declared: DocumentType, item: bool) -> list[FieldRule]:
    return [rule for rule in declared.fields if rule.kept and rule.item == item]


def _pivot(view: str, declared: DocumentType) -> str:
    return f"""
    CREATE VIEW {view} AS
    SELECT d.document, d.name, {_picked(_columns(declared, item=False))},
           r.status, min(f.confidence) AS least_confidence, d.page_count, d.uri
    FROM documents d JOIN records r USING (document)
    LEFT JOIN fields f ON f.document = d.document AND f."group" IS NULL
    WHERE r.type = '{declared.name}'
    GROUP BY d.document, d.name, r.status, d.page_count, d.uri
    ORDER BY d.document
    """


def _items() -> str:
    rules = {rule.name: rule for declared in registry().values() for rule in _columns(declared, item=True)}
    return f"""
    CREATE VIEW line_items AS
    SELECT f.document, d.name, d.type, f."group" AS item, {_picked(list(rules.values()))},
           min(f.confidence) AS least_confidence, min(f.page) AS page
    FROM fields f JOIN documents d USING (document)
    WHERE f."group" IS NOT NULL
    GROUP BY f.document, d.name, d.type, f."group"
    ORDER BY f.document, item
    """


def _picked(rules: list[FieldRule]) -> str:
    """A column per field: of its surest value, or of all its values where it repeats."""
    return ", ".join(_column(rule) for rule in rules)


def _column(rule: FieldRule) -> str:
    if rule.repeated:
        return f"list(f.value ORDER BY f.page, f.y0, f.x0) FILTER (f.name = '{rule.name}') AS {rule.name}"
    kind = COLUMN_TYPES.get(rule.kind, "VARCHAR")
    return f"try_cast(arg_max(f.value, f.confidence) FILTER (f.name = '{rule.name}') AS {kind}) AS {rule.name}"
