from __future__ import annotations

import numpy as np

from ocr_assets_tests.resources.drift.made import reference, series
from resources.drift.detecting import Detector
from resources.drift.watching import watch
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
