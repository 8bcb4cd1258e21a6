"""A type of one's own: one file in a folder, known in records, schemas, the corpus and evaluation."""

from pathlib import Path

import duckdb
import pytest

from ocr.errors import EngineError
from ocr.evaluation.fields import same_value
from ocr.evaluation.truth import Truth
from ocr.extraction import doctype, schemas
from ocr.settings import RecordsSettings
from ocr_assets_tests.ocr.extraction.samples import record_of
from resources.warehouse.tables import create_tables
from resources.warehouse.views import create_views

DECLARED = """
from ocr.extraction import candidates
from ocr.extraction.doctype import DocumentType, FieldRule, labels_of
from ocr.extraction.labels import phrases

FIELDS = (
    FieldRule("meter_reading", "quantity", phrases=phrases((1.0, "meter reading"))),
    FieldRule("meter_cost", "amount", phrases=phrases((1.0, "cost"))),
)


def read(transcript, settings):
    found = candidates.labelled(transcript, transcript.amounts, labels_of(FIELDS, "amount"))
    return [candidates.as_field(c) for c in found]


TYPE = DocumentType(name="meter_card", evidence={r"\\bmeter card\\b": 6.0}, fields=FIELDS, read=read)
"""


@pytest.fixture
def own(tmp_path: Path):
    (tmp_path / "meter_card.py").write_text(DECLARED)
    yield tmp_path
    doctype._own.pop("meter_card", None)
    doctype._folders.discard(tmp_path.resolve())
    doctype.registry.cache_clear()
    doctype.kinds.cache_clear()


def test_a_type_declared_in_a_folder_is_known_everywhere(own: Path):
    record = record_of("METER CARD\nMeter no 7\nCost:   12.50\n", settings=RecordsSettings(types=str(own)))
    assert record.type == "meter_card"
    assert [(f.name, f.value) for f in record.fields] == [("meter_cost", "12.50")]
    declared = doctype.registry()["meter_card"]
    assert set(schemas.schema_of(declared).columns) == {"meter_reading", "meter_cost"}
    assert same_value("meter_cost", "12.5", "12.50")
    assert Truth(sha256="0" * 64, type="meter_card").type == "meter_card"
    with duckdb.connect() as connection:
        create_tables(connection)
        create_views(connection)
        columns = {name: kind for name, kind, *_ in connection.execute("DESCRIBE meter_cards").fetchall()}
    assert columns["meter_reading"] == "DECIMAL(18,4)" and columns["meter_cost"] == "DECIMAL(18,2)"


def test_a_type_that_trips_is_named_with_its_line(own: Path):
    (own / "meter_card.py").write_text(DECLARED.replace("    found =", "    1 / 0\n    found ="))

    with pytest.raises(EngineError, match=r"meter_card\.py, line 13: ZeroDivisionError"):
        record_of("METER CARD\nCost:   12.50\n", settings=RecordsSettings(types=str(own)))


def test_a_folder_that_is_not_there_and_a_file_without_a_type_are_settings_problems(tmp_path: Path):
    with pytest.raises(EngineError, match="no folder"):
        doctype.use_types(tmp_path / "none")
    (tmp_path / "empty.py").write_text("x = 1\n")
    with pytest.raises(EngineError, match="TYPE"):
        doctype.use_types(tmp_path)


def test_a_truth_of_an_unknown_type_is_refused():
    with pytest.raises(ValueError, match="no document type 'poem'"):
        Truth(sha256="0" * 64, type="poem")
