from __future__ import annotations

import json
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from ocr import loading
from ocr.embedding import sentence
from ocr.embedding.sentence import SHA256, SentenceEmbedder
from ocr.errors import EngineError
from ocr.settings import EmbeddingsSettings, EngineSettings

TEXTS = [
    "Terms of payment: net 30 days.",
    "Zahlbar innerhalb von 30 Tagen ohne Abzug.",
    "",
    "  \n",
    "Café №5 — “naïve” 東京 🚀 ﬁnal",
    "The tenant shall pay the rent in advance. " * 60,
    "x",
    "A0123-456/78 1.234,56 EUR",
    *[f"clause {n} " * n for n in range(1, 12)],
]


@pytest.fixture(scope="module")
def packaged() -> SentenceEmbedder:
    return SentenceEmbedder(EmbeddingsSettings(), EngineSettings(device="cpu"))


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("the network was touched")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket.socket, "connect_ex", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


def test_vectors_are_of_unit_length_and_near_where_the_meaning_is(packaged: SentenceEmbedder) -> None:
    vectors = packaged.embed(["When must the rent be paid?", "Rent is due each month.", "A recipe for apple pie."])
    assert (vectors.shape, vectors.dtype) == ((3, packaged.dimension), np.float32)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert vectors[0] @ vectors[1] > vectors[0] @ vectors[2] + 0.3


def test_a_text_has_the_same_vector_alone_and_among_others(packaged: SentenceEmbedder) -> None:
    together = packaged.embed(TEXTS)
    alone = np.concatenate([packaged.embed([text]) for text in TEXTS])
    assert np.isfinite(together).all()
    assert np.abs(together - alone).max() < 1e-5


def test_no_texts_have_no_vectors(packaged: SentenceEmbedder) -> None:
    assert packaged.embed([]).shape == (0, 384)


def test_both_ways_of_running_the_packaged_model_agree_without_the_network(
    packaged: SentenceEmbedder, no_network: None
) -> None:
    other = SentenceEmbedder(EmbeddingsSettings(), EngineSettings(device="cpu", runtime="onnxruntime"))
    cosines = (packaged.embed(TEXTS) * other.embed(TEXTS)).sum(axis=1)
    assert cosines.min() > 0.99999
    assert other.fingerprint == packaged.fingerprint
    assert type(other.embed(["x"])) is np.ndarray


def test_another_model_is_taken_from_a_folder(packaged: SentenceEmbedder, tmp_path: Path, no_network: None) -> None:
    model = tmp_path / "house-model"
    shutil.copytree(sentence._packaged_folder(), model)
    embedder = SentenceEmbedder(EmbeddingsSettings(model=str(model)), EngineSettings(device="cpu"))
    before = embedder.fingerprint
    assert before.startswith("house-model/sentence-transformers-")
    assert embedder.dimension == 384
    assert (embedder.embed(TEXTS[:2]) * packaged.embed(TEXTS[:2])).sum(axis=1).min() > 0.9999
    (model / "1_Pooling" / "config.json").write_text(
        json.dumps({"word_embedding_dimension": 384, "pooling_mode_cls_token": True})
    )
    loading.file_sha256.cache_clear()
    assert SentenceEmbedder(EmbeddingsSettings(model=str(model)), EngineSettings()).fingerprint != before


def test_weights_load_once_and_the_fingerprint_loads_none() -> None:
    embedder = SentenceEmbedder(EmbeddingsSettings(), EngineSettings(device="cpu"))
    before = loading.loads().get("all-minilm-l6-v2", 0)
    assert SHA256[:12] in embedder.fingerprint
    assert embedder.count_tokens("terms of payment") == 3
    assert loading.loads().get("all-minilm-l6-v2", 0) == before
    for _ in range(3):
        embedder.embed(["terms of payment"])
    assert loading.loads()["all-minilm-l6-v2"] == before + 1


def test_tokens_are_counted_beyond_what_the_model_reads(packaged: SentenceEmbedder) -> None:
    assert packaged.count_tokens("rent " * 1000) == 1000
    assert packaged.count_tokens("") == 0


def test_the_default_way_is_light() -> None:
    """One query in a fresh process, without torch and its seconds of imports."""
    code = (
        "import sys; from ocr.embedding.sentence import SentenceEmbedder as S;"
        "from ocr.settings import EmbeddingsSettings as E, EngineSettings as N;"
        "s = S(E(), N(device='cpu')); s.count_tokens('x'); assert s.embed(['terms']).shape == (1, 384);"
        "assert not {'torch', 'transformers', 'sentence_transformers'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


def test_weights_that_are_not_those_published_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(sentence._packaged_folder(), tmp_path / "model")
    with (tmp_path / "model" / "model.safetensors").open("r+b") as handle:
        handle.seek(1_000_000)
        handle.write(b"\x00\x01\x02\x03")
    monkeypatch.setattr(sentence, "_packaged_folder", lambda: tmp_path / "model")
    with pytest.raises(EngineError, match="SHA-256"):
        SentenceEmbedder(EmbeddingsSettings(), EngineSettings(device="cpu")).embed(["x"])


@pytest.mark.parametrize("model", ["nobody/no-such-model", "not a name at all", "/no/such/folder"])
def test_a_model_that_is_not_here_is_said_by_its_setting(model: str, no_network: None) -> None:
    embedder = SentenceEmbedder(EmbeddingsSettings(model=model), EngineSettings(device="cpu"))
    with pytest.raises(EngineError, match=r"\[embeddings\] model"):
        embedder.embed(["x"])
    with pytest.raises(EngineError, match=r"\[embeddings\] model"):
        _ = embedder.fingerprint


def test_a_folder_that_holds_no_model_is_said_by_its_setting(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}")
    embedder = SentenceEmbedder(EmbeddingsSettings(model=str(tmp_path)), EngineSettings(device="cpu"))
    with pytest.raises(EngineError, match=r"\[embeddings\] model"):
        embedder.embed(["x"])
    with pytest.raises(EngineError, match=r"tokenizer\.json"):
        embedder.count_tokens("x")


def test_cuda_without_a_gpu_is_refused_and_auto_does_without(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sentence, "_has_driver", lambda: False)
    with pytest.raises(EngineError, match="device"):
        SentenceEmbedder(EmbeddingsSettings(), EngineSettings(device="cuda")).embed(["x"])
    assert SentenceEmbedder(EmbeddingsSettings(), EngineSettings(device="auto")).embed(["x"]).shape == (1, 384)
