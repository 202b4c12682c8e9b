"""Vectors in PostgreSQL with pgvector, for a library past one machine. psycopg is loaded only where this is chosen.

One table, ``counsellor_vectors (version, place, document, vector)``, with a partition for each version: a version is
written in one transaction, searched without the rows of any other, and dropped at once. ``vectors.json`` beside the
documents names the partition; the address of the server is never written down.

::

    ConnectionError
    └── Unreachable    the server cannot be asked; nothing is found rather than something wrong
"""

from __future__ import annotations

import json
import struct
import threading
import uuid
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from .encoder import Matrix, Vector
from .vectors import EXACT_UP_TO, FEW, Allowed

KEPT = 8
"""Versions that stay on the server, the newest; each data folder keeps three and as many drafts."""
EF = 400
"""Neighbours that HNSW looks at, which is also the most it can find (pgvector's largest is 1,000)."""
_TABLE = "counsellor_vectors"
_HEADER = struct.pack(">11sII", b"PGCOPY\n\xff\r\n\0", 0, 0)

Found = TypeVar("Found")


class Unreachable(ConnectionError):
    """The PostgreSQL server of the vectors does not answer, or does not have what this version needs."""


class PostgresVectors:
    """One version's vectors on a server; safe among threads, which take turns on one connection."""

    def __init__(self, url: str, dimensions: int, version: str, size: int = 0) -> None:
        self._url, self._version = url, version
        self._dimensions, self._size = dimensions, size
        self._connection: Any = None
        self._lock = threading.Lock()

    @classmethod
    def planned(cls, url: str, dimensions: int) -> PostgresVectors:
        """An empty store; it is on the server once :meth:`add` is through."""
        return cls(url, dimensions, uuid.uuid4().hex)

    @property
    def size(self) -> int:
        return self._size

    @property
    def dimensions(self) -> int:
        return self._dimensions

    @property
    def _partition(self) -> str:
        return f"{_TABLE}_{self._version}"

    @property
    def _typed(self) -> str:
        """Rows of several encoders may stand in one table; an index wants to know how long its vectors are."""
        return f"vector::vector({self._dimensions})"

    def add(self, vectors: Matrix, owners: NDArray[np.int32]) -> None:
        """All rows of the version, in one transaction; above :data:`EXACT_UP_TO` with an HNSW index. Only once."""
        if self._size:
            raise ValueError("a version is written once")

        def write(connection: Any) -> None:
            with connection.transaction(), connection.cursor() as cursor:
                # Two publishers must not make the table at the same time.
                cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", (_TABLE,))
                cursor.execute("CREATE EXTENSION IF NOT EXISTS vector")
                cursor.execute(
                    f"CREATE TABLE IF NOT EXISTS {_TABLE} (version uuid NOT NULL, place integer NOT NULL, "
                    "document integer NOT NULL, vector vector NOT NULL) "
                    "PARTITION BY LIST (version)"
                )
                cursor.execute(
                    f"CREATE TABLE {self._partition} PARTITION OF {_TABLE} FOR VALUES IN ('{uuid.UUID(self._version)}')"
                )
                self._copy(cursor, vectors, owners)
                cursor.execute(f"ALTER TABLE {self._partition} ADD PRIMARY KEY (place)")
                if len(vectors) > EXACT_UP_TO:
                    # The graph is built in memory or very slowly.
                    cursor.execute("SET LOCAL maintenance_work_mem = '1GB'")
                    cursor.execute(f"CREATE INDEX ON {self._partition} USING hnsw (({self._typed}) vector_ip_ops)")
                self._drop_oldest(cursor)

        self._ask(write)
        self._size = len(vectors)

    def search(self, query: Vector, k: int, allowed: Allowed) -> NDArray[np.int64]:
        """The filter is a WHERE; where HNSW comes back with too few, every allowed row is compared."""
        count = min(k, allowed.count)
        if count == 0:
            return np.zeros(0, dtype=np.int64)
        values = {
            "version": uuid.UUID(self._version),
            "query": "[" + ",".join(map(repr, np.asarray(query, dtype=np.float32).tolist())) + "]",
            "documents": None if allowed.documents.all() else np.flatnonzero(allowed.documents).tolist(),
            "k": count,
        }
        statement = (
            f"SELECT place FROM {_TABLE} WHERE version = %(version)s "  # noqa: S608 - our own names and an integer
            "AND (%(documents)s::int[] IS NULL OR document = ANY(%(documents)s)) "
            f"ORDER BY {self._typed} <#> %(query)s::vector LIMIT %(k)s"
        )
        # pgvector walks its graph first and filters then: few allowed rows are better all compared.
        approximate = self._size > EXACT_UP_TO and allowed.count > max(FEW, self._size // 10)

        def find(connection: Any) -> NDArray[np.int64]:
            with connection.transaction(), connection.cursor() as cursor:
                if approximate:
                    cursor.execute(f"SET LOCAL hnsw.ef_search = {EF}")
                    places = [row[0] for row in cursor.execute(statement, values).fetchall()]
                    if len(places) == count:
                        return np.array(places, dtype=np.int64)
                cursor.execute("SET LOCAL enable_indexscan = off")
                return np.array([row[0] for row in cursor.execute(statement, values).fetchall()], dtype=np.int64)

        return self._ask(find)

    def reconstruct(self, places: NDArray[np.int64]) -> Matrix:
        def read(connection: Any) -> Matrix:
            rows = connection.execute(
                f"SELECT place, vector_send(vector) FROM {_TABLE} WHERE version = %s AND place = ANY(%s)",  # noqa: S608 - our own name
                (uuid.UUID(self._version), np.asarray(places).tolist()),
                binary=True,
            ).fetchall()
            there = {int(place): np.frombuffer(sent, dtype=">f4", offset=4) for place, sent in rows}
            found = np.empty((len(places), self._dimensions), dtype=np.float32)
            for row, place in enumerate(np.asarray(places).tolist()):
                if place not in there:
                    raise Unreachable(f"passage {place} is not on the server")
                found[row] = there[place]
            return found

        return self._ask(read)

    def save(self, folder: Path) -> None:
        stored = {"kind": "postgresql", "version": self._version, "size": self._size, "dimensions": self._dimensions}
        (folder / "vectors.json").write_text(json.dumps(stored), encoding="utf-8")

    @classmethod
    def load(cls, url: str, stored: Mapping[str, Any]) -> PostgresVectors:
        """Raises ``ValueError`` where the server does not have all of this version, :class:`Unreachable` where it is away."""
        if not url:
            raise ValueError("its vectors are on a PostgreSQL server, and COUNSELLOR_VECTORS names none")
        store = cls(url, int(stored["dimensions"]), uuid.UUID(stored["version"]).hex, int(stored["size"]))

        def count(connection: Any) -> tuple[Any, ...]:
            if connection.execute("SELECT to_regclass(%s)", (_TABLE,)).fetchone()[0] is None:
                return ()
            statement = (
                "SELECT count(*), min(place), max(place), bool_and(vector_dims(vector) = %s) "  # noqa: S608 - our own name
                f"FROM {_TABLE} WHERE version = %s"
            )
            return tuple(connection.execute(statement, (store._dimensions, uuid.UUID(store._version))).fetchone())

        if store._ask(count) != (store._size, 0, store._size - 1, True):
            raise ValueError("the PostgreSQL server does not have the vectors of this version")
        return store

    def close(self) -> None:
        """Lets go of the connection; the next question opens one again."""
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None

    def __del__(self) -> None:
        # A version that was replaced takes its connection with it.
        if getattr(self, "_connection", None) is not None:
            self._connection.close()

    def _copy(self, cursor: Any, vectors: Matrix, owners: NDArray[np.int32]) -> None:
        """PostgreSQL's binary COPY: one row is four fields, each behind its length in bytes."""
        version = uuid.UUID(self._version).bytes
        size = 4 + 4 * self._dimensions
        with cursor.copy(f"COPY {_TABLE} (version, place, document, vector) FROM STDIN (FORMAT BINARY)") as copy:
            copy.write(_HEADER)
            for place, (row, owner) in enumerate(zip(vectors, owners.tolist(), strict=True)):
                head = struct.pack(">hi16siiiiihh", 4, 16, version, 4, place, 4, owner, size, self._dimensions, 0)
                copy.write(head + np.asarray(row, dtype=">f4").tobytes())
            copy.write(struct.pack(">h", -1))

    def _drop_oldest(self, cursor: Any) -> None:
        rows = cursor.execute(
            "SELECT inhrelid::regclass::text AS name FROM pg_inherits AS part "
            "WHERE inhparent = %s::regclass ORDER BY part.inhrelid DESC",
            (_TABLE,),
        ).fetchall()
        for (name,) in rows[KEPT:]:
            cursor.execute(f"DROP TABLE {name}")

    def _ask(self, work: Callable[[Any], Found]) -> Found:
        """Runs ``work`` on the connection; one that was lost is opened again once. Raises :class:`Unreachable`."""
        import psycopg

        with self._lock:
            for again in (True, False):
                try:
                    if self._connection is None or self._connection.closed:
                        self._connection = psycopg.connect(
                            self._url, autocommit=True, connect_timeout=5, prepare_threshold=None
                        )
                    return work(self._connection)
                except psycopg.OperationalError as error:
                    if self._connection is not None:
                        self._connection.close()
                        self._connection = None
                    if not again:
                        raise Unreachable(f"PostgreSQL: {type(error).__name__}") from error
                except psycopg.Error as error:
                    raise Unreachable(f"PostgreSQL: {type(error).__name__}") from error
        raise AssertionError
