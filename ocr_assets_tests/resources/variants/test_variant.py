from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resources.ledger import Ledger
from resources.ledger.promotions import promote, take_back
from resources.ledger.split import Split
from resources.settings import FILE, SettingsError, load_settings, settings_before_promotions
from resources.variants.variant import (
    VariantError,
    define,
    find,
    fingerprints_of,
    listing,
    parse,
    parse_file,
    settings_of,
    under,
)


@pytest.fixture
def ledger(home: Path) -> Ledger:
    return Ledger(load_settings().ledger_url)


def put_into_force(ledger: Ledger, overrides: dict) -> None:
    with ledger.transaction() as connection:
        promote(connection, "v", overrides, "", "")


def test_values_are_written_as_in_toml_or_are_text() -> None:
    given = ["text.engine=tesseract", "pages.deskew = false", 'text.languages=["en"]', "text.min_line_confidence=0.6"]
    assert parse(given) == {
        "text": {"engine": "tesseract", "languages": ["en"], "min_line_confidence": 0.6},
        "pages": {"deskew": False},
    }


@pytest.mark.parametrize("wrong", ["text.engine", "engine=x", "=", "text.=x"])
def test_an_assignment_that_is_none_is_named(wrong: str) -> None:
    with pytest.raises(VariantError, match=r"section\.name=value"):
        parse([wrong])


def test_a_variant_may_come_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "v.toml"
    file.write_text('[text]\nengine = "tesseract"\n')
    assert parse_file(file) == {"text": {"engine": "tesseract"}}
    file.write_text("engine = 1\n")
    with pytest.raises(VariantError, match="outside"):
        parse_file(file)
    with pytest.raises(VariantError, match="No such file"):
        parse_file(tmp_path / "none.toml")


@pytest.mark.parametrize(
    ("overrides", "named"),
    [
        ({"text": {"enginee": "x"}}, r"text\.enginee: there is no such setting"),
        ({"text": {"engine": "abbyy"}}, r"text\.engine"),
        ({"storage": {"lake": "/elsewhere"}}, "storage"),
        ({"checks": {"corpus_cer": 1.0}}, "checks"),
        ({"limits": {"passwords": ["x"]}}, r"limits\.passwords"),
        ({"records": {"types": "/x"}}, r"records\.types"),
        ({}, "champion"),
    ],
)
def test_what_a_variant_may_not_say_is_named(ledger: Ledger, overrides: dict, named: str) -> None:
    with pytest.raises(VariantError, match=named):
        define(ledger, "v", overrides)
    assert listing(ledger) == []


def test_a_variant_is_kept_and_never_changed(ledger: Ledger) -> None:
    made = define(ledger, "v", {"pages": {"dpi": "300"}}, "sharper")
    assert made.overrides == {"pages": {"dpi": 300}}
    assert define(ledger, "v", {"pages": {"dpi": 300}}) == made == find(Ledger(str(ledger.engine.url)), "v")
    with pytest.raises(VariantError, match="another name"):
        define(ledger, "v", {"pages": {"dpi": 150}})
    with pytest.raises(VariantError, match="there are v"):
        find(ledger, "w")
    for name in ("", "Champion", "champion", "../x", "a" * 80):
        with pytest.raises(VariantError, match="no name"):
            define(ledger, name, {"pages": {"dpi": 300}})


def test_a_variant_changes_the_fingerprints_of_its_stages_alone(ledger: Ledger) -> None:
    define(ledger, "v", {"records": {"review_below": 0.7}})
    champion, challenger = fingerprints_of(""), fingerprints_of("v")
    assert {stage for stage in champion if champion[stage] != challenger[stage]} == {"records"}
    assert settings_of("v").records.review_below == 0.7 and load_settings().records.review_below == 0.8


def test_what_is_promoted_stands_over_the_file_and_under_the_environment(
    home: Path, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    (home / FILE).write_text("[pages]\ndpi = 150\nmax_side = 3000\n[records]\nreview_below = 0.6\n")
    put_into_force(ledger, {"pages": {"dpi": 300}, "records": {"review_below": 0.7}})
    monkeypatch.setenv("OCR_RECORDS__REVIEW_BELOW", "0.9")
    settings = load_settings()
    assert (settings.pages.dpi, settings.pages.max_side, settings.records.review_below) == (300, 3000, 0.9)
    assert settings_before_promotions().pages.dpi == 150
    assert under(settings, {"records": {"review_below": 0.5}}).records.review_below == 0.5


def test_a_promotion_by_another_process_is_seen_at_once(ledger: Ledger) -> None:
    assert load_settings().pages.dpi == 200
    put_into_force(ledger, {"pages": {"dpi": 300}})
    assert load_settings().pages.dpi == 300
    with ledger.transaction() as connection:
        take_back(connection, "")
    assert load_settings().pages.dpi == 200


def test_a_promoted_setting_that_does_not_fit_any_more_says_where_it_comes_from(ledger: Ledger) -> None:
    put_into_force(ledger, {"pages": {"gone": 1}})
    with pytest.raises(SettingsError, match=r"a promoted variant: pages\.gone"):
        load_settings()
    assert settings_before_promotions().pages.dpi == 200


def test_settings_load_without_a_ledger_and_say_when_it_cannot_be_asked(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert load_settings().pages.dpi == 200
    assert not (home / "ledger.db").exists()
    (home / "ledger.db").write_text("no database " * 100)
    with pytest.raises(SettingsError, match="cannot be read: file is not a database"):
        load_settings()
    monkeypatch.setenv("OCR_STORAGE__LEDGER", "postgresql+psycopg2://ocr:secret@127.0.0.1:9/none")
    with pytest.raises(SettingsError, match="cannot be read") as caught:
        load_settings()
    assert "secret" not in str(caught.value)


HASHES = st.binary(min_size=32, max_size=32).map(bytes.hex)


@given(HASHES, st.floats(0, 1), st.floats(0, 1))
def test_a_larger_share_takes_no_document_away_from_the_challenger(sha256: str, one: float, other: float) -> None:
    small, large = sorted((one, other))
    if Split("v", small).side_of(sha256, "live") == "v":
        assert Split("v", large).side_of(sha256, "live") == "v"
    assert Split("v", 1.0).side_of(sha256, "live") == "v" and Split("v", 0.0).side_of(sha256, "live") == ""
    assert Split("v", 1.0).side_of(sha256, "test") == "" == Split("", 1.0).side_of(sha256, "live")


def test_the_share_is_kept_over_many_documents() -> None:
    sides = [Split("v", 0.1).side_of(f"{n:064x}", "live") for n in range(5000)]
    assert 420 < sides.count("v") < 580
