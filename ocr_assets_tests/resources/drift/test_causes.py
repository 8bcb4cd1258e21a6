from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from ocr_assets_tests.resources.drift.made import reference, series
from resources.drift.causes import Cause, Switch, cause_of, harm
from resources.drift.series import Series
from resources.drift.watching import watch
from resources.evaluations import keep
from resources.evaluations.measures import Row
from resources.lake import Lake
from resources.settings import DriftSettings


def explained(of: Series, tmp_path: Path) -> Cause:
    alarm = watch(of, reference(of), DriftSettings()).alarms[0]
    return cause_of(of, alarm, len(of), Lake(str(tmp_path)))


def worse(values: np.ndarray) -> np.ndarray:
    return values - 3


def swapped(count: int, at: int) -> list[str]:
    return ["one"] * at + ["two"] * (count - at)


def test_pages_that_look_different_without_any_new_version_come_from_the_input(tmp_path: Path) -> None:
    found = explained(series(450, 1, changes={"sharpness": worse, "word_confidence": worse}, since=400), tmp_path)
    assert (found.of, found.sure, found.first_stage) == ("input", "likely", "pages")
    assert {shift.signal for shift in found.moved} == {"sharpness", "word_confidence"}
    assert all(shift.worse for shift in found.moved) and "scanner" in found.advice


def test_a_stage_that_changes_by_itself_is_named(tmp_path: Path) -> None:
    found = explained(series(450, 2, changes={"field_confidence": worse}, since=400), tmp_path)
    assert (found.of, found.sure) == ("records", "possible")


def test_a_new_version_upstream_when_a_later_stage_suffers_is_the_likely_cause(tmp_path: Path) -> None:
    stream = series(450, 3, changes={"word_confidence": worse}, since=400, fingerprints={"pages": swapped(450, 400)})
    found = explained(stream, tmp_path)
    assert (found.of, found.first_stage) == ("pages", "text")
    assert found.switch is not None and found.switch.at == 400 and "earlier pages" in found.advice
    assert found.chance is not None and found.chance < 0.2


def test_a_new_version_long_before_the_change_or_after_it_in_the_flow_is_not_blamed(tmp_path: Path) -> None:
    early = series(450, 4, changes={"sharpness": worse}, since=400, fingerprints={"pages": swapped(450, 340)})
    assert explained(early, tmp_path).of == "input"
    late = series(450, 5, changes={"sharpness": worse}, since=400, fingerprints={"records": swapped(450, 400)})
    assert explained(late, tmp_path).of == "input"


def twice(count: int, again: int) -> list[str]:
    """Documents of which the last `again` are the first ones once more."""
    return [f"d{n}" for n in range(count - again)] + [f"d{n}" for n in range(again)]


def test_the_same_documents_read_by_both_versions_show_that_the_service_did_it(tmp_path: Path) -> None:
    changes = {"word_confidence": worse}
    stream = series(
        450,
        6,
        changes=changes,
        since=400,
        fingerprints={"pages": swapped(450, 400)},
        documents=twice(450, 50),
    )
    found = explained(stream, tmp_path)
    assert (found.of, found.sure) == ("pages", "shown on the same documents")
    assert [pair.signal for pair in found.pairs] == ["word_confidence"] and found.pairs[0].documents == 50


def test_a_version_that_reads_the_same_documents_as_before_is_cleared(tmp_path: Path) -> None:
    """Old documents are read again by the new version, in turn with new ones from a scanner that has changed."""
    turns = [name for n in range(30) for name in (f"d{n}", f"e{n}")]
    stream = series(
        480,
        7,
        changes={"sharpness": lambda values: values},
        fingerprints={"pages": swapped(480, 420)},
        documents=[*(f"d{n}" for n in range(420)), *turns],
    )
    for values in stream.numbers.values():
        values[420::2] = values[:30]
    stream.numbers["sharpness"][421::2] -= 8
    found = explained(stream, tmp_path)
    assert found.of == "input" and "reads the same documents as before" in found.says


def test_what_ground_truth_lost_since_a_new_version_is_told(tmp_path: Path) -> None:
    lake = Lake(str(tmp_path))
    plain = Row("d", "d", "live", "a", "receipt", "good", "text", "character_errors", 1.0, 100.0, "one", "truth")
    rows = [replace(plain, document=f"g{n}", name=f"g{n}") for n in range(12)]
    keep(lake, rows)
    after = keep(lake, [replace(row, numerator=9.0) for row in rows])
    stream = series(2)
    switch = Switch("pages", "one", "two", 1)
    assert harm(stream, switch, lake) == []  # both evaluations are younger than the new version
    stream.keys[1] = ("d1", after.made_at)
    (loss,) = harm(stream, switch, lake)
    assert (loss.measure, loss.paired.before, loss.paired.after) == ("character_errors", 0.01, 0.09)


def test_a_signal_that_nothing_told_of_before_is_explained_too(tmp_path: Path) -> None:
    since = set()
    for number in range(25):
        stream = series(430, 7)
        stream.keys = [(f"{number} {document}", at) for document, at in stream.keys]
        stream.numbers["noise"][:] = np.nan
        stream.numbers["noise"][400:] = np.arange(30)
        found = explained(stream, tmp_path)
        assert [shift.signal for shift in found.moved] == ["noise"] and found.first_stage == "pages"
        since.add(found.moved[0].before == "nothing")
    assert since == {True, False}, "whether the change is dated to the first reading that tells of it is chance"
