"""Registering documents, recording outcomes, and asking what is left to do."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import Connection, make_url

from ocr.errors import SourceChanged
from resources.ledger import asking, chains, changes, outbox, schema
from resources.ledger.evolution import evolve
from resources.ledger.outcomes import retell, tell
from resources.ledger.places import take_over
from resources.ledger.rows import Document, NewDocument, Output, Pending, Progress
from resources.ledger.split import NO_SPLIT, Split
from resources.ledger.statements import chunks, insert, now, tune_sqlite, upsert
from resources.sources import place_of

if TYPE_CHECKING:
    from resources.lake.store import Manifest


class Ledger:
    """The ledger at a SQLAlchemy URL; its tables are made where they do not exist.

    Documents that are registered come to a side of the `split`.
    """

    def __init__(self, url: str, split: Split = NO_SPLIT) -> None:
        self.split = split
        parsed = make_url(url)
        if parsed.get_backend_name() == "sqlite" and parsed.database:
            Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
        self.engine = sa.create_engine(parsed, pool_pre_ping=True)
        if parsed.get_backend_name() == "sqlite":
            event.listen(self.engine, "connect", tune_sqlite)
        evolve(self.engine)

    # --- documents ---------------------------------------------------------------------------------------------

    def register(self, arrivals: Sequence[NewDocument]) -> list[str]:
        """Record documents that arrived; returns the keys of those that were not known, in order of arrival.

        The same bytes under another name are a source of the known document. New bytes under a known URI are a new
        document that supersedes the old one. Live and test documents know nothing of each other.
        """
        seen_at = now()
        new: list[str] = []
        changed = False
        with self.transaction() as connection:
            known = self._known_content(connection, [a.sha256 for a in arrivals])
            for arrival in arrivals:
                content = (arrival.sha256, arrival.environment)
                key = known.get(content)
                if key is None:
                    if self._insert(connection, arrival, seen_at):
                        known[content] = arrival.document
                        new.append(arrival.document)
                    else:
                        known |= self._known_content(connection, [arrival.sha256])
                    key = known[content]
                changed |= take_over(connection, arrival.uri, key, arrival.environment)
                lost = self._forget_lost_source(connection, key)
                changed |= lost
                upsert(
                    connection,
                    schema.sources,
                    {"uri": place_of(arrival.uri), "document": key},
                    {
                        "size": arrival.size,
                        "modified": arrival.modified,
                        "seen_at": seen_at,
                        "etag": arrival.etag or None,
                    },
                )
                if arrival.asked_by:
                    asking.ask(connection, key, arrival.asked_by, again=lost)
            if changed:
                changes.touch(connection)
        return new

    def known_files(self, environment: str = "live", under: str = "") -> dict[str, tuple[int, float]]:
        """Size and modification time of every file seen, by URI: those need not be read again to be recognised.

        `under`: only of those whose URI begins so.
        """
        table, of = schema.sources, schema.documents
        query = sa.select(table.c.uri, table.c.size, table.c.modified).order_by(table.c.seen_at)
        query = query.join(of, of.c.document == table.c.document).where(of.c.environment == environment)
        if under:
            query = query.where(table.c.uri.startswith(under, autoescape=True))
        with self.engine.connect() as connection:
            return {uri: (size, modified) for uri, size, modified in connection.execute(query)}

    def is_empty(self) -> bool:
        """No document was registered."""
        with self.engine.connect() as connection:
            return connection.execute(sa.select(schema.documents.c.position).limit(1)).first() is None

    def documents(self, keys: Sequence[str] | None = None) -> list[Document]:
        """Documents in order of arrival; all of them, or those named."""
        table = schema.documents
        columns = [table.c[name] for name in Document.__dataclass_fields__]
        with self.engine.connect() as connection:
            if keys is None:
                rows = connection.execute(sa.select(*columns).order_by(table.c.position))
                return [Document(**row) for row in rows.mappings()]
            found: dict[str, Document] = {}
            for some in chunks(keys):
                rows = connection.execute(sa.select(*columns).where(table.c.document.in_(some)))
                found.update({row["document"]: Document(**row) for row in rows.mappings()})
            return [found[key] for key in keys if key in found]

    # --- outcomes ----------------------------------------------------------------------------------------------

    def outputs(self, keys: Sequence[str] | None = None) -> dict[str, dict[str, Output]]:
        """Current outcomes by document and stage."""
        table = schema.outputs
        columns = [table.c[name] for name in Output.__dataclass_fields__]
        query = sa.select(*columns).where(table.c.current)
        found: dict[str, dict[str, Output]] = {}
        with self.engine.connect() as connection:
            queries = [query] if keys is None else [query.where(table.c.document.in_(some)) for some in chunks(keys)]
            for one in queries:
                for row in connection.execute(one).mappings():
                    found.setdefault(row["document"], {})[row["stage"]] = Output(**row)
        return found

    def current(self) -> list[tuple[str, str, str]]:
        """Document, stage and version of every current outcome."""
        table = schema.outputs
        query = sa.select(table.c.document, table.c.stage, table.c.version).where(table.c.current)
        with self.engine.connect() as connection:
            return [(document, stage, version) for document, stage, version in connection.execute(query)]

    def begin(self, document: str, stage: str, version: str) -> int:
        """Note that an output is being made; returns how many earlier attempts were begun and never ended."""
        table = schema.attempts
        key = (table.c.document == document) & (table.c.stage == stage) & (table.c.version == version)
        with self.transaction() as connection:
            count = connection.execute(sa.select(table.c.count).where(key)).scalar() or 0
            upsert(connection, table, {"document": document, "stage": stage, "version": version}, {"count": count + 1})
        return count

    def forgive(self, document: str, stage: str, version: str) -> None:
        """Take back the last attempt: it came to an end of its own, though to no outcome."""
        table = schema.attempts
        key = (table.c.document == document) & (table.c.stage == stage) & (table.c.version == version)
        with self.transaction() as connection:
            connection.execute(table.update().where(key & (table.c.count > 0)).values(count=table.c.count - 1))

    def record(self, manifest: Manifest) -> None:
        """Record an outcome, read or rejected, and make it the current one of its stage.

        Where the document has come to its end by it, the event that says so is written with it.
        """
        with self.transaction() as connection:
            self._enter(connection, manifest)
            tell(connection, [manifest.document])
            changes.touch(connection)

    def emit(self, kind: str, subject: str, detail: Mapping[str, Any], *, environment: str = "live", key: str) -> str:
        """Write one event into the outbox, as `outbox.emit` does; returns its id."""
        with self.transaction() as connection:
            return outbox.emit(connection, kind, subject, detail, environment=environment, key=key)

    def upholds(self, rejection: Manifest, current: Output | None) -> bool:
        """Whether a rejection that lies in the lake counts: one that was forgotten here is tried again."""
        return current is not None and current.version == rejection.version

    def forget_rejections(self) -> int:
        """Let rejected documents and refused objects be tried again; returns how many documents there were."""
        with self.transaction() as connection:
            connection.execute(schema.attempts.delete())
            connection.execute(schema.refusals.delete())
            table = schema.outputs
            rejected = table.c.status == "rejected"
            chains.forget(connection, sa.select(table.c.document).where(rejected))
            forgotten = connection.execute(table.delete().where(rejected)).rowcount
            changes.touch(connection)
        return forgotten

    def rejected(self, environment: str | None = None) -> list[str]:
        """Documents that are rejected now, in order of arrival; of one environment, or of both."""
        table, of = schema.outputs, schema.documents
        # Written out, as in the condition of the index: so SQLite knows that it serves.
        rejected = table.c.status == sa.literal_column("'rejected'")
        query = sa.select(of.c.document).join(table, table.c.document == of.c.document)
        query = query.where(rejected & table.c.current).distinct().order_by(of.c.position)
        if environment is not None:
            query = query.where(of.c.environment == environment)
        with self.engine.connect() as connection:
            return list(connection.execute(query.add_columns(of.c.position)).scalars())

    def rebuild(self, manifests: Iterable[Manifest]) -> int:
        """Record every output found in the lake, oldest first; returns how many. Documents come from their raw part."""
        found = sorted(manifests, key=lambda m: m.made_at)
        arrivals = [
            NewDocument(
                m.document,
                *(m.data[name] for name in ("sha256", "name", "uri", "size")),
                modified=0.0,
                environment=m.data.get("environment", "live"),
                variant=m.variant,
            )
            for m in found
            if m.stage == "raw_document" and m.rejection is None
        ]
        self.register(arrivals)
        for manifest in found:
            with self.transaction() as connection:
                self._enter(connection, manifest)
        with self.transaction() as connection:
            retell(connection)
            changes.touch(connection)
        return len(found)

    # --- what is left to do ------------------------------------------------------------------------------------

    def pending(
        self, fingerprints: Mapping[str, str], by_variant: Mapping[str, Mapping[str, str]] | None = None
    ) -> list[Pending]:
        """Documents with a missing or stale stage, in order of arrival. Superseded ones are left as they are.

        `by_variant` has the fingerprints for documents of the variants that are in a split now.
        """
        return chains.pending(self, fingerprints, by_variant or {})

    def progress(self, since: str) -> dict[str, Progress]:
        """By stage, what was recorded since a time (ISO, UTC)."""
        table = schema.outputs
        rejected = sa.func.sum(sa.case((table.c.status == "rejected", 1), else_=0))
        query = (
            sa.select(table.c.stage, sa.func.count(), rejected, sa.func.sum(table.c.seconds))
            .where(table.c.current & (table.c.made_at >= since))
            .group_by(table.c.stage)
        )
        with self.engine.connect() as connection:
            return {stage: Progress(*counts) for stage, *counts in connection.execute(query)}

    def state(self) -> str:
        """What outcomes are now: equal state, equal corpus."""
        return changes.state(self.engine)

    def published_state(self) -> str | None:
        """The state the corpus was last built from."""
        table = schema.publications
        with self.engine.connect() as connection:
            return connection.execute(sa.select(table.c.state).order_by(table.c.number.desc()).limit(1)).scalar()

    def publish(self, state: str, documents: int) -> None:
        with self.transaction() as connection:
            connection.execute(schema.publications.insert().values(state=state, documents=documents, made_at=now()))

    # --- helpers -----------------------------------------------------------------------------------------------

    def _insert(self, connection: Connection, arrival: NewDocument, seen_at: str) -> bool:
        """Enter a document; false where another machine has entered its content meanwhile."""
        names = ("document", "sha256", "name", "uri", "size", "collection", "environment")
        values = {name: getattr(arrival, name) for name in names} | {"variant": self._side_of(arrival)}
        statement = insert(connection, schema.documents).values(**values, received_at=seen_at)
        once = statement.on_conflict_do_nothing(index_elements=["sha256", "environment"])
        return bool(connection.execute(once).rowcount)

    def _side_of(self, arrival: NewDocument) -> str:
        if arrival.variant is not None:
            return arrival.variant
        return self.split.side_of(arrival.sha256, arrival.environment)

    @contextmanager
    def transaction(self) -> Generator[Connection]:
        """A connection whose writes are kept together at the end, or none of them where the block raises."""
        with self.engine.connect() as connection:
            if connection.dialect.name == "sqlite":
                # Take the write lock at once: a read that later wants to write fails instead of waiting.
                connection.exec_driver_sql("BEGIN IMMEDIATE")
            yield connection
            connection.commit()

    def _known_content(self, connection: Connection, hashes: Sequence[str]) -> dict[tuple[str, str], str]:
        table = schema.documents
        columns = (table.c.sha256, table.c.environment, table.c.document)
        known: dict[tuple[str, str], str] = {}
        for some in chunks(hashes):
            rows = connection.execute(sa.select(*columns).where(table.c.sha256.in_(some)))
            known.update({(row.sha256, row.environment): row.document for row in rows})
        return known

    def _forget_lost_source(self, connection: Connection, key: str) -> bool:
        """A document whose file was gone when it was to be read is read once its file is there again."""
        table = schema.outputs
        mine = (table.c.document == key) & (table.c.code == SourceChanged.code)
        lost = bool(connection.execute(table.delete().where(mine)).rowcount)
        if lost:
            chains.note(connection, {key: None})
        return lost

    def _enter(self, connection: Connection, manifest: Manifest) -> None:
        table, rejection = schema.outputs, manifest.rejection or {}
        # Held first: of two machines that record the same stage at once, the second retires what the first recorded.
        of = schema.documents.c
        held = sa.select(of.position).where(of.document == manifest.document).with_for_update()
        connection.execute(held)
        self._retire(connection, manifest.document, manifest.stage)
        upsert(
            connection,
            table,
            {"document": manifest.document, "stage": manifest.stage, "version": manifest.version},
            {
                "current": True,
                "retired_at": None,
                "status": "rejected" if manifest.rejection else "read",
                "input_hash": manifest.input_hash,
                "fingerprint": manifest.fingerprint,
                "output_hash": manifest.output_hash,
                "code": rejection.get("code", ""),
                "message": rejection.get("message", ""),
                "advice": rejection.get("advice", ""),
                "pages": manifest.pages,
                "seconds": manifest.seconds,
                "model_loads": manifest.model_loads,
                "made_at": manifest.made_at,
            },
        )
        attempts = schema.attempts
        connection.execute(
            attempts.delete().where((attempts.c.document == manifest.document) & (attempts.c.stage == manifest.stage))
        )

    def _retire(self, connection: Connection, document: str, stage: str) -> None:
        table = schema.outputs
        mine = (table.c.document == document) & (table.c.stage == stage) & table.c.current
        connection.execute(table.update().where(mine).values(current=False, retired_at=now()))
