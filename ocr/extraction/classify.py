"""Which type a document is: evidence of words and looks, weighed by each type's declaration."""

from __future__ import annotations

import math
import re

from ocr.extraction.doctype import registry
from ocr.extraction.transcript import Transcript

OTHER = "other"
LEAST_EVIDENCE = 2.0
_DOUBT = 1.5
"""Evidence that a document of no known type is expected to show for its best type."""


def classify(transcript: Transcript) -> tuple[str, float]:
    """The type's name, and how sure it is (0..1): the softmax of all types' evidence, "other" having a fixed weight."""
    evidence = {name: weigh(name, transcript) for name in registry()}
    name = max(evidence, key=lambda n: evidence[n], default=OTHER)
    if not transcript.rows or evidence[name] < LEAST_EVIDENCE:
        return OTHER, round(1 / (1 + math.exp(evidence.get(name, 0.0) - LEAST_EVIDENCE)), 4)
    top = evidence[name]
    total = sum(math.exp(e - top) for e in evidence.values()) + math.exp(_DOUBT - top)
    return name, round(1 / total, 4)


def weigh(name: str, transcript: Transcript) -> float:
    """The evidence for a type: the weights of what its declaration found, once each, and of the page's looks."""
    declared = registry()[name]
    text = transcript.folded
    words = sum(weight for pattern, weight in declared.evidence.items() if re.search(pattern, text, re.MULTILINE))
    return words + declared.shape(transcript)
