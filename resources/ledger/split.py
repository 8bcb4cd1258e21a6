"""Splitting what arrives between the models in force and a challenger."""

from __future__ import annotations

import hashlib
from typing import NamedTuple

CHAMPION = ""
"""The side of documents that are read by the models in force."""


class Split(NamedTuple):
    """`share` (0 to 1) of the live documents come to the variant `challenger`."""

    challenger: str = CHAMPION
    share: float = 0.0

    def side_of(self, sha256: str, environment: str) -> str:
        """The side a document comes to: by its content alone, so that every machine says the same.

        A larger share takes more documents to the challenger and none away. Test documents stay the champion's.
        """
        if not self.challenger or environment != "live":
            return CHAMPION
        digest = hashlib.sha256(f"{self.challenger}\n{sha256}".encode()).digest()
        place = int.from_bytes(digest[:8], "big") / 2**64
        return self.challenger if place < self.share else CHAMPION

    def in_force(self, side: str) -> str:
        """The side of a document that came to `side` once: the champion's where that split is over."""
        return side if side == self.challenger else CHAMPION


NO_SPLIT = Split()
