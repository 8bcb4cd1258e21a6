"""The `ocr-assets` command.

Exit codes: 0 done; 1 the machine failed (disk, memory, a missing program or model); 2 wrong usage or settings; 3 done,
but there are rejected documents (only with `--strict`); 4 the accuracy gate refused to publish; 5 another run is at
work on the home; 130 interrupted.
"""

from __future__ import annotations

import sys

from ocr_assets.cli.app import INTERRUPTED, app, errors, explain
from ocr_assets.cli.bench import register as _register_bench
from ocr_assets.cli.calibrate import register as _register_calibrate
from ocr_assets.cli.drift import register as _register_drift
from ocr_assets.cli.entities import register as _register_entities
from ocr_assets.cli.events import register as _register_events
from ocr_assets.cli.experiment import register as _register_experiment
from ocr_assets.cli.looking import register as _register_looking
from ocr_assets.cli.prune import register as _register_prune
from ocr_assets.cli.publishing import register as _register_publishing
from ocr_assets.cli.reading import register as _register_reading
from ocr_assets.cli.review import register as _register_review
from ocr_assets.cli.serving import register as _register_serving
from ocr_assets.cli.stale import register as _register_stale
from ocr_assets.cli.truth import register as _register_truth
from ocr_assets.interruption import Interrupted, begin_to_end, listen

_register_reading(app)
_register_publishing(app)
_register_looking(app)
_register_truth(app)
_register_review(app)
_register_drift(app)
_register_serving(app)
_register_entities(app)
_register_events(app)
_register_bench(app)
_register_calibrate(app)
_register_stale(app)
_register_experiment(app)
_register_prune(app)


def main() -> None:
    """Run the command; what a person can act upon is said in one line, without a traceback."""
    listen()
    try:
        app(standalone_mode=True)
    except Interrupted:
        begin_to_end()
        errors.print("Interrupted. What was read is kept; `ocr-assets run` goes on from there.")
        sys.exit(INTERRUPTED)
    except Exception as error:
        sys.exit(explain(error))
