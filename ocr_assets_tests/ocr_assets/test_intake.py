import os
from pathlib import Path

import pytest

from ocr_assets.intake import find_files, register_files
from resources.ledger import Ledger
from resources.sources import fetch


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return Ledger(f"sqlite:///{tmp_path / 'ledger.db'}")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "in"
    (folder / "deep" / ".hidden").mkdir(parents=True)
    (folder / "b.pdf").write_bytes(b"b")
    (folder / "deep" / "a b (ü).png").write_bytes(b"a")
    (folder / ".DS_Store").write_bytes(b"x")
    (folder / "deep" / ".hidden" / "c.pdf").write_bytes(b"c")
    return folder


def test_files_are_found_in_order_with_subfolders_and_without_hidden_ones(folder: Path) -> None:
    assert [file.name for file in find_files([folder])] == ["b.pdf", "a b (ü).png"]


def test_adding_twice_does_no_harm(folder: Path, ledger: Ledger) -> None:
    assert len(register_files(find_files([folder]), ledger).new) == 2
    again = register_files(find_files([folder]), ledger)
    assert (again.new, again.known) == ([], 2)


def test_a_file_with_new_bytes_is_a_new_document(folder: Path, ledger: Ledger) -> None:
    register_files(find_files([folder]), ledger)
    (folder / "b.pdf").write_bytes(b"other")
    os.utime(folder / "b.pdf", (1, 1))
    assert len(register_files(find_files([folder]), ledger).new) == 1


def test_a_file_that_cannot_be_read_is_named_and_the_others_are_added(folder: Path, ledger: Ledger) -> None:
    files = [*find_files([folder]), folder / "vanished.pdf"]
    intake = register_files(files, ledger)
    assert len(intake.new) == 2
    assert [(file.name, reason) for file, reason in intake.unreadable] == [
        ("vanished.pdf", "No such file or directory")
    ]


def test_a_registered_file_is_found_again_whatever_its_name(tmp_path: Path, ledger: Ledger) -> None:
    names = ["a@b.pdf", "100 %.pdf", "ä#ö?.pdf", "semi;colon.pdf"]
    for name in names:
        (tmp_path / name).write_bytes(name.encode())
    register_files([tmp_path / name for name in names], ledger)
    assert [fetch(document.uri) for document in ledger.documents()] == [name.encode() for name in names]


def test_a_name_that_is_no_utf_8_is_added_like_any_other(tmp_path: Path, ledger: Ledger) -> None:
    file = Path(os.fsdecode(os.fsencode(tmp_path) + b"/bad\xff\nname.tif"))
    file.write_bytes(b"x")
    assert len(register_files(find_files([tmp_path]), ledger).new) >= 1
    document = next(d for d in ledger.documents() if "bad" in d.name)
    assert document.name == "bad\ufffd\ufffdname.tif"
    assert fetch(document.uri) == b"x"
