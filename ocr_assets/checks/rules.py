"""Does the record keep the rules of its type: schema, arithmetic, dates, check digits?"""

from __future__ import annotations

from ocr_assets.checks.judgement import Judgement, Question
from resources.batch import Result


def _ask(result: Result) -> Judgement | None:
    if result.reading is None or result.reading.record is None:
        return None
    record = result.reading.record
    errors = [v for v in record.violations if v.severity == "error"]
    review = sum(f.status == "needs_review" for f in record.fields)
    said = "; ".join(f"{v.rule}: {v.message}" for v in errors[:5]) or "all rules kept"
    metadata = {"errors": len(errors), "warnings": len(record.violations) - len(errors), "fields_to_review": review}
    return Judgement(not errors, said, metadata)


rules = Question("rules", "The record keeps the schema and the business rules of its type.", _ask)
