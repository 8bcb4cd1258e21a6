from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ocr.assembly import STAGES, Engines
from ocr.settings import EmbeddingsSettings, PagesSettings, ReadingSettings, RecordsSettings, TextSettings
from ocr_assets_tests.resources import made_stages
from ocr_assets_tests.resources.made_stages import add, read_all, receipt
from resources.lake import Lake
from resources.ledger import Ledger
from resources.ledger.fingerprints import note
from resources.staleness import Staleness, find_stale, report
from resources.staleness.cost import seconds_per_page
from resources.staleness.reasons import changes

PLAIN = ReadingSettings()
SHORTER = ReadingSettings(embeddings=EmbeddingsSettings(chunk_tokens=100))
SPOILED = ReadingSettings(text=TextSettings(min_line_confidence=0.95))
SURER = ReadingSettings(pages=PagesSettings(min_skew_confidence=0.5))


def expected(reading: ReadingSettings) -> dict[str, str]:
    engines = Engines(reading)
    return {stage: engines.fingerprint(stage) for stage in STAGES}


class Home:
    """A lake and a ledger with some documents in them."""

    def __init__(self, folder: Path, texts: list[str]) -> None:
        self.lake, self.ledger = Lake(str(folder / "lake")), Ledger(f"sqlite:///{folder / 'ledger.db'}")
        self.keys = add(folder / "files", self.ledger, texts)

    def read(self, reading: ReadingSettings = PLAIN) -> None:
        engines = Engines(reading)
        for stage in STAGES:
            note(self.ledger, engines.fingerprint(stage), stage, engines.answering_settings(stage))
        read_all(self.keys, self.lake, self.ledger, reading)

    def needs(self, reading: ReadingSettings) -> dict[str, dict[str, str]]:
        """By document and stage: sure, perhaps, or kept."""
        return {
            one.document.document: {
                stage: "kept" if need.kept else "sure" if need.certain else "perhaps"
                for stage, need in one.needs.items()
            }
            for one in find_stale(self.ledger, expected(reading))
        }

    def report(self, reading: ReadingSettings) -> Staleness:
        return report(find_stale(self.ledger, expected(reading)), Engines(reading), self.ledger, self.lake)


@pytest.fixture
def ran(monkeypatch: pytest.MonkeyPatch) -> made_stages.Ran:
    return made_stages.use(monkeypatch)


@pytest.fixture
def home(tmp_path: Path, ran: made_stages.Ran) -> Home:
    home = Home(tmp_path, [receipt(1), receipt(2), "broken"])
    home.read()
    ran.clear()
    return home


def test_what_was_read_is_not_stale_and_another_embedding_makes_stale_nothing_but_embeddings(home: Home) -> None:
    assert home.needs(PLAIN) == {}
    assert home.needs(SHORTER) == {key: {"embeddings": "sure"} for key in home.keys[:2]}
    (stage,) = home.report(SHORTER).stages
    assert dict(stage.reasons) == {"setting chunk_tokens 200 → 100": 2}


def test_what_comes_after_a_stage_that_runs_runs_at_most(home: Home) -> None:
    some = {"text": "sure", "records": "perhaps", "embeddings": "perhaps"}
    assert home.needs(SPOILED) == dict.fromkeys(home.keys[:2], some)
    figures = home.report(SPOILED)
    assert [(s.stage, s.documents, s.at_most) for s in figures.stages] == [
        ("text", 2, 0),
        ("records", 0, 2),
        ("embeddings", 0, 2),
    ]
    assert (figures.seconds, figures.seconds_at_most) == (1.0, 3.0)


def test_going_back_to_what_was_read_before_reads_nothing(home: Home, ran: made_stages.Ran) -> None:
    home.read(SPOILED)
    ran.clear()
    assert home.needs(PLAIN) == {key: dict.fromkeys(("text", "records", "embeddings"), "kept") for key in home.keys[:2]}
    assert home.report(PLAIN).seconds_at_most == 0
    home.read(PLAIN)
    assert ran == [] and home.needs(PLAIN) == {}


