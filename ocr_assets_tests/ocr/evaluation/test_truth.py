from __future__ import annotations

import json

import pytest

from ocr.evaluation.truth import (
    Truth,
    TruthError,
    TruthLine,
    TruthPage,
    TruthRegion,
    find_truth,
    load_truth,
    misfits,
    save_truth,
)

SHA = "ab" * 32


def whole() -> Truth:
    page = TruthPage(
        number=2,
        text="Größe\nzwei",
        rotation=270,
        skew=-1.5,
        lines=[TruthLine(text="Größe", box=(1, 2, 3, 4))],
        regions=[TruthRegion(kind="table", box=(0, 0, 9, 9))],
    )
    return Truth(
        sha256=SHA,
        name="a.pdf",
        set="samples",
        type="invoice",
        language="de",
        pages=[page],
        fields={"iban": "", "gross_total": "12.50"},
        items=[{"amount": "12.50"}],
    )


def test_what_is_saved_is_what_is_loaded(tmp_path):
    path = save_truth(whole(), tmp_path / "new")
    assert path.name == f"{SHA}.json"
    assert load_truth(path) == whole()
    assert [p.name for p in path.parent.iterdir()] == [path.name]


def test_any_subset_besides_the_sha256_is_truth(tmp_path):
    path = tmp_path / f"{SHA}.json"
    path.write_text(json.dumps({"sha256": SHA}))
    truth = load_truth(path)
    assert truth.pages == []
    assert truth.fields == {}
    assert truth.items is None


def test_no_line_items_is_not_the_same_as_unknown_line_items(tmp_path):
    assert load_truth(save_truth(Truth(sha256=SHA, items=[]), tmp_path)).items == []


@pytest.mark.parametrize(
    ("content", "place"),
    [
        ({"sha256": SHA, "fields": {"total": 12.5}}, "fields.total"),
        ({"sha256": SHA, "pages": [{"number": 1, "rotation": 45}]}, "pages.0.rotation"),
        ({"sha256": SHA, "pages": [{"number": 1, "regions": [{"kind": "stamp", "box": [0, 0, 1, 1]}]}]}, "kind"),
        ({"sha256": SHA, "pages": [{"number": 1}, {"number": 1}]}, "same number"),
        ({"sha256": SHA, "colour": "red"}, "colour"),
        ({"name": "a.pdf"}, "sha256"),
        ({"sha256": "cd" * 32}, "sha256"),
    ],
)
def test_a_file_that_does_not_fit_names_itself_and_the_field(tmp_path, content, place):
    path = tmp_path / f"{SHA}.json"
    path.write_text(json.dumps(content))
    with pytest.raises(TruthError) as caught:
        load_truth(path)
    assert str(path) in str(caught.value)
    assert place in str(caught.value)


def test_a_file_that_is_no_json_and_one_that_is_missing_are_truth_errors(tmp_path):
    path = tmp_path / f"{SHA}.json"
    with pytest.raises(TruthError, match="cannot be read"):
        load_truth(path)
    path.write_bytes(b"\x00{")
    with pytest.raises(TruthError, match=SHA):
        load_truth(path)


def test_truth_is_found_in_the_first_folder_that_has_it(tmp_path):
    first, second = tmp_path / "a", tmp_path / "b"
    save_truth(whole(), second)
    found = find_truth(SHA, [first, second])
    assert found is not None
    assert found.name == "a.pdf"
    assert find_truth("cd" * 32, [first, second]) is None


def test_a_page_without_text_reads_as_its_lines():
    assert TruthPage(number=1, lines=[TruthLine(text="a"), TruthLine(text="b")]).wording == "a\nb"
    assert TruthPage(number=1).wording is None


def test_truth_that_no_reading_could_equal_is_named():
    sha256 = "0" * 64

    assert misfits(Truth(sha256=sha256, type="receipt", fields={"total": "17.00", "date": "2018-03-09"})) == []
    assert "has no such field" in misfits(Truth(sha256=sha256, type="receipt", fields={"totl": "17.00"}))[0]
    assert misfits(Truth(sha256=sha256, fields={"date": "9.3.2018"})) == [
        "date: '9.3.2018' is not a date as 2026-03-01"
    ]
    assert "not an amount" in misfits(Truth(sha256=sha256, type="receipt", fields={"total": "abc"}))[0]
