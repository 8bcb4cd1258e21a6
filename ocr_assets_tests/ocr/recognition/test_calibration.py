import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocr.engines import RecognizedLine, RecognizedWord
from ocr.errors import EngineError
from ocr.recognition.calibration import (
    PACKAGED,
    Evidence,
    fingerprint,
    fit,
    line_features,
    load,
    log_odds,
    probability,
    save,
    word_features,
)
from ocr.recognition.fitting import KnownLine, fit_calibration

SHARE = st.floats(0, 1)


@given(SHARE, SHARE, st.text(min_size=1, max_size=20), st.sampled_from(["good", "fair", "poor", "digital"]))
def test_every_word_has_a_probability(confidence, least, text, tier):
    evidence = Evidence(text, confidence, least, 30.0, tier, 0.8)

    for way in [*load().words, "an engine nobody fitted"]:
        assert 0 <= load().word(way, evidence) <= 1


@given(st.lists(SHARE, min_size=1, max_size=20), st.integers(0, 19))
def test_a_line_is_never_likelier_right_than_with_one_word_surer(words, index):
    index %= len(words)
    surer = [*words[:index], min(1.0, words[index] + 0.1), *words[index + 1 :]]

    assert load().of_line(surer) >= load().of_line(words) - 1e-9


def test_an_engine_nobody_fitted_keeps_its_own_confidence():
    assert load().word("nobody", Evidence("word", 0.4, 0.3, 30.0, "good", 0.8)) == 0.4


def test_fitted_weights_find_again_the_probabilities_that_made_the_data():
    generator = np.random.default_rng(3)
    features = np.column_stack([np.ones(20_000), generator.normal(2, 3, 20_000), generator.normal(0, 1, 20_000)])
    true = np.array([-1.0, 0.8, 0.0])
    right = (generator.random(20_000) < 1 / (1 + np.exp(-features @ true))).astype(float)

    assert fit(features, right) == pytest.approx(true, abs=0.1)


def test_outcomes_that_never_vary_give_finite_weights():
    features = np.array([word_features(Evidence("word", 0.9, 0.9, 30.0, "good", 0.8))] * 50)

    weights = fit(features, np.ones(50))

    assert probability(weights, features[0]) > 0.9


def test_confidences_at_the_ends_have_finite_odds():
    assert log_odds(1.0) == -log_odds(0.0) < 10
    assert np.isfinite(line_features([0.0, 1.0])).all() and np.isfinite(line_features([])).all()


def test_a_calibration_is_read_as_it_was_written(tmp_path):
    save(load(), tmp_path / "own.json")

    assert load(str(tmp_path / "own.json")) == load()
    assert fingerprint(str(tmp_path / "own.json")) == fingerprint()


def test_another_file_has_another_fingerprint(tmp_path):
    content = json.loads(PACKAGED.read_text())
    content["line"][0] += 1
    (tmp_path / "own.json").write_text(json.dumps(content))

    assert fingerprint(str(tmp_path / "own.json")) != fingerprint()


@pytest.mark.parametrize("content", ["", "{}", '{"version": 0}', None])
def test_a_file_that_is_no_calibration_is_an_engine_error(tmp_path, content):
    file = tmp_path / "own.json"
    if content is not None:
        file.write_text(content)

    with pytest.raises(EngineError, match=r"own\.json"):
        load(str(file))


def test_what_was_fitted_tells_a_good_engine_from_a_bad_one():
    def reading(text, confidence):
        words = tuple(RecognizedWord(w, confidence, 0.0, 1.0, confidence) for w in text.split())
        return RecognizedLine(text, confidence, words)

    lines = [
        KnownLine(f"d{i % 7}", reading("total due", 0.99), reading("total duo", 0.6), "total due", 40, "good")
        if i % 4
        else KnownLine(f"d{i % 7}", reading("totol duo", 0.7), reading("total due", 0.9), "total due", 40, "good")
        for i in range(200)
    ]

    fitted = fit_calibration(lines, ("first", "second"), "a test")

    sure, unsure = (fitted.word("first", Evidence("totol", c, c, 40, "good", 0.9)) for c in (0.99, 0.7))
    assert sure > 0.9 > unsure
    assert fitted.fitted_on == "a test"
    assert "first>second/characters" in fitted.votes
