"""The one connection to the journal's database, and what a transaction on it means.

Rules:

- one process, one connection, one thread: `locking_mode=EXCLUSIVE` is the first statement, so nobody else can open the
  file, no `-shm` exists, and SQLite's WAL-reset race (two connections) cannot happen on any version of the library;
- WAL with `synchronous=FULL`, both verified: one sync of one file makes a transaction durable. Python's default journal
  mode loses the last acknowledged payment in a power cut;
- a database written for a newer program is refused before a byte of it is touched;
- every write is an explicit `BEGIN IMMEDIATE` … `COMMIT`. A COMMIT that raises may still be on the disk after a
  restart: its outcome is unknown, nothing is tried again, and the connection refuses every use until it is opened anew.

Tables and migrations are in `schema`; what SQLite's error codes mean is in `faults`.
"""

import os
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, TypeAlias

from pos.errors import JournalError, OutcomeUnknownError
from pos.journal.faults import DamagedError, fault_of, mapped
from pos.journal.files import create_file
from pos.journal.header import refuse_foreign


@contextmanager
def _without_array_libraries() -> Iterator[None]:
    """Keep numpy and pandas out: sqlite-utils loads them, where installed, only to name their column types, and numpy
    alone is a fifth of the core process's memory bar."""
    absent = [name for name in ("numpy", "pandas") if name not in sys.modules]
    sys.modules.update(dict.fromkeys(absent))  # type: ignore[arg-type]  # None marks a module as not importable
    try:
        yield
    finally:
        for name in absent:
            del sys.modules[name]


with _without_array_libraries():
    import sqlite_utils

Tables: TypeAlias = sqlite_utils.Database
Migrations: TypeAlias = sqlite_utils.Migrations
SqlValue: TypeAlias = int | str | bytes | None
Row: TypeAlias = tuple[Any, ...]
"""SQLite's answers have no static type; the tables are STRICT, and rows become values in the module that asked."""

SEQUENCE_MAX: Final = 2**63 - 1
"""What a column can hold; the protocol's integers go to twice that, and no journal gets there."""

_BUSY_TIMEOUT_S: Final = 0.5
"""Another process holds the journal or it does not; half a second covers one that is just ending."""
_AUTOCHECKPOINT_PAGES: Final = 256
_PRAGMAS: Final[tuple[tuple[str, str, SqlValue], ...]] = (
    ("locking_mode", "EXCLUSIVE", "exclusive"),
    ("journal_mode", "WAL", "wal"),
    ("synchronous", "FULL", 2),
    ("wal_autocheckpoint", str(_AUTOCHECKPOINT_PAGES), _AUTOCHECKPOINT_PAGES),
    ("journal_size_limit", "4194304", 4194304),
    ("mmap_size", "0", 0),
    ("cell_size_check", "ON", 1),
    ("foreign_keys", "ON", 1),
    ("trusted_schema", "OFF", 0),
    ("temp_store", "MEMORY", 2),
)


class Transaction:
    """An open write transaction."""

    __slots__ = ("connection", "is_sealed")

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection
        self.is_sealed = False

    def seal(self) -> None:
        """Say that its content exists outside the database from here on: whatever now prevents the commit leaves the
        outcome unknown, and rolling back would not make it undone."""
        self.is_sealed = True


