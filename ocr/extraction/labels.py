"""Labels: the words beside or above a value that say what it is, matched through recognition errors."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from rapidfuzz import fuzz

_REMARK = re.compile(r"\((?![^()]*\b(?:inc|exc|ink|exk|ohne|netto|brutto|ht\b|ttc\b))[^()]*\)|\[[^\[\]]*\]")
_CURRENCIES = frozenset(["rm", "eur", "euro", "usd", "gbp", "chf", "myr", "inr", "sgd", "rs"])
LEAST_SIMILAR = 0.8
SHORT = 4
"""Labels of this many letters or fewer must be read right: too many other words are one letter away."""

_PARTIAL = 0.85
_LONGEST = 6


@dataclass(frozen=True)
class Labels:
    """What each class of value is called. `phrases`: class → label → weight (0..1), matched fuzzily at the end of the
    words before a value; `patterns`: class → regular expression → weight, searched for in the folded words."""

    phrases: Mapping[str, Mapping[str, float]]
    patterns: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    _cache: dict[str, dict[str, float]] = field(default_factory=dict, init=False, compare=False, repr=False)

    @cached_property
    def _compact(self) -> dict[str, list[tuple[str, float]]]:
        """Label → the classes it stands for and their weights. Labels as they are compared: folded, without blanks."""
        compact: dict[str, list[tuple[str, float]]] = {}
        for name, labels in self.phrases.items():
            for label, weight in labels.items():
                compact.setdefault(fold(label).replace(" ", ""), []).append((name, weight))
        return compact

    def match(self, words: str) -> dict[str, float]:
        """Class → score (0..1) of the words before a value. Only the best class and its equals are answered:
        "sub total" is a subtotal and not also, by its last word, a total."""
        folded = " ".join(w for w in fold(words).split() if w not in _CURRENCIES)
        if folded not in self._cache:
            if len(self._cache) > 20_000:
                self._cache.clear()
            self._cache[folded] = self._match(folded)
        return self._cache[folded]

    def _match(self, folded: str) -> dict[str, float]:
        scores: dict[str, float] = {}
        for name, patterns in self.patterns.items():
            hits = [weight for pattern, weight in patterns.items() if re.search(pattern, folded)]
            scores[name] = max([scores.get(name, 0.0), *hits])
        for end, share in _ends(folded):
            for label, classes in self._compact.items():
                alike = similarity(end, label)
                if alike:
                    for name, weight in classes:
                        scores[name] = max(scores.get(name, 0.0), alike * share * weight)
        top = max(scores.values(), default=0.0)
        return {name: score for name, score in scores.items() if score > 0 and score >= top - 0.02}


def phrases(*weighted: tuple[float, str]) -> dict[str, float]:
    """Labels with their weights, from pairs of a weight and the labels that have it, divided by semicolons."""
    return {label.strip(): weight for weight, labels in weighted for label in labels.split(";")}


def fold(text: str) -> str:
    """Lower case without accents, digits, punctuation or remarks in brackets, but for "(incl. VAT)" and its like."""
    text = _REMARK.sub(" ", text.casefold())
    text = unicodedata.normalize("NFKD", text)
    text = "".join(c for c in text if not unicodedata.combining(c))
    return " ".join(re.sub(r"[^a-z#° ]+", " ", text.replace("nº", "n°")).split())


def similarity(one: str, other: str) -> float:
    """0..1: 1 where two compact labels are equal, 0 where they are too unlike to be one label misread."""
    if one == other:
        return 1.0
    shorter, longer = len(one), len(other)
    if shorter > longer:
        shorter, longer = longer, shorter
    # With more letters lost it is another label: "amount" is not "GST amount".
    if shorter <= SHORT or longer - shorter > max(2, longer // 4):
        return 0.0
    return fuzz.ratio(one, other, score_cutoff=100 * LEAST_SIMILAR) / 100


def _ends(folded: str) -> list[tuple[str, float]]:
    """The last words without the blanks between them (recognisers lose and add blanks), with the worth of each end:
    a label that is all there is says more than the last word of a sentence."""
    words = folded.split()
    ends = [("".join(words[-n:]), _PARTIAL) for n in range(1, min(len(words), _LONGEST) + 1)]
    return [*ends, ("".join(words), 1.0)] if words else []
