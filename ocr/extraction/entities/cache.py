"""Answers kept by the content of what was asked, in a folder that several processes may use at once."""

from __future__ import annotations

import hashlib
import json
import os
import threading
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from ocr.extraction.entities.client import Reply


def key_of(model: str, messages: Sequence[Mapping[str, str]], schema: Mapping[str, Any], answer_tokens: int) -> str:
    """SHA-256 (hex) of all that decides an answer."""
    asked = json.dumps([model, list(messages), schema, answer_tokens], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(asked.encode()).hexdigest()


class AnswerCache:
    """One JSON file an answer under `folder`; None keeps nothing."""

    def __init__(self, folder: Path | None) -> None:
        self.folder = folder

    def get(self, key: str) -> Reply | None:
        """The reply kept under a key; a file that is damaged is as good as none."""
        if self.folder is None:
            return None
        try:
            return Reply(**json.loads(self._path(self.folder, key).read_bytes()))
        except (FileNotFoundError, ValueError, TypeError):
            return None

    def put(self, key: str, reply: Reply) -> None:
        """Keep a reply: written whole beside its place, then renamed, so that no reader sees half of it."""
        if self.folder is None:
            return
        path = self._path(self.folder, key)
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_name(f".{path.name}.{os.getpid()}.{threading.get_ident()}")
        temporary.write_text(json.dumps(asdict(reply), ensure_ascii=False))
        temporary.replace(path)

    def _path(self, folder: Path, key: str) -> Path:
        return folder / "answers" / key[:2] / f"{key}.json"
