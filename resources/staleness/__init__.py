"""What is stale: which stages of which documents would run, why, and what that would cost."""

from resources.staleness.needs import Need, Stale, find_stale
from resources.staleness.report import StageReport, Staleness, report

__all__ = ["Need", "StageReport", "Stale", "Staleness", "find_stale", "report"]
