"""What only the whole corpus can tell: documents that were there before, and amounts unlike all the others."""

from __future__ import annotations

from ocr.extraction.doctype import DocumentType, registry

OUTLYING = 3.5
"""Robust z-scores above this are outliers (Iglewicz and Hoaglin, How to Detect and Handle Outliers, 1993)."""
OF_SENDER, OF_TYPE = 5, 20
"""Least documents of a sender, and of a type, that an amount is compared with."""
_LEAST_SPREAD = 0.05
"""Amounts of a sender who always asks the same may differ by this share before they are far from it."""
PLACE = ", ".join(f"CASE WHEN f.x1 > f.x0 THEN f.{name} END AS {name}" for name in ("page", "x0", "y0", "x1", "y1"))
"""Page and box of the fields `f`; null where a value is on no page, such as one that only an attached invoice says."""


def duplicates() -> str:
    """The view `duplicates`: `document`, `type`, `field`, `others` that share what identifies a document, `message`."""
    keys = [_key(declared, names) for declared in registry().values() for names in declared.identity]
    return f"""
    CREATE VIEW duplicates AS
    WITH keys AS ({" UNION ALL ".join(keys)}),
    met AS (SELECT *, list(document) OVER (PARTITION BY type, fields, key) AS together FROM keys)
    SELECT document, type, field, list_filter(together, lambda d: d <> document) AS others, shown AS value,
           'the same ' || fields || ' as ' || (len(together) - 1) || ' other' AS message
    FROM met WHERE len(together) > 1
    ORDER BY type, key, document
    """


def outliers() -> str:
    """The view `outliers`: amounts whose logarithm is far from the median of their sender, or else of their type.

    `deviation` is in robust standard deviations (1.4826 times the median absolute deviation).
    """
    senders = ", ".join(f"('{d.name}', '{d.sender}')" for d in registry().values() if d.sender)
    amounts = ", ".join(
        f"('{d.name}', '{rule.name}')"
        for d in registry().values()
        for rule in d.fields
        if rule.kind == "amount" and rule.kept and not rule.item
    )
    return f"""
    CREATE VIEW outliers AS
    WITH sent AS (
        SELECT f.document, any_value({_folded("f.value")}) AS sender
        FROM fields f JOIN records r USING (document)
        WHERE f."group" IS NULL AND (r.type, f.name) IN ({senders}) GROUP BY f.document
    ),
    asked AS (
        SELECT f.document, r.type, s.sender, f.name AS field, f.value, f.confidence, {PLACE},
               ln(try_cast(f.value AS DOUBLE)) AS size
        FROM fields f JOIN records r USING (document) LEFT JOIN sent s USING (document)
        WHERE f."group" IS NULL AND try_cast(f.value AS DOUBLE) > 0 AND (r.type, f.name) IN ({amounts})
    ),
    usual AS (
        SELECT type, sender, field, count(*) AS n, median(size) AS middle, mad(size) AS spread FROM asked
        WHERE sender IS NOT NULL GROUP BY type, sender, field HAVING n >= {OF_SENDER}
        UNION ALL
        SELECT type, NULL, field, count(*) AS n, median(size), mad(size) FROM asked
        GROUP BY type, field HAVING n >= {OF_TYPE}
    ),
    compared AS (
        SELECT a.* , u.n, exp(u.middle) AS middle, u.sender IS NOT NULL AS own,
               abs(a.size - u.middle) / (1.4826 * greatest(u.spread, {_LEAST_SPREAD})) AS deviation
        FROM asked a JOIN usual u USING (type, field)
        WHERE u.sender = a.sender OR u.sender IS NULL
        QUALIFY row_number() OVER (PARTITION BY a.document, a.field, a.value ORDER BY own DESC) = 1
    )
    SELECT document, type, sender, field, value, round(deviation, 1) AS deviation, round(middle, 2) AS median, n,
           'usually about ' || round(middle, 2) || if(own, ' from this sender', ' in this type') AS message,
           confidence, page, x0, y0, x1, y1
    FROM compared WHERE deviation > {OUTLYING}
    ORDER BY deviation DESC, document
    """


def _key(declared: DocumentType, names: tuple[str, ...]) -> str:
    parts = [f"""max(value) FILTER (name = '{name}' AND value <> '')""" for name in names]
    return f"""
    SELECT document, '{declared.name}' AS type, '{names[0]}' AS field, '{", ".join(names)}' AS fields,
           any_value(value) FILTER (name = '{names[0]}') AS shown,
           {" || '|' || ".join(_folded(part) for part in parts)} AS key
    FROM fields JOIN records r USING (document)
    WHERE "group" IS NULL AND r.type = '{declared.name}' GROUP BY document HAVING key IS NOT NULL
    """


def _folded(text: str) -> str:
    return f"regexp_replace(lower({text}), '[^\\pL\\pN]', '', 'g')"
