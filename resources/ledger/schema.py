"""The ledger's tables."""

from __future__ import annotations

import sqlalchemy as sa

metadata = sa.MetaData()

documents = sa.Table(
    "documents",
    metadata,
    # SQLite numbers only plain INTEGER keys by itself.
    sa.Column(
        "position", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), primary_key=True, comment="order of arrival"
    ),
    sa.Column("document", sa.Text, unique=True, nullable=False, comment="partition key"),
    sa.Column("sha256", sa.Text, nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("uri", sa.Text, nullable=False, index=True, comment="where it was first seen"),
    sa.Column("size", sa.BigInteger, nullable=False),
    sa.Column("collection", sa.Text, nullable=False),
    sa.Column("environment", sa.Text, nullable=False, comment="live or test"),
    sa.Column("received_at", sa.Text, nullable=False),
    sa.Column("superseded_by", sa.Text, comment="the document that has this one's URI now"),
    sa.Column("variant", sa.Text, nullable=False, server_default="", comment="side of a split; empty: the champion's"),
    sa.Column("asked_by", sa.Text, comment="the sensor that is to ask for a run; null: nobody, or it was done"),
    sa.Column("batch", sa.Text, comment="the run that was asked for: first..last@time"),
    sa.Column("tries", sa.Integer, nullable=False, server_default="0", comment="runs that ended without its outcome"),
    sa.Column("chain", sa.Text, comment="digest of what made its outputs; null: some lack, or nobody looked yet"),
    sa.Index("documents_asked_by", "asked_by", "position"),
    sa.Index("documents_batch", "batch"),
    sa.Index("documents_chain", "chain", "variant", "superseded_by"),
    sa.UniqueConstraint("sha256", "environment", name="documents_content"),
)

batches = sa.Table(
    "batches",
    metadata,
    sa.Column("batch", sa.Text, primary_key=True),
    sa.Column("sensor", sa.Text, nullable=False),
    sa.Column(
        "state", sa.Text, nullable=False, comment="begun, failed, or given_up; those that are done with have no row"
    ),
    sa.Column("look_at", sa.Float, nullable=False, comment="seconds since 1970; failed: when it is asked for again"),
    sa.Column("run", sa.Text, nullable=False, comment="the last one, where it ended without all outcomes"),
    sa.Column("why", sa.Text, nullable=False),
    sa.Index("batches_look_at", "sensor", "look_at"),
)

sources = sa.Table(
    "sources",
    metadata,
    sa.Column("uri", sa.Text, primary_key=True),
    sa.Column("document", sa.Text, primary_key=True, index=True),
    sa.Column("size", sa.BigInteger, nullable=False),
    sa.Column(
        "modified", sa.Float, nullable=False, comment="modification time, so that known files are not read again"
    ),
    sa.Column("seen_at", sa.Text, nullable=False),
    sa.Column("etag", sa.Text, comment="of an object's content, so that known objects are not read again"),
)

refusals = sa.Table(
    "refusals",
    metadata,
    sa.Column("uri", sa.Text, primary_key=True),
    sa.Column("etag", sa.Text, primary_key=True),
    sa.Column("collection", sa.Text, nullable=False),
    sa.Column("environment", sa.Text, nullable=False),
    sa.Column("code", sa.Text, nullable=False, comment="why it could not become a document"),
    sa.Column("message", sa.Text, nullable=False),
    sa.Column("advice", sa.Text, nullable=False),
    sa.Column("refused_at", sa.Text, nullable=False),
)

requests = sa.Table(
    "requests",
    metadata,
    sa.Column("id", sa.Text, primary_key=True, comment="of the event that asked"),
    sa.Column("location", sa.Text, nullable=False, comment="what was asked for; a message that says nothing: its text"),
    sa.Column("document", sa.Text, index=True, comment="null where the request was refused"),
    sa.Column("collection", sa.Text, nullable=False),
    sa.Column("environment", sa.Text, nullable=False),
    sa.Column("reply_to", sa.Text, nullable=False),
    sa.Column("options", sa.Text, nullable=False, comment="JSON, given back with the answer"),
    sa.Column("received_at", sa.Text, nullable=False),
    sa.Column("outcome", sa.Text, nullable=False, comment="waiting, answered, or the code of its refusal"),
    sa.Column("event", sa.Text, comment="id of the event that answered it"),
)

outputs = sa.Table(
    "outputs",
    metadata,
    sa.Column("document", sa.Text, primary_key=True),
    sa.Column("stage", sa.Text, primary_key=True),
    sa.Column("version", sa.Text, primary_key=True),
    sa.Column("current", sa.Boolean, nullable=False, comment="the version in force"),
    sa.Column("status", sa.Text, nullable=False, comment="read or rejected"),
    sa.Column("input_hash", sa.Text, nullable=False),
    sa.Column("fingerprint", sa.Text, nullable=False),
    sa.Column("output_hash", sa.Text, nullable=False),
    sa.Column("code", sa.Text, nullable=False, comment="of the rejection"),
    sa.Column("message", sa.Text, nullable=False),
    sa.Column("advice", sa.Text, nullable=False),
    sa.Column("pages", sa.Integer, nullable=False, comment="of the document, where the stage knows them"),
    sa.Column("seconds", sa.Float, nullable=False),
    sa.Column("model_loads", sa.Integer, nullable=False),
    sa.Column("made_at", sa.Text, nullable=False),
    sa.Column("retired_at", sa.Text, comment="when another version came into force"),
    # Partial ones: SQLite, which knows no numbers of rows, would take a full one in place of the key, and read outputs
    # of all documents where those of one are asked for.
    sa.Index("outputs_made_at", "made_at", sqlite_where=sa.text("current = 1"), postgresql_where=sa.text("current")),
    sa.Index(
        "outputs_rejected",
        "document",
        sqlite_where=sa.text("status = 'rejected'"),
        postgresql_where=sa.text("status = 'rejected'"),
    ),
)

