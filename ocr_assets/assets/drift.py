"""`drift`: whether documents, or what is made of them, are as they were; its check warns where they are not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import dagster as dg

from ocr.assembly import STAGES
from ocr_assets.assets.common import table
from ocr_assets.assets.drift_plots import overview
from resources.drift.reports import Report, announce, look, state_of
from resources.drift.shifts import Shift
from resources.settings import Settings
from resources.stores import LakeResource, LedgerResource

PLOTTED = 3  # series, the largest of those with a reference
MOVED_SHOWN = 12


def drift_asset(settings: Settings) -> dg.AssetsDefinition:
    @dg.asset(
        name="drift",
        group_name="corpus",
        deps=[dg.AssetKey(stage) for stage in STAGES],
        check_specs=[
            dg.AssetCheckSpec(
                "stable",
                asset="drift",
                description="Live documents, and what is made of them, are as they were in the reference.",
            )
        ],
        kinds={"python"},
    )
    def drift(lake: LakeResource, ledger: LedgerResource):
        """Signals of every stage against a reference, document by document; what changed, since when and why."""
        held = ledger.open()
        reports = look(held, lake.open(), settings.drift)
        announce(held, reports)
        yield dg.MaterializeResult(metadata=_shown(reports))
        yield stable(reports)

    return drift


def stable(reports: Sequence[Report]) -> dg.AssetCheckResult:
    """The check of live series: it warns from an alarm on until a new reference is chosen."""
    live = [report for report in reports if report.series.environment == "live"]
    changed = [report for report in live if not report.stable]
    said = [f"{report.series.collection}: {state_of(report)}" for report in changed or live]
    return dg.AssetCheckResult(
        check_name="stable",
        passed=not changed,
        severity=dg.AssetCheckSeverity.WARN,
        description="; ".join(said) or "no live documents yet",
        metadata={"alarms": sum(len(report.alarms) for report in live)},
    )


def _shown(reports: Sequence[Report]) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "series": table([_row(report) for report in reports]),
        "alarms": table([_alarm(report, place) for report in reports for place in range(len(report.alarms))]),
    }
    for report in reports:
        if report.alarms:
            name = f"moved_{report.series.environment}_{report.series.collection}"
            shown[name] = table([_shift(shift) for shift in report.alarms[-1].cause.moved[:MOVED_SHOWN]])
    largest = sorted((r for r in reports if r.watched and r.watched.trace), key=lambda r: -len(r.series))[:PLOTTED]
    return shown | {f"plot_{r.series.environment}_{r.series.collection}": overview(r) for r in largest}


def _row(report: Report) -> dict[str, Any]:
    return {
        "environment": report.series.environment,
        "collection": report.series.collection,
        "readings": len(report.series),
        "judged": report.watched.looks if report.watched is not None else 0,
        "state": state_of(report),
    }


def _alarm(report: Report, place: int) -> dict[str, Any]:
    alarm, cause = report.alarms[place].alarm, report.alarms[place].cause
    return {
        "collection": report.series.collection,
        "at": alarm.key[0],
        "since": report.series.keys[alarm.since][0],
        "documents": alarm.at - alarm.since + 1,
        "signals": ", ".join(alarm.signals),
        "cause": f"{cause.of} ({cause.sure})",
        "says": cause.says,
        "to do": cause.advice,
    }


def _shift(shift: Shift) -> dict[str, Any]:
    return {
        "stage": shift.stage,
        "signal": shift.signal,
        "before": shift.before if isinstance(shift.before, str) else f"{shift.before:.4g}",
        "after": shift.after if isinstance(shift.after, str) else f"{shift.after:.4g}",
        "effect": f"{shift.effect:+.2f}",
        "p": f"{shift.p_value:.2g}",
    }
