"""One open database: a transaction is a function that is run, and run again if it lost a race.

    with_head = database.write(lambda connection: records.head(connection, terminal))

Rules: work inside a transaction touches nothing outside the database, because it may run more than once; the schema
is made on first opening and a database written by a newer program is left untouched. Faults of the database surface
as `LedgerStoreError`; which SQL dialect is spoken is left to `pos.ledger.dialect`.
"""

import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final, TypeVar

from sqlalchemy import Connection, Engine, insert, select, update
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from pos.errors import DatabaseVersionError, PosError
from pos.ledger import dialect, schema

ATTEMPTS_MAX: Final = 8
"""With a pause that doubles from 5 ms this is about a second: a client would rather try again than wait longer."""
_PAUSE_S: Final = 0.005

T = TypeVar("T")


class LedgerStoreError(PosError):
    """The ledger's database cannot be used now; nothing of the attempted transaction is stored."""


class Database:
    """The ledger's store, safe to use from several threads and processes."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._writes = engine.execution_options(**{dialect.WRITES: True})
        self._writer = dialect.WriterLock(engine)

    def read(self, work: Callable[[Connection], T]) -> T:
        """Run `work` on one consistent view."""
        with _mapped(), self._engine.begin() as connection:
            return work(connection)

    def snapshot(self, work: Callable[[Connection], T]) -> T:
        """Run `work`, however long it takes, on the state of one moment."""
        with _mapped(), dialect.one_view(self._engine).begin() as connection:
            return work(connection)

    def write(self, work: Callable[[Connection], T]) -> T:
        """Run `work` and commit durably before returning; repeated while it loses races."""
        for attempt in range(ATTEMPTS_MAX):
            try:
                with self._writer.held(), self._writes.begin() as connection:
                    return work(connection)
            except DBAPIError as error:
                if attempt + 1 == ATTEMPTS_MAX or not dialect.is_transient(error):
                    raise LedgerStoreError(str(error.orig)) from error
            except SQLAlchemyError as error:
                raise LedgerStoreError(str(error)) from error
            time.sleep(random.uniform(0.5, 1.0) * _PAUSE_S * 2**attempt)  # two losers must not meet again
        raise AssertionError("the last attempt returns or raises")

    def close(self) -> None:
        # The last connection to a SQLite file checkpoints when it closes, which is a write.
        with self._writer.held():
            self._engine.dispose()
        self._writer.close()


def open_database(url: str, *, ledger: str = "") -> Database:
    """Open, and on first use create, a ledger's database.

    Raises ConfigError for a URL that cannot be used, DatabaseVersionError, LedgerStoreError.
    """
    database = Database(dialect.create(url))
    try:
        database.write(lambda connection: _migrate(connection, ledger))
    except BaseException:
        database.close()
        raise
    return database


def _migrate(connection: Connection, ledger: str) -> None:
    schema.metadata.create_all(connection)
    found = connection.execute(select(schema.ledger.c.version)).scalar_one_or_none()
    if found is None:
        connection.execute(insert(schema.ledger).values(version=schema.VERSION, id=ledger))
    elif found > schema.VERSION:
        raise DatabaseVersionError(found=found, known=schema.VERSION)
    elif found < schema.VERSION:
        for version in range(found + 1, schema.VERSION + 1):
            _step_to(connection, version)
        connection.execute(update(schema.ledger).values(version=schema.VERSION))


def _step_to(connection: Connection, version: int) -> None:
    """Bring a database of the version before to this one; new tables are there by now."""
    grown = {3: schema.terminals, 7: schema.payments}.get(version)
    for index in () if grown is None else grown.indexes:
        index.create(connection, checkfirst=True)


@contextmanager
def _mapped() -> Iterator[None]:
    try:
        yield
    except DBAPIError as error:
        raise LedgerStoreError(str(error.orig)) from error
    except SQLAlchemyError as error:
        raise LedgerStoreError(str(error)) from error
