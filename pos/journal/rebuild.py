"""Computing the computed tables anew, and telling whether they need it.

- `is_current`: cheap, at every start: the tables' version, and counts and sums against what the chain check counted;
- `rebuild`: drop them and apply every entry again, in one transaction: after a cut it has happened or not at all;
- `differences`: thorough, on demand: compute them a second time in a scratch database and compare row by row.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from itertools import zip_longest
from typing import Final

from pos.journal.chain import ChainFound
from pos.journal.computed import COMPUTED_TABLES, VERSION, are_tables_whole, make_tables
from pos.journal.database import Database, Row
from pos.journal.faults import mapped
from pos.journal.projections import apply_signed
from pos.journal.records import Place
from pos.voucher.bodies import PaymentApproved, RequestOpened, TenderRecorded
from pos.voucher.entry import parse_entry

DIFFERENCES_MAX: Final = 100

_COUNTS: Final = (
    "SELECT (SELECT count(*) FROM payments) + (SELECT count(*) FROM confirmations)"
    " + (SELECT count(*) FROM contradictions WHERE kind = ?1),"
    " (SELECT count(*) FROM requests) + (SELECT count(*) FROM contradictions WHERE kind = ?2),"
    " (SELECT count(*) FROM tenders) + (SELECT count(*) FROM contradictions WHERE kind = ?3)"
)
_SUMS_AGREE: Final = (
    "SELECT (SELECT count(*) FROM payments) = coalesce(n.total_count, 0)"
    " AND (SELECT coalesce(sum(amount_won), 0) FROM payments) = coalesce(n.total_won, 0)"
    " AND (SELECT coalesce(sum(amount_won), 0) FROM sale_tenders) = (SELECT coalesce(sum(paid_won), 0) FROM sales)"
    " AND (SELECT count(*) FROM receipts) = (SELECT coalesce(max(ordinal), 0) FROM receipts)"
    " FROM (SELECT 1) LEFT JOIN (SELECT total_count, total_won FROM payments ORDER BY entry DESC LIMIT 1) n"
)
_ENTRIES: Final = "SELECT raw FROM entries ORDER BY sequence"


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A row of a computed table that is not what the entries add up to."""

    table: str
    key: str
    """The row's first column."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contradiction:
    """A signed entry that an earlier one excludes."""

    entry: int
    kind: str
    what: str


def is_current(database: Database, found: ChainFound) -> bool:
    """Whether the computed tables are of this version and plausibly of these entries."""
    if database.row("SELECT version FROM computed") != (VERSION,):
        return False
    with mapped():
        if not are_tables_whole(database.connection):
            return False
    kinds = (PaymentApproved.KIND, RequestOpened.KIND, TenderRecorded.KIND)
    counted = tuple(found.kinds[kind] for kind in kinds)
    return database.row(_COUNTS, *kinds) == counted and database.row(_SUMS_AGREE) == (1,)


def rebuild(database: Database) -> None:
    """Drop the computed tables and compute them from the entries."""
    with database.transaction() as transaction:
        make_tables(transaction.connection)
        _apply_all(transaction.connection, source=transaction.connection)
        transaction.connection.execute("INSERT OR REPLACE INTO computed VALUES (1, ?)", (VERSION,))


def contradictions(database: Database) -> tuple[Contradiction, ...]:
    """Signed entries that do not count, oldest first."""
    rows = database.rows("SELECT entry, kind, what FROM contradictions ORDER BY entry LIMIT ?", DIFFERENCES_MAX)
    return tuple(Contradiction(entry=entry, kind=kind, what=what) for entry, kind, what in rows)


def differences(database: Database) -> tuple[Difference, ...]:
    """Compute the tables a second time, beside, and name every row that differs."""
    # An unnamed database: SQLite keeps it in a temporary file of its own once it outgrows the cache.
    with mapped(), closing(sqlite3.connect("", isolation_level=None)) as scratch:
        scratch.execute("PRAGMA synchronous=OFF")
        scratch.execute("BEGIN")
        make_tables(scratch)
        _apply_all(scratch, source=database.connection)
        found = []
        for table in COMPUTED_TABLES:
            for difference in _compare(table, database.connection, scratch):
                found.append(difference)
                if len(found) == DIFFERENCES_MAX:
                    return tuple(found)
    return tuple(found)


def _apply_all(target: sqlite3.Connection, *, source: sqlite3.Connection) -> None:
    for (raw,) in source.execute(_ENTRIES):
        entry = parse_entry(raw)
        apply_signed(target, Place(sequence=entry.sequence, time_s=entry.time_s), entry.kind, entry.body)


def _compare(table: str, live: sqlite3.Connection, fresh: sqlite3.Connection) -> Iterator[Difference]:
    query = f"SELECT * FROM {table} ORDER BY 1"
    row: Row | None
    other: Row | None
    for row, other in zip_longest(live.execute(query), fresh.execute(query)):
        if row != other:
            key = (row or other or ("",))[0]
            yield Difference(table=table, key=key.hex() if isinstance(key, bytes) else str(key))
