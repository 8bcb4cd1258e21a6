"""Is what was read what the document says, where that is known?

Those of one document warn and never stop its batch; the corpus-level one blocks publishing.
"""

from __future__ import annotations

from collections.abc import Sequence

import dagster as dg

from ocr.evaluation.fields import score_fields
from ocr.evaluation.text import score_text
from ocr.evaluation.truth import find_truth
from ocr_assets.checks.judgement import Judgement, Question
from resources.batch import Result
from resources.evaluations.comparison import Compared, Worse
from resources.scores import CorpusScore, page_texts
from resources.settings import ChecksSettings, Settings

WORSE_NAMED, WORSE_KEPT = 5, 50  # documents named in the check's sentence, and in its metadata

NO_TRUTH = Judgement(True, "no ground truth", judged=False)


def text_matches_truth(settings: Settings) -> Question:
    """CER, WER and word F1 against the document's ground truth."""
    most = settings.checks.document_cer

    def ask(result: Result) -> Judgement | None:
        if result.reading is None:
            return None
        truth = find_truth(result.document.sha256, settings.truth_folders)
        score = score_text(truth, page_texts(result.reading.lines)) if truth else None
        if score is None:
            return NO_TRUTH
        cer, wer, word_f1 = score.characters.rate, score.words.rate, score.bag.f1
        text = f"CER {cer:.4f} (at most {most}), WER {wer:.4f}, word F1 {word_f1:.4f} on {score.units} pages"
        return Judgement(cer <= most, text, {"cer": cer, "wer": wer, "word_f1": word_f1})

    return Question("ground_truth", "Text agrees with ground truth, where there is some.", ask)


def fields_match_truth(settings: Settings) -> Question:
    """Field F1 against the document's ground truth, and which fields are wrong."""
    least = settings.checks.document_fields

    def ask(result: Result) -> Judgement | None:
        if result.reading is None or result.reading.record is None:
            return None
        truth = find_truth(result.document.sha256, settings.truth_folders)
        if truth is None or not truth.knows_fields:
            return NO_TRUTH
        score = score_fields(truth, result.reading.record)
        f1 = score.tolerant.f1
        wrong = [
            f"{o.name}: {o.verdict} ({o.read!r}, truth {o.truth!r})" for o in score.outcomes if o.verdict != "right"
        ]
        text = f"field F1 {f1:.3f} (at least {least}), strict {score.strict.f1:.3f}"
        return Judgement(f1 >= least, text, {"field_f1": f1, "not_right": wrong[:30]})

    return Question("ground_truth", "Fields agree with ground truth, where there is some.", ask)


def gate(
    score: CorpusScore,
    judged: int,
    thresholds: ChecksSettings,
    lost: Sequence[Compared] = (),
    worse: Sequence[Worse] = (),
    accepted: str = "",
) -> dg.AssetCheckResult:
    """The corpus-level check before publishing: pooled scores within the thresholds, and no loss since the last one.

    `lost` are significant losses against the evaluation published last, `worse` the documents behind them; `accepted`
    is the reason a person gave for publishing in spite of them.
    """
    broken: list[str] = []
    if score.cer is not None and score.cer.value > thresholds.corpus_cer:
        broken.append(f"CER {score.cer.value:.4f} is above {thresholds.corpus_cer}")
    if score.field_f1 is not None and score.field_f1 < thresholds.corpus_fields:
        broken.append(f"field F1 {score.field_f1:.3f} is below {thresholds.corpus_fields}")
    said = [_loss(one) for one in lost]
    if said and not accepted:
        names = ", ".join(f"{one.name} ({one.before:.3f} → {one.after:.3f})" for one in worse[:WORSE_NAMED])
        broken += [*said, f"worse: {names}"]
        broken.append('publish nonetheless with `ocr-assets publish --accept-loss "why"`')
    if not judged:
        text = "no document has ground truth: published unjudged"
    else:
        text = "; ".join(broken) or f"{judged} documents with ground truth are within the thresholds"
    if said and accepted:
        text += f"; loss accepted ({accepted}): {'; '.join(said)}"
    return dg.AssetCheckResult(
        check_name="accuracy_gate",
        passed=not broken,
        severity=dg.AssetCheckSeverity.ERROR,
        description=text,
        metadata={
            "judged": judged,
            "corpus_cer": thresholds.corpus_cer,
            "corpus_fields": thresholds.corpus_fields,
            "losses": said,
            "worse_documents": [
                f"{one.name}: {one.stage} {one.measure} {one.before:.4f} → {one.after:.4f}"
                for one in worse[:WORSE_KEPT]
            ],
        },
    )


def _loss(one: Compared) -> str:
    paired = one.paired
    return (
        f"{one.stage} {one.measure} {paired.before:.4f} → {paired.after:.4f} (p = {paired.p_value:.4f}, "
        f"{paired.changed} of {paired.documents} documents differ)"
    )
