"""The only place that knows which database is underneath.

Rules:

- SQLite: WAL with full synchronous writes; a writing transaction begins as BEGIN IMMEDIATE and holds a lock file next
  to the database, also across processes. The lock is not for speed: SQLite before 3.51.3 can lose committed data when
  two connections write and checkpoint in the same instant, and Debian's version is older;
- PostgreSQL (and what speaks its protocol): READ COMMITTED; rows that decide something are locked by SELECT … FOR
  UPDATE in `pos.ledger.records`, so that several ledger processes give the same answers;
- a transaction that lost a race (`is_transient`) is run again by `pos.ledger.database`.
"""

import fcntl
import os
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from operator import itemgetter
from pathlib import Path
from types import NoneType
from typing import Final, TypeVar

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    Dialect,
    Engine,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    TypeDecorator,
    and_,
    create_engine,
    event,
    false,
    make_url,
    or_,
    text,
)
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError
from sqlalchemy.pool import ConnectionPoolEntry
from sqlalchemy.schema import SchemaItem
from sqlalchemy.types import TypeEngine

from pos.errors import ConfigError

WRITES: Final = "pos_writes"
"""Execution option of an engine whose transactions write."""

_BUSY_TIMEOUT_MS: Final = 10_000
_POOL: Final = 8
_TRANSIENT_SQLSTATES: Final = frozenset({"40001", "40P01", "23505"})
"""serialization_failure, deadlock_detected, unique_violation (PostgreSQL, appendix A): the last one means that another
process wrote the same row a moment before, which the next run will see."""
_TRANSIENT_SQLITE: Final = frozenset({"SQLITE_BUSY", "SQLITE_LOCKED"})

_WHOLE_TYPES: Final = frozenset({int, NoneType})

Row = Mapping[str, object]
K = TypeVar("K", bytes, int, str)


def create(url: str) -> Engine:
    """Open an engine for a SQLAlchemy URL; ConfigError for one that this ledger cannot use."""
    try:
        parsed = make_url(url)
        if parsed.get_backend_name() not in ("sqlite", "postgresql"):
            raise ConfigError((f"database url {parsed}: expected sqlite or postgresql",))
        if parsed.get_backend_name() == "postgresql":
            return create_engine(parsed, isolation_level="READ COMMITTED", pool_size=_POOL, pool_pre_ping=True)
        engine = create_engine(parsed, pool_size=_POOL, connect_args={"timeout": _BUSY_TIMEOUT_MS / 1000})
    except (ArgumentError, NoSuchModuleError, ModuleNotFoundError) as error:
        raise ConfigError((f"database url {url!r}: {error}",)) from error
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


class Whole(TypeDecorator[int]):
    """Whole numbers to 64 bits. A database may round a float in silence; this never lets one get there."""

    impl = BigInteger
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[int]:
        # SQLite numbers rows by itself only in a column called INTEGER.
        return dialect.type_descriptor(Integer() if dialect.name == "sqlite" else BigInteger())

    def process_bind_param(self, value: int | None, dialect: Dialect) -> int | None:
        if value is not None and not isinstance(value, int):
            raise TypeError(f"{value!r} is not a whole number")
        return value


def strict_table(name: str, metadata: MetaData, *items: SchemaItem) -> Table:
    """Declare a table whose columns refuse values of another type also where types are only advice."""
    return Table(name, metadata, *items, sqlite_strict=True)


def index_where(condition: str, name: str, *columns: str) -> Index:
    """Declare an index of those rows only that meet the condition."""
    return Index(name, *columns, sqlite_where=text(condition), postgresql_where=text(condition))


def is_pair(first: Column[K], second: Column[int], wanted: Iterable[tuple[K, int]]) -> ColumnElement[bool]:
    """Whether two columns, which a key begins with, are one of these pairs."""
    seconds: dict[K, set[int]] = {}
    for one, other in wanted:
        seconds.setdefault(one, set()).add(other)
    # For one list of pairs SQLite would read the whole table.
    return or_(false(), *(and_(first == one, second.in_(sorted(seconds[one]))) for one in sorted(seconds)))


