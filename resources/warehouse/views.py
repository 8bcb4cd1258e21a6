"""Views people want: what to look at first, and one row a document for the commonest types."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

TEXT, DATE, AMOUNT = "VARCHAR", "DATE", "DECIMAL(18, 2)"

PIVOTS: dict[str, dict[str, str]] = {
    "invoice": {
        "invoice_number": TEXT,
        "issue_date": DATE,
        "due_date": DATE,
        "seller": TEXT,
        "buyer": TEXT,
        "seller_tax_id": TEXT,
        "iban": TEXT,
        "currency": TEXT,
        "net_total": AMOUNT,
        "tax_total": AMOUNT,
        "gross_total": AMOUNT,
    },
    "receipt": {
        "company": TEXT,
        "address": TEXT,
        "date": DATE,
        "currency": TEXT,
        "subtotal": AMOUNT,
        "tax": AMOUNT,
        "total": AMOUNT,
    },
}
"""The main fields of a document type and what they are; the view is named by the plural."""

ITEM = {"description": TEXT, "quantity": "DECIMAL(18, 4)", "unit_price": "DECIMAL(18, 4)", "amount": AMOUNT}

NEEDS_REVIEW = """
CREATE VIEW needs_review AS
SELECT d.document, d.name, d.type, f.name AS field, f.raw, f.value, f.confidence, f.status, f.reasons,
       f.page, f.x0, f.y0, f.x1, f.y1, d.uri
FROM fields f JOIN documents d USING (document)
WHERE f.status <> 'valid'
UNION ALL BY NAME
SELECT d.document, d.name, d.type, v.field, 'missing' AS status, [v.message] AS reasons, v.page, d.uri
FROM violations v JOIN documents d USING (document)
WHERE v.severity = 'error'
  AND NOT EXISTS (SELECT 1 FROM fields f WHERE f.document = v.document AND f.name = v.field)
ORDER BY confidence NULLS FIRST, document
"""

COMMENTS = {
    "needs_review": "Fields to look at first: missing ones, then by confidence, the least sure first.",
    "invoices": "One row an invoice with its main fields; amounts and dates are null where they are no such thing.",
    "receipts": "One row a receipt with its main fields; amounts and dates are null where they are no such thing.",
    "line_items": "One row an item of an invoice or a receipt.",
}


def create_views(connection: DuckDBPyConnection) -> None:
    connection.execute(NEEDS_REVIEW)
    for kind, columns in PIVOTS.items():
        connection.execute(_pivot(kind, columns))
    connection.execute(_items())
    for view, comment in COMMENTS.items():
        connection.execute(f"COMMENT ON VIEW {view} IS '{comment}'")


def _pivot(kind: str, columns: dict[str, str]) -> str:
    return f"""
    CREATE VIEW {kind}s AS
    SELECT d.document, d.name, {_picked(columns)},
           r.status, min(f.confidence) AS least_confidence, d.page_count, d.uri
    FROM documents d JOIN records r USING (document)
    LEFT JOIN fields f ON f.document = d.document AND f."group" IS NULL
    WHERE r.type = '{kind}'
    GROUP BY d.document, d.name, r.status, d.page_count, d.uri
    ORDER BY d.document
    """


def _items() -> str:
    return f"""
    CREATE VIEW line_items AS
    SELECT f.document, d.name, d.type, f."group" AS item, {_picked(ITEM)},
           min(f.confidence) AS least_confidence, min(f.page) AS page
    FROM fields f JOIN documents d USING (document)
    WHERE f."group" IS NOT NULL
    GROUP BY f.document, d.name, d.type, f."group"
    ORDER BY f.document, item
    """


def _picked(columns: dict[str, str]) -> str:
    """A column per field, of the surest value where a document has several."""
    return ", ".join(
        f"try_cast(arg_max(f.value, f.confidence) FILTER (f.name = '{name}') AS {kind}) AS {name}"
        for name, kind in columns.items()
    )
