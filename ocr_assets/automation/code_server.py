"""Which code runs are launched with: workers that hold other code must not execute them."""

from __future__ import annotations

import sysconfig
import time
from collections.abc import Callable, Iterator
from pathlib import Path

# Not exported by Dagster: what it gives to a launcher.
from dagster._core.launcher.base import LaunchRunContext

PACKAGES = ("ocr", "partitions", "resources", "ocr_assets")
FIRST = "first"


class CodeServer:
    """The server that runs are launched from, by a name that is another one whenever it has loaded its code again.

    It is known from the first run on. A worker that was started before that holds the same code if nothing was written
    meanwhile; `types` is the folder of a person's own document types, or empty.
    """

    def __init__(self) -> None:
        self._began = time.time()
        self._first: str | None = None
        self._id: Callable[[], str] | None = None

    def of_launch(self, context: LaunchRunContext, types: str) -> str:
        origin = context.dagster_run.remote_job_origin
        if origin is None or context.workspace is None:
            return ""
        process, name = context.workspace.process_context, origin.repository_origin.code_location_origin.location_name
        self._id = lambda: str(getattr(process.create_request_context().get_code_location(name), "server_id", ""))
        if self._first is None:
            self._first = "" if any(_written(types, since=self._began)) else self._id()
        return self.now()

    def now(self) -> str:
        """The name at this moment. Raises one of Dagster's errors where the code cannot be loaded."""
        if self._id is None:
            return FIRST
        server = self._id()
        return FIRST if server == self._first else server


def _written(types: str, *, since: float) -> Iterator[Path]:
    """Files of code that were changed, and the folder of what is installed where anything was."""
    root = Path(__file__).parents[2]
    code = [file for name in PACKAGES for file in (root / name).rglob("*.py")]
    own = list(Path(types).rglob("*.py")) if types else []
    for path in (Path(sysconfig.get_paths()["purelib"]), *code, *own):
        if path.stat().st_mtime > since:
            yield path
