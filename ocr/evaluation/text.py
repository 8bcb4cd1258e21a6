"""How well a text was read: CER, WER and word F1, as counts that can be pooled over a corpus.

Both texts are compared after NFKC and with every run of whitespace as one space, case and punctuation kept.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rapidfuzz.distance import Levenshtein

from ocr.evaluation.truth import Truth


@dataclass(frozen=True, slots=True)
class Edits:
    """Insertions, deletions and substitutions (`edits`) that turn what was read into the truth of `length` units."""

    edits: int
    length: int

    @property
    def rate(self) -> float:
        """Edits per unit of truth; may exceed 1. Against an empty truth: 0 if nothing was read, else 1."""
        return self.edits / self.length if self.length else float(self.edits > 0)


@dataclass(frozen=True, slots=True)
class Overlap:
    """Words in common between truth and reading, as bags: `matched` of `truth` and of `read` words."""

    matched: int
    truth: int
    read: int

    @property
    def precision(self) -> float:
        return self.matched / self.read if self.read else float(self.truth == 0)

    @property
    def recall(self) -> float:
        return self.matched / self.truth if self.truth else float(self.read == 0)

    @property
    def f1(self) -> float:
        total = self.truth + self.read
        return 2 * self.matched / total if total else 1.0


@dataclass(frozen=True, slots=True)
class TextScore:
    """`characters.rate` is the CER, `words.rate` the WER, both order-sensitive; `bag.f1` is free of order.

    `units` is the number of pages (or whole documents, where truth tells no pages) that were compared.
    """

    characters: Edits
    words: Edits
    bag: Overlap
    units: int


def normalise(text: str) -> str:
    """NFKC, whitespace collapsed."""
    return " ".join(unicodedata.normalize("NFKC", text).split())


def compare(truth: str, read: str) -> TextScore:
    """Score one text against its truth."""
    truth, read = normalise(truth), normalise(read)
    truth_words, read_words = truth.split(), read.split()
    matched = (Counter(truth_words) & Counter(read_words)).total()
    return TextScore(
        characters=_edits(truth, read),
        words=_edits(truth_words, read_words),
        bag=Overlap(matched, len(truth_words), len(read_words)),
        units=1,
    )


def score_text(truth: Truth, pages_text: dict[int, str]) -> TextScore | None:
    """Score a document's text, given by page number, against its truth; None where truth knows no text.

    Each page whose text is known is compared with the page of its number (a page that was not read counts as empty;
    pages that truth does not know are not judged). Where truth has only the text of the whole document, all pages are
    compared with it at once.
    """
    if truth.caseless:
        pages_text = {number: text.casefold() for number, text in pages_text.items()}
    known = {page.number: page.wording for page in truth.pages if page.wording is not None}
    if known:
        return pool(compare(_cased(truth, text), pages_text.get(number, "")) for number, text in known.items())
    if truth.text is not None:
        return compare(_cased(truth, truth.text), "\n".join(pages_text[number] for number in sorted(pages_text)))
    return None


def _cased(truth: Truth, text: str) -> str:
    return text.casefold() if truth.caseless else text


def pool(scores: Iterable[TextScore]) -> TextScore:
    """One score for many texts: counts are added, so that long texts weigh more."""
    scores = list(scores)
    return TextScore(
        characters=_sum_edits([s.characters for s in scores]),
        words=_sum_edits([s.words for s in scores]),
        bag=Overlap(
            sum(s.bag.matched for s in scores), sum(s.bag.truth for s in scores), sum(s.bag.read for s in scores)
        ),
        units=sum(s.units for s in scores),
    )


def _edits(truth: Sequence[str], read: Sequence[str]) -> Edits:
    return Edits(Levenshtein.distance(truth, read), len(truth))


def _sum_edits(edits: list[Edits]) -> Edits:
    return Edits(sum(e.edits for e in edits), sum(e.length for e in edits))
