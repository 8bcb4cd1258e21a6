"""How sure the values of an attached invoice are, by what the pages show."""

from __future__ import annotations

AGREED = 0.99
"""Confidence of a value that XML and page share."""
STATED = 0.95
"""Of one that the page does not show, or not where it could be found."""
DISPUTED = 0.5
"""Of one where the page shows another."""
DIFFERS = "attached_invoice_differs"
"""The rule that a record breaks for each such value."""
