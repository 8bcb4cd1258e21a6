"""A real PostgreSQL server of the test's own, on a free port of this machine."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path


def programs() -> Path | None:
    """The folder of PostgreSQL's server programs, which Debian keeps off the path."""
    found = shutil.which("initdb")
    if found is not None:
        return Path(found).parent
    return next(iter(sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)), None)


@contextmanager
def server() -> Generator[str]:
    """Start a server; yields its SQLAlchemy URL, and ends it."""
    folder = programs()
    assert folder is not None
    # PostgreSQL refuses to run as root.
    user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    data = tempfile.mkdtemp(prefix="pg-")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    if user:
        shutil.chown(data, "postgres", "postgres")
    none = subprocess.DEVNULL
    subprocess.run(
        [*user, folder / "initdb", "-D", f"{data}/db", "-U", "ocr", "-A", "trust"],
        check=True,
        stdout=none,
        stderr=none,
        cwd=data,
    )
    command = [*user, folder / "postgres", "-D", f"{data}/db", "-p", str(port), "-k", data, "-h", "127.0.0.1"]
    process = subprocess.Popen(command, stdout=none, stderr=none, cwd=data)
    try:
        _wait_for(port)
        yield f"postgresql+psycopg2://ocr@127.0.0.1:{port}/postgres"
    finally:
        process.terminate()
        process.wait(timeout=30)
        shutil.rmtree(data, ignore_errors=True)


def _wait_for(port: int, seconds: float = 60) -> None:
    import psycopg2

    deadline = time.monotonic() + seconds
    while True:
        try:
            psycopg2.connect(host="127.0.0.1", port=port, user="ocr", dbname="postgres").close()
            return
        except psycopg2.OperationalError:
            assert time.monotonic() < deadline, "PostgreSQL did not start"
            time.sleep(0.2)
