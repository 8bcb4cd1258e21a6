"""Could the document be read at this stage? A rejection is data: its check is red, its batch goes on."""

from __future__ import annotations

from ocr_assets.checks.judgement import Judgement, Question
from resources.batch import Result


def _ask(result: Result) -> Judgement | None:
    if result.status == "passed_by":
        return None
    if result.rejection is None:
        return Judgement(True, "read")
    why = result.rejection
    return Judgement(False, f"{why.message}. {why.advice}", {"reason": why.code, "stage": why.stage})


readable = Question("readable", "The document was read, or rejected with a reason.", _ask)