def one_view(engine: Engine) -> Engine:
    """Return an engine whose transactions see one state of the database from beginning to end."""
    # A read transaction on SQLite in WAL mode always does.
    return engine if engine.dialect.name == "sqlite" else engine.execution_options(isolation_level="REPEATABLE READ")


def insert_rows(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Insert rows that all name the same columns; what the driver can do at once is not built row by row."""
    _insert(connection, table, rows, "")


def insert_missing(connection: Connection, table: Table, rows: Sequence[Row]) -> int:
    """Insert those rows whose primary or unique key is not there yet; return how many that were."""
    return _insert(connection, table, rows, " ON CONFLICT DO NOTHING")


def _insert(connection: Connection, table: Table, rows: Sequence[Row], ending: str) -> int:
    if not rows:
        return 0
    names = tuple(rows[0])
    columns = [list(map(itemgetter(name), rows)) for name in names]
    named = list(zip(names, columns, strict=True))
    for name, column in named:
        if isinstance(table.c[name].type, Whole) and not set(map(type, column)) <= _WHOLE_TYPES:
            raise TypeError(f"{name}: not all of them are whole numbers")
    start = f"INSERT INTO {table.name} ({', '.join(names)}) "
    if connection.dialect.name == "sqlite":
        marks = ", ".join("?" * len(names))
        values = list(zip(*columns, strict=True))
        return connection.exec_driver_sql(f"{start}VALUES ({marks}){ending}", values).rowcount
    # One statement over arrays costs the server and its driver far less than one for each row.
    arrays = ", ".join(f"%b::{_array_of(table.c[name])}" for name in names)
    sent = tuple(_plain(column) if isinstance(table.c[name].type, Text) else column for name, column in named)
    return connection.exec_driver_sql(f"{start}SELECT * FROM unnest({arrays}){ending}", sent).rowcount


def _plain(column: Sequence[object]) -> list[object]:
    """Members of a StrEnum as the text that they are."""
    return [str(value) if isinstance(value, str) else value for value in column]


def _array_of(column: Column[object]) -> str:
    if isinstance(column.type, Whole):
        return "bigint[]"
    return "bytea[]" if isinstance(column.type, LargeBinary) else "text[]"


def is_transient(error: DBAPIError) -> bool:
    """Whether the same transaction may succeed when it is run again from its beginning."""
    if getattr(error.orig, "sqlstate", None) in _TRANSIENT_SQLSTATES:
        return True
    return getattr(error.orig, "sqlite_errorname", None) in _TRANSIENT_SQLITE


class WriterLock:
    """One writer at a time on a SQLite file, among threads and processes; nothing at all elsewhere."""

    def __init__(self, engine: Engine) -> None:
        self._threads = threading.Lock()
        path = engine.url.database if engine.dialect.name == "sqlite" else None
        self._file = None if path is None else os.open(f"{path}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

    @contextmanager
    def held(self) -> Iterator[None]:
        if self._file is None:
            yield
            return
        with self._threads:
            fcntl.flock(self._file, fcntl.LOCK_EX)
            try:
                yield
            finally:
                fcntl.flock(self._file, fcntl.LOCK_UN)

    def close(self) -> None:
        if self._file is not None:
            os.close(self._file)
            self._file = None


def sqlite_url(path: Path) -> str:
    return f"sqlite:///{path}"


def chunks(keys: Iterable[K], size: int = 500) -> Iterator[list[K]]:
    """Sorted keys in pieces that fit into one IN list; sorted, so that two processes lock rows in the same order."""
    ordered = sorted(keys)
    for start in range(0, len(ordered), size):
        yield ordered[start : start + size]


def _prepare_sqlite(raw: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    # The driver must not begin transactions by itself: `_begin_sqlite` says how they begin.
    raw.isolation_level = None
    cursor = raw.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", f"busy_timeout={_BUSY_TIMEOUT_MS}"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get(WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
