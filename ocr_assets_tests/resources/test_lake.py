from __future__ import annotations

from collections.abc import Generator
from pathlib import Path

import pytest

from ocr.assembly import STAGES, Engines
from ocr_assets.intake import register_files
from ocr_assets_tests import aws
from ocr_assets_tests.end_to_end.conftest import some_samples
from resources.batch import UpstreamMissing, open_reading, read_stage
from resources.lake import Lake, Manifest
from resources.ledger import Ledger


@pytest.fixture
def s3() -> Generator[str]:
    """A bucket on a local S3 server (moto), reached as a user's settings would reach a real one."""
    import boto3
    from s3fs import S3FileSystem

    with aws.server():
        # It keeps file systems by their arguments, which the server's address is none of.
        S3FileSystem.clear_instance_cache()
        boto3.client("s3").create_bucket(Bucket="lake")
        yield "s3://lake/archive"


@pytest.fixture(params=["folder", "s3"])
def lake(request: pytest.FixtureRequest, tmp_path: Path) -> Lake:
    return Lake(request.getfixturevalue("s3") if request.param == "s3" else str(tmp_path / "lake"))


def test_a_document_goes_through_a_lake_on_a_folder_or_s3_and_nothing_is_read_twice(lake: Lake, tmp_path: Path) -> None:
    ledger, engines = Ledger(f"sqlite:///{tmp_path / 'ledger.db'}"), Engines()
    (key,) = register_files(some_samples("receipt"), ledger).new
    for stage in STAGES:
        (result,) = read_stage(stage, [key], engines, lake, ledger, crashes=3)
        assert result.status == "read", result.rejection
    assert {m.stage for m in lake.manifests()} == set(STAGES)

    (document,) = ledger.documents()
    reading = open_reading(document, STAGES, ledger.outputs()[key], lake)
    assert reading.record is not None and reading.record.type == "receipt"
    assert reading.images.get(1).shape[:2] == (reading.pages[0].height, reading.pages[0].width)
    assert reading.vectors is not None and len(reading.vectors) == len(reading.chunks)

    fresh = Ledger(f"sqlite:///{tmp_path / 'fresh.db'}")
    fresh.rebuild(lake.manifests())
    for stage in STAGES:
        (result,) = read_stage(stage, [key], engines, lake, fresh, crashes=3)
        assert result.status == "reused"


def test_an_output_without_its_manifest_does_not_exist(tmp_path: Path) -> None:
    lake = Lake(str(tmp_path))
    folder = lake.folder("pages", "a-1", "v1")
    lake.write(folder / "pages.parquet", b"rows")
    assert lake.manifest("pages", "a-1", "v1") is None
    lake.commit(Manifest("a-1", "pages", "v1", "in", "f", "out", 0.1, 0, "2026-01-01"))
    found = lake.manifest("pages", "a-1", "v1")
    assert found is not None and found.output_hash == "out"


def test_an_output_is_listed_measured_and_removed_on_a_folder_or_s3(lake: Lake) -> None:
    for version in ("v1", "v2"):
        lake.write(lake.folder("pages", "a-1", version) / "pages.parquet", b"rows")
        lake.commit(Manifest("a-1", "pages", version, "in", "f", "out", 0.1, 0, "2026-01-01"))
    assert sorted(lake.complete()) == [("pages", "a-1", "v1"), ("pages", "a-1", "v2")]
    assert lake.size("pages", "a-1", "v1") > len(b"rows") and lake.size("pages", "a-1", "v9") == 0
    lake.remove("pages", "a-1", "v1")
    lake.remove("pages", "a-1", "v1")
    assert sorted(lake.complete()) == [("pages", "a-1", "v2")] and lake.size("pages", "a-1", "v1") == 0


