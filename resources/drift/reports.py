"""The whole of it: what was read since the last look, every series against its reference, and why it changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ocr.errors import OcrError
from resources.drift.causes import Cause, cause_of
from resources.drift.gathering import gather
from resources.drift.judged import load_judged, save_judged
from resources.drift.kept import Key, Reference, load_references, load_rows, new_reference, save_reference
from resources.drift.series import Series, series_of
from resources.drift.signals import SIGNALS, WATCHED
from resources.drift.watching import Alarm, Watched, judged_by, watch
from resources.lake import Lake
from resources.ledger import Ledger
from resources.settings import DriftSettings

LATEST = 200  # readings after an alarm that go into what is said of it: more say no more
EVENT = "DriftDetected"


class NoReference(OcrError):
    """There are too few documents for a reference, or none such; the message says how many there are."""


@dataclass(frozen=True, slots=True)
class Told:
    """An alarm and what it came from."""

    alarm: Alarm
    cause: Cause


@dataclass(slots=True)
class Report:
    """What is known of one series. Without a reference `watched` is None and `missing` readings are wanted for one."""

    series: Series
    reference: Reference | None
    watched: Watched | None
    alarms: list[Told]
    missing: int = 0

    @property
    def stable(self) -> bool:
        return not self.alarms


def look(ledger: Ledger, lake: Lake, settings: DriftSettings) -> list[Report]:
    """Measure what is new and judge every series; live ones first. The first `settings.reference` readings of a series
    become its reference where none was chosen."""
    gather(ledger, lake)
    references = load_references(lake)
    reports = [_report(series, references, lake, settings) for series in series_of(load_rows(lake))]
    return sorted(reports, key=lambda report: (report.series.environment != "live", report.series.collection))


def announce(ledger: Ledger, reports: Sequence[Report]) -> list[str]:
    """Write an event for every alarm of live documents; told again it is the same event. Returns their ids."""
    ids: list[str] = []
    for report in reports:
        if report.series.environment != "live" or report.reference is None:
            continue
        for told in report.alarms:
            document, settled_at = told.alarm.key
            key = f"live/{report.series.collection}/{report.reference.id}/{document}/{settled_at}"
            ids.append(
                ledger.emit(EVENT, report.series.collection, detail_of(report, told), environment="live", key=key)
            )
    return ids


def choose_reference(
    ledger: Ledger,
    lake: Lake,
    settings: DriftSettings,
    *,
    collection: str = "default",
    environment: str = "live",
    last: int | None = None,
    first_day: str = "",
    last_day: str = "",
    set_by: str,
) -> Reference:
    """Compare with other documents from now on: the `last` readings, or those settled from `first_day` to `last_day`
    (ISO dates, both included). Readings from now on are judged. Raises `NoReference`."""
    gather(ledger, lake)
    series = next(
        (s for s in series_of(load_rows(lake)) if (s.environment, s.collection) == (environment, collection)), None
    )
    if series is None:
        raise NoReference(f"no {environment} document of the collection {collection!r} was read yet")
    until = last_day or "9999"
    chosen = [key for key in series.keys if first_day <= key[1][:10] <= until]
    if last is not None:
        chosen = chosen[-last:] if last else []
    if len(chosen) < settings.fewest:
        raise NoReference(
            f"{len(chosen)} readings of {collection!r} are chosen, a reference needs {settings.fewest}; there are "
            f"{len(series)}, settled from {series.keys[0][1][:10]} to {series.keys[-1][1][:10]}"
        )
    return _set(series, chosen, series.keys[-1], set_by, lake)


def detail_of(report: Report, told: Told) -> dict[str, Any]:
    """An alarm in the words of events and of `--json`."""
    alarm, cause = told.alarm, told.cause
    document, settled_at = alarm.key
    return {
        "collection": report.series.collection,
        "document": document,
        "settled_at": settled_at,
        "since": report.series.keys[alarm.since][0],
        "documents_since": alarm.at - alarm.since + 1,
        "signals": [f"{SIGNALS[name].stage} {name}" for name in alarm.signals],
        "first_stage": cause.first_stage,
        "cause": cause.of,
        "sure": cause.sure,
        "says": cause.says,
        "advice": cause.advice,
    }


def as_dict(report: Report) -> dict[str, Any]:
    """A series as JSON knows it."""
    watched, reference = report.watched, report.reference
    now = watched.now if watched is not None else None
    strongest = sorted(zip(now.evidence.tolist(), WATCHED, strict=True), key=lambda e: -e[0])[:5] if now else []
    return {
        "environment": report.series.environment,
        "collection": report.series.collection,
        "readings": len(report.series),
        "state": state_of(report),
        "reference": None if reference is None else _reference(reference),
        "judged": watched.looks if watched is not None else 0,
        "evidence": {signal.name: round(value, 6) for value, signal in strongest},
        "alarms": [detail_of(report, told) for told in report.alarms],
    }


def state_of(report: Report) -> str:
    """One sentence."""
    if report.reference is None:
        return f"a reference is being gathered: {report.missing} more documents are wanted"
    if report.alarms:
        count = len(report.alarms)
        return f"changed: {report.alarms[-1].cause.says}" + (f" (the last of {count} alarms)" if count > 1 else "")
    return "no change"


def _reference(reference: Reference) -> dict[str, Any]:
    first, last = min(key[1] for key in reference.of), max(key[1] for key in reference.of)
    return {
        "documents": len(reference.of),
        "from": first,
        "to": last,
        "set_by": reference.set_by,
        "made_at": reference.made_at,
        "fingerprints": reference.fingerprints,
    }


def _report(series: Series, references: dict[Key, Reference], lake: Lake, settings: DriftSettings) -> Report:
    reference = references.get((series.environment, series.collection))
    if reference is None:
        if len(series) < settings.reference:
            return Report(series, None, None, [], settings.reference - len(series))
        chosen = series.keys[: settings.reference]
        reference = _set(series, chosen, chosen[-1], f"the first {settings.reference}", lake)
    known = load_judged(lake, series, reference, settings)
    watched = watch(series, reference, settings, known)
    if known is None or known.place < len(series):
        save_judged(lake, series, reference, settings, judged_by(watched, series))
    begun = [alarm.since for alarm in watched.alarms] + [len(series)]
    alarms = [
        Told(alarm, cause_of(series, alarm, max(alarm.at + 1, min(following, alarm.at + 1 + LATEST)), lake))
        for alarm, following in zip(watched.alarms, begun[1:], strict=True)
    ]
    return Report(series, reference, watched, alarms)


def _set(series: Series, chosen: Sequence[Key], mark: Key, set_by: str, lake: Lake) -> Reference:
    fingerprints = series.fingerprints_of(series.places(chosen))
    reference = new_reference(series.environment, series.collection, set_by, chosen, mark, fingerprints)
    save_reference(lake, reference)
    return reference
