"""The sample documents of this project: every kind, both languages, every common way a file arrives.

`invoice_de_encrypted.pdf` opens with the password `PASSWORD`. Its bytes are the only ones that differ from one run to
the next: PyMuPDF draws fresh random numbers for every encryption.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from ocr.evaluation.truth import Truth, load_truth, save_truth
from ocr.synthesis.degrade import skew, turn
from ocr.synthesis.drawing import draw
from ocr.synthesis.paper import Drawn, Kind, Language
from ocr.synthesis.scans import FileForm, Scan, Step, scan

PASSWORD = "open-sesame"
SET = "samples"


@dataclass(frozen=True, slots=True)
class _Digital:
    kind: Kind
    language: Language
    seed: int
    length: int | None = None

    def make(self) -> Drawn:
        return draw(self.kind, self.language, self.seed, self.length)


@dataclass(frozen=True, slots=True)
class _Scanned:
    """`original` scanned after `steps`; `pages` are those scanned where not all are."""

    original: _Digital
    steps: tuple[Step, ...]
    form: FileForm = "pdf"
    dpi: int = 150
    pages: tuple[int, ...] | None = None

    def make(self) -> Scan:
        original = self.original
        return scan(original.make(), self.steps, original.seed, form=self.form, dpi=self.dpi, scanned=self.pages)


_DIGITAL = {
    "invoice_en": _Digital("invoice", "en", 100),
    "invoice_de": _Digital("invoice", "de", 101),
    "invoice_de_long": _Digital("invoice", "de", 102, 41),
    "letter_en": _Digital("letter", "en", 103),
    "article_en_two_columns": _Digital("article", "en", 104),
    "report_en_tables": _Digital("report", "en", 105, 3),
    "form_de": _Digital("form", "de", 106),
}
_SCANNED = {
    "invoice_en_scan": _Scanned(_Digital("invoice", "en", 110), ("clean",)),
    "invoice_de_skewed": _Scanned(_Digital("invoice", "de", 111), (partial(skew, angle=2.3), "clean")),
    "invoice_en_rotated_90": _Scanned(_Digital("invoice", "en", 112), (partial(turn, rotation=90), "clean")),
    "invoice_de_low_contrast": _Scanned(_Digital("invoice", "de", 113), ("low_contrast",), "jpg"),
    "receipt_en_photo": _Scanned(_Digital("receipt", "en", 114), ("photographed",), "jpg", 200),
    "receipt_de_scan": _Scanned(_Digital("receipt", "de", 115), ("clean",), "png", 200),
    "receipt_en_noisy": _Scanned(_Digital("receipt", "en", 116), ("noisy",), "jpg", 200),
    "receipt_de_low_contrast": _Scanned(_Digital("receipt", "de", 117), ("low_contrast",), "webp", 200),
    "receipt_en_crushed": _Scanned(_Digital("receipt", "en", 118), ("clean", "crushed"), "jpg", 200),
    "receipt_de_photo": _Scanned(_Digital("receipt", "de", 119), ("photographed",), "webp", 200),
    "letter_de_scan": _Scanned(_Digital("letter", "de", 120), ("clean",), "webp"),
    "letter_en_rotated_180": _Scanned(_Digital("letter", "en", 121), (partial(turn, rotation=180), "clean"), "jpg"),
    "letter_de_skewed": _Scanned(_Digital("letter", "de", 122), (partial(skew, angle=-3.7), "clean"), "png"),
    "article_de_scan": _Scanned(_Digital("article", "de", 123), ("clean",), "pdf", 170),
    "report_de_fax": _Scanned(_Digital("report", "de", 124, 3), ("bilevel",), "tiff", 200),
    "report_en_mixed": _Scanned(_Digital("report", "en", 125), ("skewed", "clean"), "pdf", 150, (2,)),
    "form_de_rotated_270": _Scanned(_Digital("form", "de", 126), (partial(turn, rotation=270), "clean"), "png"),
    "form_en_noisy_skewed": _Scanned(_Digital("form", "en", 127), (partial(skew, angle=1.4), "noisy"), "jpg"),
}


def write_samples(folder: Path) -> list[Path]:
    """Write `samples/` and `ground_truth/` below `folder`; returns the documents.

    Truth of earlier samples whose bytes are gone is removed. The broken document has truth too: its bytes and name, and
    nothing to be read.
    """
    samples, truths = folder / "samples", folder / "ground_truth"
    samples.mkdir(parents=True, exist_ok=True)
    written, known = [], set()
    for name, data, truth in _all():
        path = samples / name
        path.write_bytes(data)
        save_truth(truth.model_copy(update={"name": name, "set": SET}), truths)
        written.append(path)
        known.add(truth.sha256)
    for path in sorted(truths.glob("*.json")):
        if path.stem not in known and load_truth(path).set == SET:
            path.unlink()
    return written


def encrypted(drawn: Drawn, password: str) -> Scan:
    """The document so that it opens only with the password (AES-256)."""
    import pymupdf

    with pymupdf.open(stream=drawn.pdf, filetype="pdf") as document:
        data = document.tobytes(
            encryption=pymupdf.mupdf.PDF_ENCRYPT_AES_256, user_pw=password, owner_pw=password, deflate=True
        )
    return Scan(data, drawn.truth.model_copy(update={"sha256": _sha256(data)}))


def broken(drawn: Drawn) -> Scan:
    """The document's first bytes and then zeros, as a download that stopped leaves a file it had made room for."""
    data = drawn.pdf[:60].ljust(len(drawn.pdf), b"\0")
    return Scan(data, Truth(sha256=_sha256(data)))


def _all() -> Iterator[tuple[str, bytes, Truth]]:
    for name, digital in _DIGITAL.items():
        drawn = digital.make()
        yield f"{name}.pdf", drawn.pdf, drawn.truth
    for name, scanned in _SCANNED.items():
        made = scanned.make()
        yield f"{name}.{scanned.form}", made.data, made.truth
    locked = encrypted(draw("invoice", "de", 130), PASSWORD)
    yield "invoice_de_encrypted.pdf", locked.data, locked.truth
    cut = broken(draw("letter", "en", 131))
    yield "letter_en_broken.pdf", cut.data, cut.truth


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
