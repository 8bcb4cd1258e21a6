"""Line items of receipts without column headings: a name and an amount a row, and perhaps `3 x 1.58` under it.

Such rows look like any other, so they count only where they add up to what the receipt says they add up to.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence

from ocr.extraction.rows import Row, Span
from ocr.extraction.tables import STOP, Item
from ocr.extraction.transcript import Transcript
from ocr.extraction.values import Value

_NAME = re.compile(r"[^\W\d_]{2}")
_TIMES = re.compile(
    r"^\W*(?P<quantity>\d{1,3}(?:[.,]\d{1,3})?)\s*(?:kg|pcs|st(?:k|ück)?\.?)?\s*[x×*@]\s*\S*\d", re.IGNORECASE
)


def till_items(transcript: Transcript, sums: Sequence[float], tolerance: float) -> list[Item]:
    """Items whose amounts add up to one of `sums` (subtotal, total, total less tax) within `tolerance`; else none."""
    amounts: dict[int, list[Value]] = defaultdict(list)
    for value in transcript.amounts:
        if value.decimals == 2:
            amounts[value.row].append(value)
    items: list[Item] = []
    for number, row in enumerate(transcript.rows):
        values = amounts[number]
        if STOP.search(row.text):
            if items and values:
                break
            continue
        times = _TIMES.match(row.text)
        if times is not None and values and items:
            _multiply(items[-1], row, times, values[0])
        elif values and _NAME.search(row.text[: values[-1].start]):
            items.append(_item(row, values[-1]))
    # A telephone number or a date in the head may look like an item; those above the first real one are dropped.
    for first in range(len(items)):
        added = sum(float(item.parts["amount"][0]) for item in items[first:])
        if any(abs(added - known) <= tolerance for known in sums):
            return items[first:]
    return []


def _item(row: Row, amount: Value) -> Item:
    name = row.span(0, amount.start)
    return Item({"description": (" ".join(name.text.split()), name), "amount": (amount.value, amount.span)})


def _multiply(item: Item, row: Row, times: re.Match[str], price: Value) -> None:
    quantity: Span = row.span(*times.span("quantity"))
    shown = times["quantity"].replace(",", ".")
    item.parts["quantity"] = (shown, quantity)
    item.parts["unit_price"] = (price.value, price.span)
