"""Scanned pages to read: the receipts, as often as one likes as different documents."""

from __future__ import annotations

from pathlib import Path

from benchmarks import evaluation_data


def receipts(folder: Path, copies: int) -> list[Path]:
    """Receipts of one page: decoders ignore what follows the end of a JPEG."""
    folder.mkdir(parents=True)
    made = []
    for copy in range(copies):
        for image, _ in evaluation_data.sroie():
            path = folder / f"{image.stem}-{copy}.jpg"
            path.write_bytes(image.read_bytes() + str(copy).encode())
            made.append(path)
    return made
