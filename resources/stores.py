"""The lake, the ledger and the warehouse as Dagster resources, by URL or path."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import dagster as dg
from pydantic import Field

from resources.lake import Lake
from resources.ledger import Ledger
from resources.ledger.split import Split


class LakeResource(dg.ConfigurableResource):
    """Outputs of every stage, on a folder or S3."""

    url: str = Field(description="a folder, or s3://bucket/prefix")

    def open(self) -> Lake:
        return Lake(self.url)


class LedgerResource(dg.ConfigurableResource):
    """Documents and outcomes, in SQLite or Postgres."""

    url: str = Field(description="SQLAlchemy URL, such as sqlite:////data/ledger.db or postgresql+psycopg2://…")

    crashes: int = Field(3, description="times a document may end its worker before it is rejected")
    challenger: str = Field("", description="variant that a share of the live documents comes to; empty: none")
    share: float = Field(0.0, description="of the live documents that arrive")

    def open(self) -> Ledger:
        return _ledger(self.url, self.challenger, self.share)


class WarehouseResource(dg.ConfigurableResource):
    """The DuckDB file people query."""

    path: str

    def open(self) -> Path:
        return Path(self.path)


@lru_cache(maxsize=4)
def _ledger(url: str, challenger: str, share: float) -> Ledger:
    return Ledger(url, Split(challenger, share))