class Database:
    """The open journal database. Belongs to the thread that opened it."""

    def __init__(self, path: Path) -> None:
        """Open `path`, creating it where it does not exist. Tables are not made here.

        Raises DatabaseVersionError, HeldError, DamagedError, ReadOnlyDiskError, DiskFullError or JournalError.
        """
        self.path = path
        self.is_created = create_file(path)
        self.fault: JournalError | None = None
        """What the last commit that raised had met."""
        self._connection: sqlite3.Connection | None = None
        self._is_broken = True
        self._is_held_still = False
        self.reopen()

    def reopen(self) -> None:
        """Open the file again, after whatever a commit left behind; raises what opening raises."""
        self.close()
        self._is_held_still = False
        with mapped():
            # SQLite would open what cannot be written for reading, and stumble over its locks later.
            os.close(os.open(self.path, os.O_RDWR))
        refuse_foreign(self.path)
        self._connection = _connect(self.path)
        try:
            _apply_pragmas(self._connection)
        except BaseException:
            self._connection.close()
            raise
        self._is_broken = False
        self.tables = Tables(self._connection, recursive_triggers=False, execute_plugins=False, strict=True)
        """The same connection through sqlite-utils: schema, migrations and everything off the hot path."""

    @property
    def is_broken(self) -> bool:
        """A commit raised: nothing may be read or written before the database is opened anew."""
        return self._is_broken

    @property
    def connection(self) -> sqlite3.Connection:
        if self._is_broken or self._connection is None:
            raise JournalError("the journal is closed, or a commit raised: it must be reopened before it is used again")
        return self._connection

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """Commit the block durably, or leave nothing of it.

        Raises OutcomeUnknownError where the commit itself fails (or the block was sealed and fails); everything else
        that it raises means that nothing was written.
        """
        transaction = Transaction(self.connection)
        with mapped():
            transaction.connection.execute("BEGIN IMMEDIATE")
        try:
            yield transaction
            transaction.seal()
            transaction.connection.execute("COMMIT")
        except BaseException as error:
            if transaction.is_sealed:
                self._is_broken = True
                self.fault = fault_of(error) if isinstance(error, sqlite3.Error | OSError) else None
                if isinstance(error, Exception):
                    raise OutcomeUnknownError(f"the commit raised: {error}") from error
            else:
                self._roll_back()
                if isinstance(error, sqlite3.Error | OSError):
                    raise fault_of(error) from error
            raise

    def _roll_back(self) -> None:
        try:
            if self.connection.in_transaction:
                self.connection.execute("ROLLBACK")
        except sqlite3.Error:
            # What could not be rolled back was not committed either; reopening restores a connection that can be used.
            self._is_broken = True

    def row(self, sql: str, *parameters: SqlValue) -> Row | None:
        """The first row of an answer, or None."""
        connection = self.connection
        try:
            found: Row | None = connection.execute(sql, parameters).fetchone()
        except sqlite3.Error as error:
            raise fault_of(error) from error
        return found

    def rows(self, sql: str, *parameters: SqlValue) -> list[Row]:
        """All rows of an answer; the statement bounds how many that can be."""
        connection = self.connection
        try:
            return connection.execute(sql, parameters).fetchall()
        except sqlite3.Error as error:
            raise fault_of(error) from error

    def checkpoint(self) -> None:
        """Move the write-ahead log into the database and empty it; for idle moments and the end of the day."""
        self.let_go()
        if self.row("PRAGMA wal_checkpoint(TRUNCATE)") != (0, 0, 0):
            raise JournalError("the write-ahead log could not be emptied")

    def hold_still(self) -> None:
        """Empty the write-ahead log, and write to nothing else from here on: the file can be copied meanwhile."""
        self.checkpoint()
        self.row("PRAGMA wal_autocheckpoint=0")
        self._is_held_still = True

    def let_go(self) -> bool:
        """Go on as usual; whether nothing was written to the file since it was held still."""
        was_held_still, self._is_held_still = self._is_held_still, False
        if was_held_still:
            self.row(f"PRAGMA wal_autocheckpoint={_AUTOCHECKPOINT_PAGES:d}")
        return was_held_still

    def integrity_problems(self, *, problems_max: int = 20) -> tuple[str, ...]:
        """What SQLite's full integrity check finds; empty when the file is sound."""
        return tuple(row[0] for row in self.rows(f"PRAGMA integrity_check({problems_max:d})") if row[0] != "ok")

    def close(self) -> None:
        """Let go of the file. Nothing can be lost by this: what was committed is durable, what was not is undone."""
        self._is_broken = True
        if self._connection is not None:
            self._connection.close()


def _connect(path: Path) -> sqlite3.Connection:
    with mapped():
        return sqlite3.connect(
            # The file exists by now; SQLite must not make another one.
            f"{path.absolute().as_uri()}?mode=rw",
            uri=True,
            timeout=_BUSY_TIMEOUT_S,
            isolation_level=None,
            cached_statements=256,
        )


def _refuse_nameless(connection: sqlite3.Connection) -> None:
    """Refuse a database without an application id that holds tables. Our own is nameless until its first migration,
    before which only the table of migrations exists."""
    with mapped():
        application_id = connection.execute("PRAGMA application_id").fetchone()[0]
        table = connection.execute("SELECT 1 FROM sqlite_schema WHERE name NOT GLOB '*sqlite_*'").fetchone()
    if application_id == 0 and table is not None:
        raise DamagedError("a database of something else")


def _apply_pragmas(connection: sqlite3.Connection) -> None:
    with mapped():
        for name, value, expected in _PRAGMAS:
            if name == "journal_mode":
                _refuse_nameless(connection)
            connection.execute(f"PRAGMA {name}={value}")
            row = connection.execute(f"PRAGMA {name}").fetchone()
            # A library compiled without memory mapping answers nothing, which is what is asked for.
            if row != (expected,) and not (row is None and expected == 0):
                raise JournalError(f"the database does not accept {name}={value}: it answered {row}")
