"""Memory over a long document: 300 digital pages, and 300 scanned ones, through one worker.

    uv run python -m benchmarks.long_documents

Writes docs/results/long_documents.md.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks import machine
from ocr.synthesis.drawing import draw
from ocr_assets.bench.platform import PeakMemory

PAGES = 300
PROGRAM = Path(sys.executable).with_name("ocr-assets")
RESULT = Path(__file__).parents[1] / "docs" / "results" / "long_documents.md"


def main() -> None:
    rows = []
    with tempfile.TemporaryDirectory(prefix="long-documents-") as folder:
        for kind, pages in (("digital", 10), ("digital", PAGES), ("scanned", 10), ("scanned", PAGES)):
            home = Path(folder) / f"{kind}-{pages}"
            home.mkdir()
            file = home / f"{kind}.pdf"
            file.write_bytes(document(kind, pages))
            rows.append((kind, pages, *read(home, file)))
    lines = [
        "# Long documents",
        "",
        f"Measured by `python -m benchmarks.long_documents` on {machine.describe()}, at commit {machine.commit()}.",
        "One worker; peak memory of its process, from start to published corpus.",
        "",
        "| pages | of | peak MiB | seconds | pages a second |",
        "| --- | --- | --- | --- | --- |",
        *(f"| {n} | {kind} | {peak:.0f} | {s:.0f} | {n / s:.2f} |" for kind, n, peak, s in rows),
    ]
    RESULT.parent.mkdir(parents=True, exist_ok=True)
    RESULT.write_text("\n".join(lines) + "\n")
    print(RESULT.read_text())


def document(kind: str, pages: int) -> bytes:
    """A report of that many pages with text and tables; scanned: the same as images at 150 dpi."""
    import pymupdf

    drawn = draw("report", "en", seed=1, length=10)
    made = pymupdf.open()
    with pymupdf.open(stream=drawn.pdf, filetype="pdf") as source:
        for number in range(pages):
            index = number % source.page_count
            if kind == "digital":
                made.insert_pdf(source, from_page=index, to_page=index)
            else:
                picture = source[index].get_pixmap(dpi=150, colorspace=pymupdf.csGRAY)
                page = made.new_page(width=source[index].rect.width, height=source[index].rect.height)
                page.insert_image(page.rect, stream=picture.tobytes("jpg"))
    return made.tobytes(garbage=3, deflate=True)


def read(home: Path, file: Path) -> tuple[float, float]:
    """Peak memory of the worker (MiB) and seconds of the run."""
    env = {**os.environ, "OCR_HOME": str(home)}
    subprocess.run([PROGRAM, "add", file], env=env, check=True, stdout=subprocess.DEVNULL)
    started = time.perf_counter()
    process = subprocess.Popen([PROGRAM, "run", "--json", "--workers", "1"], env=env, stdout=subprocess.PIPE, text=True)
    with PeakMemory(process.pid) as peak:
        output, _ = process.communicate()
    seconds = time.perf_counter() - started
    summary = json.loads(output)
    assert summary["read"] == 1, summary
    return peak.largest, seconds


if __name__ == "__main__":
    main()
