"""The `ocr-assets` command.

Exit codes: 0 done; 1 the machine failed (disk, memory, a missing program or model); 2 wrong usage or settings; 3 done,
but documents were rejected (only with `--strict`); 4 the accuracy gate refused to publish; 130 interrupted.
"""

from __future__ import annotations

import sys

from ocr_assets.cli.app import app, explain
from ocr_assets.cli.looking import register as _register_looking
from ocr_assets.cli.reading import register as _register_reading
from ocr_assets.cli.serving import register as _register_serving

_register_reading(app)
_register_looking(app)
_register_serving(app)


def main() -> None:
    """Run the command; what a person can act upon is said in one line, without a traceback."""
    try:
        app(standalone_mode=True)
    except KeyboardInterrupt:
        sys.exit(130)
    except Exception as error:
        sys.exit(explain(error))
