from __future__ import annotations

from pathlib import Path

import pytest

from ocr_assets import processes


@pytest.fixture(autouse=True)
def _no_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes.subprocess, "Popen", lambda *_, stderr, **__: stderr.write("begun\n"))


def test_a_large_log_is_put_aside_when_a_worker_starts_and_replaces_the_one_before(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(processes, "LOG_BYTES", 10)
    log = processes.log_of("workers")
    for kept in ("begun\nbegun\n", "begun\nbegun\n"):
        processes.begin("workers", threads=1)
        processes.begin("workers", threads=1)
        assert log.read_text() == kept
        processes.begin("workers", threads=1)
        assert (log.read_text(), log.with_suffix(".log.old").read_text()) == ("begun\n", kept)
        log.unlink()
    assert sorted(file.name for file in log.parent.iterdir()) == ["workers.log.old"]
