from concurrent.futures import ThreadPoolExecutor

import sqlalchemy as sa

from ocr_assets_tests.resources.test_ledger import arrival
from resources.ledger import Ledger, schema


def columns(ledger: Ledger, table: str) -> set[str]:
    return {column["name"] for column in sa.inspect(ledger.engine).get_columns(table)}


def grow(monkeypatch) -> sa.MetaData:
    """The schema of a later version: a column with a default, one without, an index, and a table more."""
    later = sa.MetaData()
    for table in schema.metadata.sorted_tables:
        table.to_metadata(later)
    documents = later.tables["documents"]
    documents.append_column(sa.Column("shelf", sa.Text, nullable=False, server_default="none", index=True))
    documents.append_column(sa.Column("order", sa.Integer))
    sa.Table("shelves", later, sa.Column("name", sa.Text, primary_key=True))
    monkeypatch.setattr(schema, "metadata", later)
    return later


def test_a_ledger_of_an_older_version_gains_what_the_schema_has_and_keeps_its_rows(ledger: Ledger, monkeypatch) -> None:
    (key,) = ledger.register([arrival("a", "one")])
    url = ledger.engine.url.render_as_string(hide_password=False)
    later = grow(monkeypatch)
    with ThreadPoolExecutor(4) as pool:
        (first, *_) = list(pool.map(lambda _: Ledger(url), range(4)))
    assert {"shelf", "order"} <= columns(first, "documents")
    assert "ix_documents_shelf" in {index["name"] for index in sa.inspect(first.engine).get_indexes("documents")}
    with first.engine.connect() as connection:
        row = connection.execute(sa.select(later.tables["documents"])).mappings().one()
    assert (row["document"], row["shelf"], row["order"]) == (key, "none", None)
    later.drop_all(first.engine)


def test_many_workers_open_a_new_ledger_at_once(ledger: Ledger) -> None:
    schema.metadata.drop_all(ledger.engine)
    url = ledger.engine.url.render_as_string(hide_password=False)
    with ThreadPoolExecutor(6) as pool:
        opened = list(pool.map(lambda _: Ledger(url), range(6)))
    assert all(ledger.documents() == [] for ledger in opened)
    for one in opened:
        one.engine.dispose()