changes = sa.Table(
    "changes",
    metadata,
    sa.Column("name", sa.Text, primary_key=True, comment="of what: outcomes"),
    sa.Column("ledger", sa.Text, nullable=False, comment="tells the numbers of this ledger from those of any other"),
    sa.Column("number", sa.BigInteger, nullable=False, comment="of the last change"),
)

attempts = sa.Table(
    "attempts",
    metadata,
    sa.Column("document", sa.Text, primary_key=True),
    sa.Column("stage", sa.Text, primary_key=True),
    sa.Column("version", sa.Text, primary_key=True),
    sa.Column("count", sa.Integer, nullable=False, comment="times it was begun and not ended"),
)

publications = sa.Table(
    "publications",
    metadata,
    sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), primary_key=True),
    sa.Column("state", sa.Text, nullable=False, comment="of outcomes when the corpus was built"),
    sa.Column("documents", sa.Integer, nullable=False),
    sa.Column("made_at", sa.Text, nullable=False),
)

variants = sa.Table(
    "variants",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("overrides", sa.Text, nullable=False, comment="JSON: settings by section, over those in force"),
    sa.Column("comment", sa.Text, nullable=False),
    sa.Column("made_at", sa.Text, nullable=False),
)

promotions = sa.Table(
    "promotions",
    metadata,
    sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), primary_key=True),
    sa.Column("undoes", sa.BigInteger, comment="the promotion that is rolled back; null: this is a promotion"),
    sa.Column("variant", sa.Text, nullable=False),
    sa.Column("overrides", sa.Text, nullable=False, comment="JSON: everything promoted that is in force from here on"),
    sa.Column("before", sa.Text, nullable=False, comment="JSON: what was in force before"),
    sa.Column("experiment", sa.Text, nullable=False, comment="the one it was decided by"),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("made_at", sa.Text, nullable=False),
)

kept_outputs = sa.Table(
    "kept_outputs",
    metadata,
    sa.Column("promotion", sa.BigInteger, primary_key=True),
    sa.Column("document", sa.Text, primary_key=True),
    sa.Column("stage", sa.Text, primary_key=True),
    sa.Column("version", sa.Text, nullable=False, comment="what was current when the promotion was made"),
)

outbox = sa.Table(
    "outbox",
    metadata,
    sa.Column(
        "position", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), primary_key=True, comment="order of writing"
    ),
    sa.Column(
        "id", sa.Text, unique=True, nullable=False, comment="a UUID of kind and key: the same event, the same id"
    ),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("key", sa.Text, nullable=False),
    sa.Column("subject", sa.Text, nullable=False, comment="what it tells of; its events are sent in order"),
    sa.Column("environment", sa.Text, nullable=False, comment="live or test"),
    sa.Column("detail", sa.Text, nullable=False, comment="JSON"),
    sa.Column("at", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False, comment="waiting, sent, held_back, or refused"),
    sa.Column("attempts", sa.Integer, nullable=False, comment="times sending it failed"),
    sa.Column("error", sa.Text, nullable=False, comment="why it failed last"),
    sa.Column("not_before", sa.Text, comment="when it is to be tried again"),
    sa.Column("sent_at", sa.Text),
    sa.Index("outbox_state", "state", "position"),
    sa.Index("outbox_subject", "subject", "position"),
)

told = sa.Table(
    "told",
    metadata,
    sa.Column("id", sa.Text, primary_key=True, comment="of an event that was sent and pruned: it is not sent again"),
    sa.Column("position", sa.BigInteger, nullable=False, comment="it had in the outbox"),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("key", sa.Text, nullable=False),
    sa.Column("subject", sa.Text, nullable=False),
    sa.Index("told_subject", "subject", "position"),
)

leases = sa.Table(
    "leases",
    metadata,
    sa.Column("name", sa.Text, primary_key=True, comment="work that one process at a time does"),
    sa.Column("holder", sa.Text, nullable=False),
    sa.Column("until", sa.Float, nullable=False, comment="seconds since 1970"),
)

alerts = sa.Table(
    "alerts",
    metadata,
    sa.Column("subject", sa.Text, primary_key=True, comment="what was said: a kind and a job or check"),
    sa.Column("said_at", sa.Float, nullable=False, comment="seconds since 1970"),
    sa.Column("unsaid", sa.Integer, nullable=False, comment="times it came up since, which nobody was told of"),
)

fingerprints = sa.Table(
    "fingerprints",
    metadata,
    sa.Column("fingerprint", sa.Text, primary_key=True),
    sa.Column("stage", sa.Text, nullable=False),
    sa.Column("settings", sa.Text, nullable=False, comment="JSON: those whose digest it holds"),
    sa.Column("seen_at", sa.Text, nullable=False),
)

verdicts = sa.Table(
    "verdicts",
    metadata,
    sa.Column("plan", sa.Text, primary_key=True, comment="digest of the fingerprints of all stages"),
    sa.Column("state", sa.Text, nullable=False, comment="passed, refused, or accepted"),
    sa.Column("documents", sa.Integer, nullable=False, comment="golden documents that were judged"),
    sa.Column("losses", sa.Text, nullable=False, comment="JSON: what was lost, in words"),
    sa.Column("worse", sa.Text, nullable=False, comment="JSON: the documents that got worse"),
    sa.Column("reason", sa.Text, nullable=False, comment="why a person accepted the loss"),
    sa.Column("decided_at", sa.Text, nullable=False),
)
