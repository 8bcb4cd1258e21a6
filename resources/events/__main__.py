"""Writes the page of events, `python -m resources.events docs/events.md`, from the schemas in force."""

from __future__ import annotations

import sys
from pathlib import Path

from resources.events.reference import page

if __name__ == "__main__":
    Path(sys.argv[1]).write_text(page())
