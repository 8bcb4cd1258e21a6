from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from ocr.assembly import STAGES, Engines
from ocr.settings import EmbeddingsSettings, PagesSettings, ReadingSettings, TextSettings
from ocr_assets.cli import app
from ocr_assets_tests.resources import made_stages
from ocr_assets_tests.resources.made_stages import add, read_all, receipt
from resources.lake import Lake
from resources.ledger import Ledger, outbox, schema
from resources.ledger.promotions import promote, take_back
from resources.pruning import Prunable, prunable, prune
from resources.settings import load_settings
from resources.variants.aside import read_aside
from resources.variants.variant import under

PLAIN = ReadingSettings()
SPOILED = ReadingSettings(text=TextSettings(min_line_confidence=0.95))
SHORTER = ReadingSettings(embeddings=EmbeddingsSettings(chunk_tokens=100))
EVER = "9999"
"""A time before which everything was retired."""

AFTER_TEXT = {"text", "records", "embeddings"}


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two documents, read plainly."""
    monkeypatch.setenv("OCR_HOME", str(tmp_path))
    made_stages.use(monkeypatch)
    ledger, _ = stores(tmp_path)
    add(tmp_path / "files", ledger, [receipt(1), receipt(2)])
    read(tmp_path, PLAIN)
    return tmp_path


def stores(home: Path) -> tuple[Ledger, Lake]:
    return Ledger(f"sqlite:///{home / 'ledger.db'}"), Lake(str(home / "lake"))


def read(home: Path, settings: ReadingSettings) -> None:
    ledger, lake = stores(home)
    read_all([d.document for d in ledger.documents()], lake, ledger, settings)


def fingerprints(settings: ReadingSettings) -> dict[str, str]:
    engines = Engines(settings)
    return {stage: engines.fingerprint(stage) for stage in STAGES}


def unneeded(home: Path, *kept_for: ReadingSettings, before: str = EVER) -> list[Prunable]:
    ledger, lake = stores(home)
    return list(prunable(ledger, lake, [fingerprints(one) for one in kept_for], before))


def test_outputs_of_earlier_settings_are_removed_from_ledger_and_lake_and_what_is_current_stays(home: Path) -> None:
    assert unneeded(home, PLAIN) == []
    read(home, SPOILED)
    found = unneeded(home, SPOILED)
    assert {item.stage for item in found} == AFTER_TEXT and len(found) == 6
    assert all(item.bytes > 0 for item in found)
    ledger, lake = stores(home)
    assert all(prune(ledger, lake, item) for item in found)
    assert len(list(lake.complete())) == 12 and unneeded(home, SPOILED) == []
    read(home, PLAIN)
    assert len(list(lake.complete())) == 18


def test_what_the_settings_in_force_or_named_ones_lead_to_is_kept(home: Path) -> None:
    read(home, SPOILED)
    assert unneeded(home, SPOILED, PLAIN) == []
    # Their fingerprint alone does not keep embeddings that were made of a text these settings do not give.
    assert {item.stage for item in unneeded(home, SHORTER, SPOILED)} == {"embeddings"}


def test_the_young_are_kept(home: Path) -> None:
    read(home, SPOILED)
    assert unneeded(home, SPOILED, before="2000") == []


def test_what_the_published_corpus_shows_is_kept_until_another_one_is_published(home: Path) -> None:
    ledger, _ = stores(home)
    ledger.publish(ledger.state(), 2)
    read(home, SPOILED)
    assert unneeded(home, SPOILED) == []
    ledger.publish(ledger.state(), 2)
    assert len(unneeded(home, SPOILED)) == 6


def test_what_was_read_aside_is_found_in_the_lake(home: Path) -> None:
    ledger, lake = stores(home)
    other = under(load_settings(), {"text": {"min_line_confidence": 0.95}})
    read_aside(other, [d.document for d in ledger.documents()], lake, ledger)
    found = unneeded(home, PLAIN)
    assert {item.stage for item in found} == AFTER_TEXT and all(item.known is None for item in found)
    assert unneeded(home, PLAIN, SPOILED) == []


def test_a_lake_of_another_ledger_is_left_alone(home: Path, tmp_path: Path) -> None:
    _, lake = stores(home)
    fresh = Ledger(f"sqlite:///{tmp_path / 'fresh.db'}")
    assert list(prunable(fresh, lake, [], EVER)) == []


def test_what_came_into_force_again_is_not_removed(home: Path) -> None:
    read(home, SPOILED)
    found = unneeded(home, SPOILED)
    read(home, PLAIN)
    ledger, lake = stores(home)
    assert not any(prune(ledger, lake, item) for item in found)
    assert len(list(lake.complete())) == 18


def test_what_rolling_back_the_last_promotion_makes_current_is_kept(home: Path) -> None:
    ledger, _ = stores(home)
    with ledger.transaction() as connection:
        promote(connection, "spoiled", {"text": {"min_line_confidence": 0.95}}, "", "a test")
    read(home, SPOILED)
    assert unneeded(home, SPOILED) == []
    with ledger.transaction() as connection:
        take_back(connection, "a test")
    # Now those of the variant are the old ones; the command keeps them as those of the last variant rolled back.
    assert len(unneeded(home, PLAIN)) == 6 and unneeded(home, PLAIN, SPOILED) == []


def test_an_output_that_lost_its_input_to_other_pages_is_removed_too(home: Path) -> None:
    smaller = ReadingSettings(pages=PagesSettings(dpi=100))
    read(home, smaller)
    # The pages came out the same, so what was made of them is in force.
    assert {item.stage for item in unneeded(home, smaller)} == {"pages"}


def test_the_command_says_what_it_would_free_and_then_frees_it(home: Path) -> None:
    read(home, SPOILED)
    (home / "ocr-assets.toml").write_text("[text]\nmin_line_confidence = 0.95\n")
    told = said("prune", "--dry-run", "--json", code=0)
    assert (told["outputs"], told["dry_run"]) == (0, True)
    with stores(home)[0].transaction() as connection:
        connection.execute(schema.outputs.update().values(retired_at="2020-01-01T00:00:00+00:00"))
    assert said("prune", "--dry-run", "--json", code=0)["outputs"] == 6
    done = said("prune", "--json", code=0)
    assert done["outputs"] == 6 and done["bytes"] > 0 and set(done["stages"]) == AFTER_TEXT
    assert said("prune", "--json", code=0)["outputs"] == 0
    unknown = CliRunner().invoke(app, ["prune", "--keep", "nobody"])
    assert unknown.exit_code == 2 and "no variant is called 'nobody'" in unknown.stderr


def test_the_command_removes_events_sent_long_ago_and_what_old_promotions_kept(home: Path) -> None:
    ledger, _ = stores(home)
    for variant in ("a", "b"):
        with ledger.transaction() as connection:
            promote(connection, variant, {"text": {"min_line_confidence": 0.95}}, "", "a test")
    read(home, SPOILED)
    with ledger.transaction() as connection:
        outbox.mark_sent(connection, [event.id for event in outbox.ready(connection, ["live"], 10)])
    assert said("prune", "--json", code=0) | {"events": 0, "promotions": 0} == said("prune", "--json", code=0)
    long_ago = "2020-01-01T00:00:00+00:00"
    with ledger.transaction() as connection:
        sent = schema.outbox.c.state == outbox.SENT
        connection.execute(schema.outbox.update().where(sent).values(sent_at=long_ago))
        connection.execute(schema.promotions.update().values(made_at=long_ago))
    for arguments in (["--dry-run"], []):
        done = said("prune", *arguments, "--json", code=0)
        assert (done["events"], done["promotions"]) == (2, 1)
    done = said("prune", "--json", code=0)
    assert (done["events"], done["promotions"]) == (0, 0)


def said(*arguments: str, code: int) -> dict[str, Any]:
    done = CliRunner().invoke(app, list(arguments))
    assert done.exit_code == code, done.output
    return json.loads(done.stdout)
