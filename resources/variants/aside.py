"""Reading aside: documents read under other settings into the lake, while what is current stays current.

An output's version is a digest of its input and of the models that made it, so outputs of other settings lie beside
those in force, and what both would make alike is there already.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ocr.assembly import STAGES
from resources.batch import read_stage
from resources.lake import Lake, Manifest
from resources.ledger import Document, Ledger, Output
from resources.ledger.schema import attempts
from resources.ledger.split import NO_SPLIT
from resources.settings import Settings
from resources.warm import warm


class Aside(Ledger):
    """A ledger as it would be if its documents had been read otherwise: it knows those of `keys`, and of their outcomes
    only what is recorded here, in memory.

    Attempts are counted in the ledger itself, by version: a document that ends its worker while it is read aside is
    rejected aside, also when each attempt is another process.
    """

    def __init__(self, ledger: Ledger, keys: Sequence[str]) -> None:
        self.engine = ledger.engine
        self.split = NO_SPLIT  # all are read by one side here
        self._ledger = ledger
        self._keys = list(keys)
        self.manifests: dict[tuple[str, str], Manifest] = {}

    def documents(self, keys: Sequence[str] | None = None) -> list[Document]:
        return self._ledger.documents(self._keys if keys is None else keys)

    def outputs(self, keys: Sequence[str] | None = None) -> dict[str, dict[str, Output]]:
        found: dict[str, dict[str, Output]] = {}
        for key in self._keys if keys is None else keys:
            mine = {s: _output(self.manifests[key, s]) for s in STAGES if (key, s) in self.manifests}
            if mine:
                found[key] = mine
        return found

    def upholds(self, rejection: Manifest, current: Output | None) -> bool:
        """What was read aside before counts, rejections as well: what ends its worker is not begun again for ever."""
        return True

    def record(self, manifest: Manifest) -> None:
        self.manifests[manifest.document, manifest.stage] = manifest
        mine = (attempts.c.document == manifest.document) & (attempts.c.stage == manifest.stage)
        with self.transaction() as connection:
            connection.execute(attempts.delete().where(mine & (attempts.c.version == manifest.version)))


def read_aside(settings: Settings, keys: Iterable[str], lake: Lake, ledger: Ledger) -> Aside:
    """Read documents through all stages under other settings; nothing becomes current by it.

    What lies in the lake already is used, so a reading that was broken off goes on where it was. Returns the outcomes,
    rejections among them, as a ledger of their own. Raises `EngineError` where an engine cannot run.
    """
    aside = Aside(ledger, list(keys))
    engines = warm(settings.reading)
    known = [document.document for document in aside.documents()]
    for stage in STAGES:
        for _ in read_stage(stage, known, engines, lake, aside, crashes=settings.run.crashes, reopen=False):
            pass
    return aside


def _output(manifest: Manifest) -> Output:
    why = manifest.rejection or {}
    return Output(
        document=manifest.document,
        stage=manifest.stage,
        version=manifest.version,
        status="rejected" if manifest.rejection else "read",
        input_hash=manifest.input_hash,
        fingerprint=manifest.fingerprint,
        output_hash=manifest.output_hash,
        code=why.get("code", ""),
        message=why.get("message", ""),
        advice=why.get("advice", ""),
        pages=manifest.pages,
        seconds=manifest.seconds,
        model_loads=manifest.model_loads,
        made_at=manifest.made_at,
    )