def test_a_new_document_is_waiting_and_not_stale(home: Home, tmp_path: Path) -> None:
    home.keys += add(tmp_path / "files", home.ledger, [receipt(3)])
    figures = home.report(PLAIN)
    assert (figures.documents, figures.waiting, figures.stages) == (0, 1, [])


def test_a_page_costs_what_pages_have_cost(home: Home) -> None:
    assert seconds_per_page(home.ledger, expected(PLAIN)) == dict.fromkeys(STAGES, 0.5)


CHANGES = {
    "embeddings": {"embeddings": {"chunk_tokens": 100}},
    "records": {"records": {"review_below": 0.9}},
    "text": {"text": {"min_line_confidence": 0.95}},
    "pages, to the same pages": {"pages": {"min_skew_confidence": 0.5}},
}


@given(st.lists(st.sets(st.sampled_from(sorted(CHANGES))), min_size=1, max_size=2))
@settings(max_examples=5, deadline=None)
def test_what_is_sure_to_run_runs_and_nothing_runs_that_was_not_told(
    tmp_path_factory: pytest.TempPathFactory, steps: list[set[str]]
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        ran = made_stages.use(patch)
        home = Home(tmp_path_factory.mktemp("law"), [receipt(1), "broken"])
        home.read()
        for chosen in steps:
            reading = ReadingSettings(**{k: v for name in chosen for k, v in CHANGES[name].items()})
            told = home.needs(reading)
            ran.clear()
            home.read(reading)
            sure = {(stage, key) for key, mine in told.items() for stage, how in mine.items() if how == "sure"}
            most = {(stage, key) for key, mine in told.items() for stage, how in mine.items() if how != "kept"}
            assert sure <= set(ran) <= most
            assert home.needs(reading) == {}


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("text/2 ppocr/3.10.0/aa", "text/3 ppocr/3.10.0/aa", "the code of the stage is another version (2 → 3)"),
        ("text/2 ppocr/3.10.0/aa", "text/2 ppocr/3.11.0/bb", "ppocr 3.10.0 → 3.11.0"),
        ("text/2 ppocr/3.1/6f327246b503", "text/2 ppocr/3.1/19d219bbb667", "ppocr has other weights"),
        ("text/2 ppocr/3.1/48/64", "text/2 ppocr/3.1/48/96", "ppocr is configured otherwise (48/64 → 48/96)"),
        ("text/2 ppocr/3.1", "text/2 tesseract/5.3", "tesseract instead of ppocr"),
        ("text/2 ppocr/3.1", "text/2 ppocr/3.1 lexicon/07", "lexicon is used now"),
        ("text/2 settings/aa", "text/2 settings/bb", "its settings changed"),
    ],
)
def test_a_change_of_fingerprint_is_told_in_words(old: str, new: str, said: str) -> None:
    (one,) = changes("text", old, new, {})
    # One that comes alone is an exchange only where another goes.
    assert one == said


def test_a_changed_setting_is_named_with_both_its_values() -> None:
    noted = {
        "records/2 settings/aa": {"review_below": 0.8, "types": ""},
        "records/2 settings/bb": {"review_below": 0.9},
    }
    assert changes("records", "records/2 settings/aa", "records/2 settings/bb", noted) == [
        "setting review_below 0.8 → 0.9"
    ]


def test_reading_again_with_more_care_that_gives_the_same_pages_makes_nothing_else_stale(
    home: Home, ran: made_stages.Ran
) -> None:
    assert set(home.needs(SURER)[home.keys[0]].values()) == {"sure", "perhaps"}
    home.read(SURER)
    assert {stage for stage, _ in ran} == {"pages"}
    assert home.needs(SURER) == {}


def test_the_settings_of_records_alone_make_records_alone_stale(home: Home) -> None:
    stricter = ReadingSettings(records=RecordsSettings(review_below=0.9))
    assert home.needs(stricter) == {key: {"records": "sure"} for key in home.keys[:2]}
