"""Test documents against their own past: a warning, never a block.

Anybody who may send test documents would otherwise stop the publishing of live ones, or hide their loss among many
good ones. So the gate before publishing counts live documents alone, and this check says what became of the others.
"""

from __future__ import annotations

import dagster as dg

from ocr_assets.checks.ground_truth import WORSE_KEPT, WORSE_NAMED
from resources.evaluations.environments import Verdict

CHECK = "test_documents"


def test_documents_judged(documents: int, verdict: Verdict) -> dg.AssetCheckResult:
    """Did the accuracy on test documents (`documents` of them judged now) fall since the evaluation published last?"""
    said = [
        f"{one.stage} {one.measure} {one.paired.before:.4f} → {one.paired.after:.4f} (p = {one.paired.p_value:.4f})"
        for one in verdict.lost
    ]
    named = [f"{one.name} ({one.before:.3f} → {one.after:.3f})" for one in verdict.worse]
    if not documents:
        text = "no test document has ground truth"
    else:
        text = "; ".join([*said, *named[:WORSE_NAMED]]) or f"{documents} test documents are read as well as before"
    return dg.AssetCheckResult(
        check_name=CHECK,
        passed=not said,
        severity=dg.AssetCheckSeverity.WARN,
        description=text,
        metadata={"judged": documents, "losses": said, "worse_documents": named[:WORSE_KEPT]},
    )
