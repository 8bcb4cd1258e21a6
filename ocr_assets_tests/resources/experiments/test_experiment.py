from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path

import pytest

from ocr.assembly import STAGES
from ocr.evaluation.truth import Truth, TruthPage, save_truth
from ocr_assets_tests.resources.variants.standing_in import STANDING_IN, Killed, arrive
from resources.experiments.chosen import choose
from resources.experiments.experiment import Experiment, NothingToRead, run
from resources.experiments.kept import NoSuchExperiment, keep, latest
from resources.experiments.promoting import NotPromoted, promote, rollback
from resources.experiments.report import report
from resources.experiments.split import sides
from resources.lake import Lake
from resources.ledger import Ledger
from resources.ledger.promotions import NothingToRollBack
from resources.ledger.split import Split
from resources.settings import load_settings
from resources.staleness import find_stale
from resources.staleness.aside import read_aside_before
from resources.variants.sides import challengers, pending, read_sides
from resources.variants.variant import define, fingerprints_of
from resources.warm import warm

GOLDEN = [f"The Shop number {n}\nReceipt\nDate 2026-03-0{n}\nTotal {n}.00\nthere were seven" for n in range(1, 8)]
OTHERS = [f"Dear reader,\nthis is letter {n}, and there is no truth of it here" for n in range(4)]
WORSE, SAME = {"text": {"min_line_confidence": 0.95}}, {"records": {"review_below": 0.7}}


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("OCR_HOME", str(tmp_path))
    monkeypatch.setattr("resources.batch.STAGE_FUNCTIONS", STANDING_IN)
    return tmp_path


@pytest.fixture
def lake(home: Path) -> Lake:
    return Lake(load_settings().lake_url)


@pytest.fixture
def ledger(home: Path) -> Ledger:
    return Ledger(load_settings().ledger_url)


def read(ledger: Ledger, lake: Lake) -> set[str]:
    """Read what is pending, as a run would; what became of it."""
    settings = load_settings()
    keys = [item.document for item in pending(ledger, settings)]
    engines = {"": warm(settings.reading)} | {n: warm(of.reading) for n, of in challengers(settings).items()}
    return {r.status for s in STAGES for r in read_sides(s, keys, engines, lake, ledger, crashes=3)}


def with_truth(home: Path, *texts: str) -> None:
    for text in texts:
        digest = hashlib.sha256(text.encode()).hexdigest()
        save_truth(Truth(sha256=digest, pages=[TruthPage(number=1, text=text)]), home / "ground_truth")


def tried(name: str, lake: Lake, ledger: Ledger, sample: int = 4) -> Experiment:
    experiment = run(name, load_settings(), lake, ledger, sample=sample, seed=7)
    keep(lake, experiment)
    return experiment


