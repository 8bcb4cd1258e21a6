from __future__ import annotations

import hashlib
from pathlib import Path

import pymupdf
import pytest

from ocr.evaluation.truth import Truth, find_truth, load_truth, save_truth
from ocr.synthesis.samples import PASSWORD, SET, write_samples

DATA = Path(__file__).parents[3] / "data"
UNLIKE = "invoice_de_encrypted.pdf"


@pytest.fixture(scope="module")
def written(tmp_path_factory) -> list[Path]:
    return write_samples(tmp_path_factory.mktemp("out"))


def truth_of(path: Path) -> Truth:
    truth = find_truth(hashlib.sha256(path.read_bytes()).hexdigest(), [path.parent.parent / "ground_truth"])
    assert truth is not None
    return truth


def test_every_sample_has_truth_that_bears_its_name(written):
    assert [truth_of(path).name for path in written] == [path.name for path in written]
    assert len(list((written[0].parent.parent / "ground_truth").iterdir())) == len(written)


def test_the_samples_kept_in_the_project_are_those_this_code_makes(written):
    kept = {path.name: path.read_bytes() for path in (DATA / "samples").iterdir()}
    assert kept.keys() == {path.name for path in written}
    differing = [path.name for path in written if path.read_bytes() != kept[path.name]]
    assert differing == [UNLIKE]


def test_the_truth_kept_in_the_project_fits_the_samples_kept(written):
    hashes = {hashlib.sha256(path.read_bytes()).hexdigest() for path in (DATA / "samples").iterdir()}
    truths = [load_truth(path) for path in (DATA / "ground_truth").iterdir()]
    assert {truth.sha256 for truth in truths} == hashes
    assert {truth.set for truth in truths} == {SET}


def test_the_samples_are_small_and_cover_kinds_languages_and_media(written):
    assert sum(path.stat().st_size for path in written) < 6_000_000
    assert {path.suffix for path in written} == {".pdf", ".png", ".jpg", ".webp", ".tiff"}
    truths = [truth_of(path) for path in written if "broken" not in path.name]
    assert {truth.type for truth in truths} == {"receipt", "invoice", "letter", "form", "article", "report"}
    assert {truth.language for truth in truths} == {"en", "de"}
    assert {page.rotation for truth in truths for page in truth.pages} == {0, 90, 180, 270}


def test_the_encrypted_sample_opens_with_its_password_alone(written):
    (path,) = [p for p in written if p.name == UNLIKE]
    with pymupdf.open(path) as document:
        assert document.needs_pass
        assert not document.authenticate("")
        assert document.authenticate(PASSWORD)
        assert truth_of(path).fields["seller"] in document[0].get_text()


def test_the_broken_sample_cannot_be_repaired(written):
    (path,) = [p for p in written if "broken" in p.name]
    with pytest.raises(pymupdf.FileDataError), pymupdf.open(path) as document:
        document.load_page(0)


def test_writing_again_replaces_old_truth_and_leaves_other_sets(tmp_path, written):
    truths = tmp_path / "ground_truth"
    old = save_truth(Truth(sha256="ab" * 32, set=SET), truths)
    other = save_truth(Truth(sha256="cd" * 32, set="mine"), truths)
    write_samples(tmp_path)
    assert not old.exists()
    assert other.exists()
    assert len(list(truths.iterdir())) == len(written) + 1
