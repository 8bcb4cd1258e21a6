"""Folders, files and manifests of the lake, on a local folder or S3 through one UPath.

    <root>/<stage>/<document key>/<version>/…files…
    <root>/<stage>/<document key>/<version>/manifest.json      written last: without it there is no output

A version is a digest of the input and of the fingerprint that made the output, so an output is never overwritten by
another one: readers never see a mixture, and going back to an older model costs nothing until old versions are pruned.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from upath import UPath

MANIFEST = "manifest.json"
NOT_THERE = (FileNotFoundError, NotADirectoryError)
"""What listing a folder that does not exist raises: the one on a disk, the other on S3."""


@dataclass(slots=True)
class Manifest:
    """What is known of one output. `data` holds what is too small for a file of its own (the raw document, the record's
    head); `usage` is what a service was paid for; `rejection` is set where the document was rejected at this stage;
    `variant` is the side of a split the document came to."""

    document: str
    stage: str
    version: str
    input_hash: str
    fingerprint: str
    output_hash: str
    seconds: float
    model_loads: int
    made_at: str
    pages: int = 0
    files: list[str] = field(default_factory=list)
    data: dict[str, Any] = field(default_factory=dict)
    usage: dict[str, Any] = field(default_factory=dict)
    rejection: dict[str, Any] | None = None
    page_rejections: list[dict[str, Any]] = field(default_factory=list)
    variant: str = ""


def version_of(stage: str, input_hash: str, fingerprint: str) -> str:
    return hashlib.sha256(f"{stage}\n{input_hash}\n{fingerprint}".encode()).hexdigest()[:16]


class Lake:
    def __init__(self, url: str) -> None:
        self.root = UPath(url)
        self.local = self.root.protocol in ("", "file")

    def folder(self, stage: str, document: str, version: str) -> UPath:
        return self.root / stage / document / version

    def write(self, path: UPath, data: bytes) -> None:
        """Write a file whole: a temporary name and a rename on a disk, one PUT on S3."""
        if not self.local:
            path.write_bytes(data)
            return
        target = Path(str(path))
        target.parent.mkdir(parents=True, exist_ok=True)
        temporary = target.with_name(f".{target.name}.{os.getpid()}")
        with temporary.open("wb") as handle:
            handle.write(data)
        temporary.replace(target)

    def commit(self, manifest: Manifest) -> None:
        """Write the manifest, which makes the output exist."""
        path = self.folder(manifest.stage, manifest.document, manifest.version) / MANIFEST
        self.write(path, json.dumps(asdict(manifest), ensure_ascii=False, indent=1).encode())

    def manifest(self, stage: str, document: str, version: str) -> Manifest | None:
        """The manifest of an output, or None where there is no complete output."""
        try:
            return Manifest(**json.loads((self.folder(stage, document, version) / MANIFEST).read_bytes()))
        except FileNotFoundError:
            return None

    def complete(self) -> Iterator[tuple[str, str, str]]:
        """Stage, document and version of every complete output."""
        for path in self.root.glob(f"*/*/*/{MANIFEST}"):
            stage, document, version = path.parts[-4:-1]
            yield stage, document, version

    def size(self, stage: str, document: str, version: str) -> int:
        """Bytes of an output's files; 0 where there is none."""
        try:
            return sum(path.stat().st_size for path in self.folder(stage, document, version).iterdir())
        except NOT_THERE:
            return 0

    def remove(self, stage: str, document: str, version: str) -> None:
        """Remove an output, its manifest first: what is left of a removal that was broken off is no output."""
        folder = self.folder(stage, document, version)
        try:
            files = sorted(folder.iterdir(), key=lambda path: path.name != MANIFEST)
        except NOT_THERE:
            return
        for path in files:
            path.unlink(missing_ok=True)
        if self.local:
            folder.rmdir()

    def manifests(self) -> Iterator[Manifest]:
        """Every complete output in the lake, for rebuilding the ledger."""
        for path in self.root.glob(f"*/*/*/{MANIFEST}"):
            yield Manifest(**json.loads(path.read_bytes()))