@pytest.fixture(scope="module")
def read_before(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A home with seven documents with ground truth, two of them for tests, and four without, all read; then a worse
    variant was tried. With it the state of the ledger before that."""
    made = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OCR_HOME", str(made))
        patch.setattr("resources.batch.STAGE_FUNCTIONS", STANDING_IN)
        ledger, lake = Ledger(load_settings().ledger_url), Lake(load_settings().lake_url)
        arrive(ledger, made / "in", *GOLDEN[:5], *OTHERS)
        arrive(ledger, made / "in", *GOLDEN[5:], environment="test")
        with_truth(made, *GOLDEN)
        read(ledger, lake)
        assert pending(ledger, load_settings()) == []
        state = ledger.state()
        define(ledger, "worse", WORSE)
        tried("worse", lake, ledger)
        ledger.engine.dispose()
    return made, state


@pytest.fixture
def archive(read_before: tuple[Path, str], home: Path, ledger: Ledger) -> list[str]:
    """Keys of what was read before, in a home of the test's own."""
    ledger.engine.dispose()
    shutil.copytree(read_before[0], home, dirs_exist_ok=True)
    return [document.document for document in ledger.documents()]


def test_all_with_truth_and_a_seeded_sample_of_live_ones_are_read(archive, ledger, home) -> None:
    folders = load_settings().truth_folders
    chosen = choose(ledger, folders, 2, 7)
    assert len(chosen.golden) == 7 and len(chosen.sample) == 2
    assert choose(ledger, folders, 2, 7) == chosen != choose(ledger, folders, 2, 8)
    arrive(ledger, home / "in", GOLDEN[0], environment="test")
    assert choose(ledger, folders, 2, 7).golden == chosen.golden


def test_a_worse_variant_loses_and_nothing_that_is_current_changes(archive, lake, ledger, read_before) -> None:
    experiment = latest(lake, "worse")
    assert ledger.state() == read_before[1]
    assert {(one.stage, one.measure) for one in experiment.lost} == {("text", "character_errors")}
    assert experiment.differing["pages"] == 0 and experiment.differing["text"] == 11
    assert experiment.disagreement.documents == 4 and experiment.disagreement.alike == 0
    assert experiment.disagreement.confidence is not None
    assert experiment.disagreement.confidence.after == pytest.approx(0.7)
    assert {cost.stage: cost.apart for cost in experiment.costs}["pages"] == 0
    with pytest.raises(NotPromoted, match=r"loses: text character_errors 0\.0000 → .*--accept-loss"):
        promote("worse", load_settings(), lake, ledger, reason="cheaper")


def test_an_experiment_is_kept_as_json_report_and_plot(archive, lake, ledger) -> None:
    with pytest.raises(NoSuchExperiment, match="experiment run other"):
        latest(lake, "other")
    experiment = latest(lake, "worse")
    folder = lake.root / "experiments" / "worse" / experiment.id
    assert {file.name for file in folder.iterdir()} == {"experiment.json", "report.md", "plot.png"}
    assert len((folder / "plot.png").read_bytes()) < 40_000
    page = report(experiment)
    assert "should not be promoted" in page and "`text.min_line_confidence = 0.95`" in page
    assert json.loads((folder / "experiment.json").read_text())["variant"] == "worse"


def test_rejections_that_appear_are_told_and_speak_against_it(archive, lake, ledger, home) -> None:
    arrive(ledger, home / "in", "UNREADABLE by some")
    read(ledger, lake)
    experiment = tried("worse", lake, ledger, sample=7)
    (one,) = experiment.appeared
    assert (one.stage, one.code, one.golden) == ("text", "broken", False) and experiment.vanished == []
    assert any("1 sampled documents are rejected" in why for why in experiment.against)


def test_a_golden_document_that_is_not_read_any_more_has_lost_everything(archive, lake, ledger, home) -> None:
    texts = [f"UNREADABLE {n}" for n in range(4)]
    arrive(ledger, home / "in", *texts)
    with_truth(home, *texts)
    read(ledger, lake)
    experiment = tried("worse", lake, ledger)
    assert sum(one.golden for one in experiment.appeared) == 4
    judged = next(c for c in experiment.compared if c.measure == "character_errors" and c.by == "all")
    assert judged.paired.documents == 11


def test_what_was_tried_is_promoted_read_from_the_lake_and_rolled_back_reading_nothing(archive, lake, ledger) -> None:
    define(ledger, "lenient", SAME)
    tried("lenient", lake, ledger, sample=6)
    before, fingerprints = ledger.outputs(), fingerprints_of("")

    promote("lenient", load_settings(), lake, ledger, reason="fewer reviews")

    assert load_settings().records.review_below == 0.7
    assert fingerprints_of("") == fingerprints_of("lenient") != fingerprints
    assert {item.stage for item in pending(ledger, load_settings())} == {"records"}
    stale = find_stale(ledger, fingerprints_of(""), {}, read_aside_before(lake, load_settings().truth_folders))
    assert len(stale) == len(archive)
    assert all(one.needs["records"].kept for one in stale)
    assert read(ledger, lake) == {"reused"}
    assert ledger.outputs() != before

    done = rollback(ledger, reason="too few")

    assert done.documents == len(archive) and done.promotion is not None and done.promotion.reason == "too few"
    assert ledger.outputs() == before and fingerprints_of("") == fingerprints
    with pytest.raises(NothingToRollBack):
        rollback(ledger, reason="again")


def test_what_no_experiment_has_read_is_not_told_to_be_there(archive, lake, ledger, home) -> None:
    define(ledger, "lenient", SAME)
    tried("lenient", lake, ledger, sample=0)
    promote("lenient", load_settings(), lake, ledger, reason="fewer reviews")
    stale = find_stale(ledger, fingerprints_of(""), {}, read_aside_before(lake, load_settings().truth_folders))
    assert sum(one.needs["records"].kept for one in stale) == len(GOLDEN) < len(stale) == len(archive)


def test_only_what_an_experiment_compared_with_the_models_of_now_is_promoted(
    archive, lake, ledger, monkeypatch
) -> None:
    define(ledger, "lenient", SAME)
    with pytest.raises(NotPromoted, match="no experiment"):
        promote("lenient", load_settings(), lake, ledger, reason="r")
    tried("lenient", lake, ledger)
    with monkeypatch.context() as other:
        other.setenv("OCR_EMBEDDINGS__CHUNK_TOKENS", "100")
        with pytest.raises(NotPromoted, match="other models"):
            promote("lenient", load_settings(), lake, ledger, reason="r")
    with monkeypatch.context() as other:
        other.setenv("OCR_RECORDS__REVIEW_BELOW", "0.8")
        with pytest.raises(NotPromoted, match="OCR_RECORDS__REVIEW_BELOW"):
            promote("lenient", load_settings(), lake, ledger, reason="r")
    promote("lenient", load_settings(), lake, ledger, reason="r")
    with pytest.raises(NotPromoted):
        promote("lenient", load_settings(), lake, ledger, reason="r", accept_loss="why not")


def test_a_loss_is_promoted_for_a_reason_that_is_kept_and_told(archive, lake, ledger) -> None:
    made = promote("worse", load_settings(), lake, ledger, reason="half the cost", accept_loss="nobody reads it")
    assert made.reason == "half the cost; loss accepted: nobody reads it"
    with ledger.engine.connect() as connection:
        rows = connection.exec_driver_sql("select detail from outbox where kind = 'ModelPromoted'").scalars()
        (told,) = [json.loads(row) for row in rows]
    assert told["variant"] == "worse" and told["before"] == "" and not told["rollback"]
    assert told["overrides"] == WORSE


def test_without_documents_there_is_nothing_to_try(lake, ledger) -> None:
    define(ledger, "lenient", SAME)
    with pytest.raises(NothingToRead):
        tried("lenient", lake, ledger)


def test_an_experiment_that_was_killed_goes_on_and_rejects_what_kills(lake, ledger, home) -> None:
    arrive(ledger, home / "in", "KILLER", "another")
    with_truth(home, "KILLER", "another")
    define(ledger, "worse", WORSE)
    for _ in range(6):  # three times by either side
        with pytest.raises(Killed):
            tried("worse", lake, ledger)
    experiment = tried("worse", lake, ledger)
    assert experiment.appeared == [] and experiment.compared[0].paired.documents == 1


def test_a_share_of_what_arrives_is_read_by_the_challenger_until_the_split_ends(
    archive, lake, home, monkeypatch
) -> None:
    monkeypatch.setenv("OCR_EXPERIMENT__CHALLENGER", "worse")
    monkeypatch.setenv("OCR_EXPERIMENT__SHARE", "0.5")
    settings = load_settings()
    assert pending(Ledger(settings.ledger_url), settings) == []
    ledger = Ledger(settings.ledger_url, Split("worse", 0.5))
    new = [f"Dear reader,\nthis is the new letter {n}" for n in range(12)]
    arrive(ledger, home / "in", *new)
    arrive(ledger, home / "in", *[f"{text} again" for text in new[:4]], environment="test")
    assert read(ledger, lake) == {"read"}
    assert pending(ledger, settings) == []
    outputs = ledger.outputs()
    variants = {d.document: d.variant for d in ledger.documents()}
    mine = [key for key, variant in variants.items() if variant == "worse"]
    assert 2 < len(mine) < 10 and not any(key.startswith("test-") for key in mine)
    assert not set(mine) & set(archive)
    for key, variant in variants.items():
        assert outputs[key]["text"].fingerprint == fingerprints_of(variant)["text"]

    fresh = Ledger(f"sqlite:///{home / 'fresh.db'}", Split("another", 1.0))
    fresh.rebuild(lake.manifests())
    assert {d.document: d.variant for d in fresh.documents()} == variants

    first, second = sides(settings, lake, ledger)
    assert (second.variant, second.documents) == ("worse", len(mine)) and first.documents >= 12 - len(mine)

    monkeypatch.setenv("OCR_EXPERIMENT__CHALLENGER", "")
    stale = pending(ledger, load_settings())
    assert sorted(item.document for item in stale) == sorted(mine)
    assert sides(load_settings(), lake, ledger) == []
