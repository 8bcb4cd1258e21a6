from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from ocr_assets_tests.resources.drift.made import reference, series
from resources.drift.detecting import Detector
from resources.drift.judged import load_judged, save_judged
from resources.drift.kept import Key
from resources.drift.series import Series
from resources.drift.watching import Watched, judged_by, watch
from resources.lake import Lake
from resources.settings import DriftSettings

SETTINGS = DriftSettings()


def test_unchanged_documents_raise_no_alarm_whatever_their_signals_are_like() -> None:
    alarms = 0
    for seed in range(2):
        stream = series(800, seed)
        alarms += len(watch(stream, reference(stream), SETTINGS).alarms)
    assert alarms == 0


def test_a_change_is_told_once_within_fifty_documents_with_its_place_and_so_is_the_way_back() -> None:
    def for_a_while(values: np.ndarray) -> np.ndarray:
        return np.concatenate([values[:200] - 3, values[200:]])

    stream = series(800, 1, changes={"sharpness": for_a_while, "word_confidence": for_a_while}, since=400)
    first, second = watch(stream, reference(stream), SETTINGS).alarms
    assert 400 <= first.at < 450 and abs(first.since - 400) <= 5
    assert 600 <= second.at < 650
    assert set(first.signals) <= {"sharpness", "word_confidence"}


def test_a_shift_in_every_document_a_spread_and_a_change_in_half_of_them_are_found_within_fifty() -> None:
    generator = np.random.default_rng(5)
    changes = {
        "shift": lambda values: values + 1.5,
        "spread": lambda values: values * 4,
        "half": lambda values: np.where(generator.random(len(values)) < 0.5, values + 6, values),
        "constant": lambda values: values * 0,
    }
    for change in changes.values():
        stream = series(460, 7, changes={"noise": change}, since=400)
        (alarm,) = watch(stream, reference(stream), SETTINGS).alarms
        assert 400 <= alarm.at < 450


def test_rejections_that_become_frequent_are_a_change() -> None:
    def often(values: np.ndarray) -> np.ndarray:
        return (np.random.default_rng(2).random(len(values)) < 0.5) * 1.0

    stream = series(500, 3, changes={"raw_document_rejected": often}, since=400)
    stream.numbers["raw_document_rejected"][:400] = 0.0
    (alarm,) = watch(stream, reference(stream), SETTINGS).alarms
    assert list(alarm.signals) == ["raw_document_rejected"] and alarm.at < 440


def test_documents_about_other_things_are_seen_by_their_distance() -> None:
    stream = series(450, 4)
    other = np.zeros(8)
    other[0] = 1.0
    for place in range(400, 450):
        stream.vectors[place] = other
    (alarm,) = watch(stream, reference(stream), SETTINGS).alarms
    assert set(alarm.signals) <= {"centroid_distance", "neighbour_distance"}


def test_the_time_a_stage_takes_raises_no_alarm() -> None:
    stream = series(450, 5, changes={"text_seconds": lambda values: values + 50}, since=400)
    assert watch(stream, reference(stream), SETTINGS).alarms == []


def test_looking_again_with_more_documents_gives_the_same_alarm() -> None:
    whole = series(450, 6, changes={"skew": lambda values: values + 4}, since=400)
    known = reference(whole)
    alarm = watch(whole, known, SETTINGS).alarms[0]
    detector = Detector(whole, range(300), SETTINGS.documents_per_false_alarm)
    assert [place for place in range(300, alarm.at + 1) if detector.look(place)] == [alarm.at]
    assert watch(whole, known, SETTINGS).still > 0


def test_sorted_piles_are_a_change_of_the_mix_and_of_nothing_else() -> None:
    stream = series(500, 8)
    stream.labels["document_type"] = ["receipt" if n // 40 % 3 else "letter" for n in range(500)]
    stream.strata = [f"scanned/{kind}" for kind in stream.labels["document_type"]]
    (alarm, *_) = watch(stream, reference(stream), SETTINGS).alarms
    assert list(alarm.signals) == ["document_type"]
    assert watch(stream, reference(stream), DriftSettings(mix=False)).alarms == []


def up_to(stream: Series, count: int) -> Series:
    return replace(
        stream,
        keys=stream.keys[:count],
        strata=stream.strata[:count],
        numbers={name: values[:count] for name, values in stream.numbers.items()},
        labels={name: values[:count] for name, values in stream.labels.items()},
        fingerprints={name: values[:count] for name, values in stream.fingerprints.items()},
        vectors=stream.vectors[:count],
    )


def told(watched: Watched) -> list[tuple[int, int, list[int], list[str], Key]]:
    return [(one.at, one.since, one.before, list(one.signals), one.key) for one in watched.alarms]


def test_looks_one_after_another_give_what_one_look_gives(tmp_path: Path) -> None:
    def for_a_while(values: np.ndarray) -> np.ndarray:
        return np.concatenate([values[:120] - 3, values[120:]])

    settings = DriftSettings(fewest=30)
    stream = series(640, 1, changes={"sharpness": for_a_while}, since=360)
    lake, known = Lake(str(tmp_path)), reference(stream)
    for count in (300, 301, 302, 350, 363, 364, 380, 390, 420, 421, 500, 500, 640):
        one = up_to(stream, count)
        watched = watch(one, known, settings, load_judged(lake, one, known, settings))
        save_judged(lake, one, known, settings, judged_by(watched, one))
        whole = watch(one, known, settings)
        assert told(watched) == told(whole)
        assert (watched.looks, watched.still) == (whole.looks, whole.still)
        assert [place for place, _ in watched.trace] == [place for place, _ in whole.trace]
        for (_, by), (_, expected) in zip(watched.trace, whole.trace, strict=True):
            np.testing.assert_allclose(list(by.values()), list(expected.values()), rtol=1e-9)
    assert len(told(watched)) == 2


def test_a_look_judges_what_came_since_the_last_and_all_of_it_where_anything_else_changed(tmp_path: Path) -> None:
    stream = series(500, 2)
    lake, known = Lake(str(tmp_path)), reference(stream)
    before = up_to(stream, 450)
    save_judged(lake, before, known, SETTINGS, judged_by(watch(before, known, SETTINGS), before))
    found = load_judged(lake, stream, known, SETTINGS)
    assert found is not None and found.place == 450
    assert load_judged(lake, stream, reference(stream), SETTINGS) is None
    assert load_judged(lake, stream, known, DriftSettings(mix=False)) is None
    stream.numbers["skew"][440] += 1
    assert load_judged(lake, stream, known, SETTINGS) is None
    (file,) = tmp_path.glob("drift/judged/*.npz")
    file.write_bytes(file.read_bytes()[:100])
    assert load_judged(lake, before, known, SETTINGS) is None
