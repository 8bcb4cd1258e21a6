"""The ledger: a row per document and per output, in SQLite or Postgres. What is stale or failed is a query on it."""

from resources.ledger.chains import input_hash
from resources.ledger.ledger import Ledger
from resources.ledger.rows import Document, NewDocument, Output, Pending, Progress

__all__ = ["Document", "Ledger", "NewDocument", "Output", "Pending", "Progress", "input_hash"]
