"""What `ocr-assets search` says of what it finds."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from ocr.embedding import sentence
from ocr_assets.cli import app
from ocr_assets_tests.resources.test_warehouse_search import PASSAGES, VECTORS, corpus_of

BY_MEANING = "No passage has these words. Nearest in meaning:"


class Embedder:
    """Takes everything for what the first passage says."""

    def __init__(self, *_: object) -> None: ...

    def embed(self, texts: list[str]) -> np.ndarray:
        return VECTORS[:1]


@pytest.fixture
def corpus(home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(sentence, "SentenceEmbedder", Embedder)
    return corpus_of(home / "corpus.duckdb", PASSAGES, VECTORS)


def test_passages_that_have_none_of_the_words_are_not_shown_as_if_they_had(corpus: Path) -> None:
    said = CliRunner().invoke(app, ["search", "zeppelin"]).output
    assert BY_MEANING in said and "lease-1.pdf" in said


def test_passages_that_have_the_words_are_shown_as_they_are(corpus: Path) -> None:
    said = CliRunner().invoke(app, ["search", "terms of payment"]).output
    assert BY_MEANING not in said and "invoice-1.pdf" in said


def test_where_only_words_are_asked_for_nothing_is_found(corpus: Path) -> None:
    assert "Nothing found." in CliRunner().invoke(app, ["search", "zeppelin", "--words-only"]).output
