"""Are the words read with enough confidence?"""

from __future__ import annotations

from ocr_assets.checks.judgement import Judgement, Question
from resources.batch import Result


def confidence(least: float) -> Question:
    """Passes where the mean word confidence is at least `least`; a document without words passes and says so."""

    def ask(result: Result) -> Judgement | None:
        if result.reading is None:
            return None
        words = result.reading.words
        if not words:
            return Judgement(True, "no words", judged=False)
        mean = sum(word.confidence for word in words) / len(words)
        text = f"mean word confidence {mean:.3f} over {len(words)} words (at least {least})"
        return Judgement(mean >= least, text, {"mean_confidence": mean, "words": len(words)})

    return Question("confidence", "The mean word confidence is high enough.", ask)
