"""What a run may spend on a model, counted over all its processes.

A request reserves the most it can cost before it is sent, and settles what it did cost afterwards: a budget is never
overdrawn, also with many requests under way, and a killed process leaves its reservations spent.
"""

from __future__ import annotations

import fcntl
import os
import threading
import time
from pathlib import Path

from ocr.settings import EntitiesSettings

RUN_VARIABLE = "OCR_RUN_ID"
"""Environment variable that names the run a process works for; without it each process is a run of its own."""

_PER_MILLION = 1e-6


def cost(tokens_in: int, tokens_out: int, settings: EntitiesSettings) -> float:
    """What tokens cost, in the currency of the prices."""
    return _PER_MILLION * (tokens_in * settings.price_in + tokens_out * settings.price_out)


class Budget:
    """The tokens and money of one run. `folder` holds a file a run; None counts in this process alone."""

    def __init__(self, settings: EntitiesSettings, folder: Path | None) -> None:
        self.settings = settings
        self._limited = bool(settings.run_tokens or settings.run_cost)
        self._folder = folder
        self._alone = f"{os.getpid()}-{time.time_ns()}"
        self._lock = threading.Lock()
        self._here = (0, 0.0)

    def reserve(self, tokens_in: int, tokens_out: int) -> bool:
        """Set aside the tokens of a request; False where the budget does not hold them any more."""
        return self._add(tokens_in + tokens_out, cost(tokens_in, tokens_out, self.settings), within=True)

    def settle(self, reserved: tuple[int, int], used: tuple[int, int]) -> None:
        """Replace a reservation (tokens in, tokens out) by what was used of it."""
        tokens, money = sum(used) - sum(reserved), cost(*used, self.settings) - cost(*reserved, self.settings)
        self._add(tokens, money, within=False)

    def _add(self, tokens: int, money: float, *, within: bool) -> bool:
        if not self._limited:
            return True
        with self._lock:
            if self._folder is None:
                fits, self._here = self._sum(self._here, tokens, money, within)
                return fits
            # Asked each time: a process that stays works for one run after another.
            path = self._folder / "spent" / f"{os.environ.get(RUN_VARIABLE) or self._alone}.txt"
            path.parent.mkdir(parents=True, exist_ok=True)
            handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
            try:
                fcntl.flock(handle, fcntl.LOCK_EX)
                written = os.pread(handle, 100, 0).split()
                spent = (int(written[0]), float(written[1])) if len(written) == 2 else (0, 0.0)
                fits, spent = self._sum(spent, tokens, money, within)
                os.pwrite(handle, f"{spent[0]:020d} {spent[1]:030.9f}\n".encode(), 0)  # always as long: one write
                return fits
            finally:
                os.close(handle)

    def _sum(self, spent: tuple[int, float], tokens: int, money: float, within: bool) -> tuple[bool, tuple[int, float]]:
        after = (max(0, spent[0] + tokens), max(0.0, spent[1] + money))
        over = (self.settings.run_tokens and after[0] > self.settings.run_tokens) or (
            self.settings.run_cost and after[1] > self.settings.run_cost
        )
        return (False, spent) if within and over else (True, after)