def test_a_document_that_keeps_ending_its_worker_is_rejected_and_the_batch_goes_on(tmp_path: Path) -> None:
    ledger, engines, lake = Ledger(f"sqlite:///{tmp_path / 'l.db'}"), Engines(), Lake(str(tmp_path / "lake"))
    bad, good = register_files(some_samples("receipt", "invoice"), ledger).new
    # As many attempts as a worker makes that dies in the middle of it.
    (first,) = read_stage("raw_document", [bad], engines, lake, ledger, crashes=3)
    assert first.manifest is not None
    pages = next(iter(_versions(tmp_path / "probe", bad)))
    for _ in range(3):
        ledger.begin(bad, "pages", pages)
    list(read_stage("raw_document", [good], engines, lake, ledger, crashes=3))
    results = {r.document.document: r for r in read_stage("pages", [bad, good], engines, lake, ledger, crashes=3)}
    assert results[good].status == "read"
    rejection = results[bad].rejection
    assert rejection is not None and rejection.code == "crashes_reader"


def test_a_stage_before_its_input_names_the_document_and_what_to_do(tmp_path: Path) -> None:
    ledger, lake = Ledger(f"sqlite:///{tmp_path / 'l.db'}"), Lake(str(tmp_path / "lake"))
    (key,) = register_files(some_samples("receipt"), ledger).new
    with pytest.raises(UpstreamMissing, match=f"{key}.*materialize pages before text"):
        list(read_stage("text", [key], Engines(), lake, ledger, crashes=3))


def test_a_file_that_changed_after_it_was_added_is_rejected(tmp_path: Path) -> None:
    ledger, lake = Ledger(f"sqlite:///{tmp_path / 'l.db'}"), Lake(str(tmp_path / "lake"))
    moved, changed = tmp_path / "moved.pdf", tmp_path / "changed.pdf"
    for file, source in zip((moved, changed), some_samples("invoice", "letter"), strict=True):
        file.write_bytes(source.read_bytes())
    keys = register_files([moved, changed], ledger).new
    moved.unlink()
    changed.write_bytes(b"%PDF-1.4 other")
    results = list(read_stage("raw_document", keys, Engines(), lake, ledger, crashes=3))
    assert [r.rejection.code for r in results if r.rejection] == ["source_changed", "source_changed"]


def test_a_file_that_may_not_be_read_any_more_is_rejected_and_its_batch_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger, lake = Ledger(f"sqlite:///{tmp_path / 'l.db'}"), Lake(str(tmp_path / "lake"))
    shut, under_a_file, good = tmp_path / "shut.pdf", tmp_path / "folder" / "gone.pdf", tmp_path / "good.pdf"
    under_a_file.parent.mkdir()
    for file, source in zip((shut, under_a_file, good), some_samples("invoice", "letter", "receipt"), strict=True):
        file.write_bytes(source.read_bytes())
    keys = register_files([shut, under_a_file, good], ledger).new
    under_a_file.unlink()
    under_a_file.parent.rmdir()
    under_a_file.parent.write_text("no folder any more")
    read_bytes = Path.read_bytes

    def refuse(path: Path) -> bytes:
        # Tests may run as root, whom permissions do not stop.
        if path == shut:
            raise PermissionError(13, "Permission denied", str(path))
        return read_bytes(path)

    monkeypatch.setattr(Path, "read_bytes", refuse)
    results = {r.document.document: r for r in read_stage("raw_document", keys, Engines(), lake, ledger, crashes=3)}
    codes = [why.code if (why := results[key].rejection) else results[key].status for key in keys]
    assert codes == ["source_forbidden", "source_changed", "read"]

    monkeypatch.undo()
    assert ledger.forget_rejections() == 2
    (again,) = read_stage("raw_document", keys[:1], Engines(), lake, ledger, crashes=3)
    assert again.status == "read"


def _versions(folder: Path, key: str) -> list[str]:
    """The version `pages` of that document will have, from a run on another home."""
    ledger, lake, engines = Ledger(f"sqlite:///{folder / 'l.db'}"), Lake(str(folder / "lake")), Engines()
    register_files(some_samples("receipt"), ledger)
    for stage in ("raw_document", "pages"):
        list(read_stage(stage, [key], engines, lake, ledger, crashes=3))
    return [m.version for m in lake.manifests() if m.stage == "pages"]
