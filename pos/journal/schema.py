"""The durable tables and how they grow: numbered migrations, each one transaction, each only adding.

Two kinds of tables are made here:

- `entries` is the journal itself. Triggers refuse to change or remove a row, whoever asks;
- the others hold what this terminal knows beside its chain and could lose without losing money: what the ledger
  acknowledged, how far a receipt is on its way to paper, which verdicts stood on the screen, what is to be settled with
  a customer, when the ledger was last heard.

Tables computed from the entries are not migrated but made anew when their shape changes: `projections`.
"""

from typing import Final

from pos.journal.database import Database, Migrations, Tables
from pos.journal.faults import mapped
from pos.journal.header import APPLICATION_ID, GENERATION

_MIGRATIONS: Final = Migrations("journal")


def migrate(database: Database) -> tuple[str, ...]:
    """Bring the durable tables up to date; returns the names of the migrations that ran, oldest first."""
    with mapped():
        pending = tuple(migration.name for migration in _MIGRATIONS.pending(database.tables))
        if pending:
            _MIGRATIONS.apply(database.tables)
    return pending


@_MIGRATIONS()
def m0001_journal(tables: Tables) -> None:
    """The chain, whose it is, and the marks made on it."""
    tables.execute(f"PRAGMA application_id={APPLICATION_ID:d}")
    tables.execute(f"PRAGMA user_version={GENERATION:d}")
    tables.execute(
        """CREATE TABLE entries (
            sequence INTEGER PRIMARY KEY CHECK (sequence > 0),
            hash BLOB NOT NULL UNIQUE CHECK (length(hash) = 32),
            kind TEXT NOT NULL,
            time_s INTEGER NOT NULL,
            raw BLOB NOT NULL
        ) STRICT"""
    )
    tables.execute(
        """CREATE TRIGGER entries_stay_as_they_are BEFORE UPDATE ON entries
        BEGIN SELECT RAISE(ABORT, 'an entry is never changed'); END"""
    )
    tables.execute(
        """CREATE TRIGGER entries_stay BEFORE DELETE ON entries
        BEGIN SELECT RAISE(ABORT, 'an entry is never removed'); END"""
    )
    tables.execute(
        """CREATE TABLE owner (
            id INTEGER PRIMARY KEY CHECK (id = 1), terminal TEXT NOT NULL, public_key BLOB NOT NULL
        ) STRICT"""
    )
    tables.execute(
        """CREATE TABLE marks (
            name TEXT PRIMARY KEY, sequence INTEGER NOT NULL, hash BLOB NOT NULL
        ) STRICT, WITHOUT ROWID"""
    )


@_MIGRATIONS()
def m0002_delivery(tables: Tables) -> None:
    """What the ledger acknowledged, what became of each payment, and when it was last heard."""
    tables.execute(
        """CREATE TABLE acknowledgements (
            id INTEGER PRIMARY KEY,
            sequence INTEGER NOT NULL,
            hash BLOB NOT NULL,
            received_s INTEGER NOT NULL,
            raw BLOB NOT NULL,
            has_outcomes INTEGER NOT NULL
        ) STRICT"""
    )
    tables.execute(
        """CREATE TABLE outcomes (
            entry INTEGER PRIMARY KEY,
            status TEXT NOT NULL,
            detail BLOB NOT NULL,
            acknowledgement INTEGER NOT NULL REFERENCES acknowledgements (id)
        ) STRICT"""
    )
    tables.execute("CREATE INDEX outcomes_status ON outcomes (status)")
    tables.execute(
        """CREATE TABLE contact (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            ledger_time_s INTEGER NOT NULL,
            boot_id BLOB NOT NULL,
            boot_ms INTEGER NOT NULL
        ) STRICT"""
    )


@_MIGRATIONS()
def m0003_counter(tables: Tables) -> None:
    """What happened at the counter after an entry was durable."""
    tables.execute("CREATE TABLE shown (entry INTEGER PRIMARY KEY) STRICT")
    tables.execute(
        """CREATE TABLE paper (
            job INTEGER PRIMARY KEY, state TEXT NOT NULL, attempts INTEGER NOT NULL, changed_s INTEGER NOT NULL
        ) STRICT"""
    )
    tables.execute(
        """CREATE TABLE attention (
            entry INTEGER PRIMARY KEY, cause TEXT NOT NULL, found_s INTEGER NOT NULL
        ) STRICT"""
    )
    tables.execute("CREATE TABLE computed (id INTEGER PRIMARY KEY CHECK (id = 1), version INTEGER NOT NULL) STRICT")


@_MIGRATIONS()
def m0004_pins(tables: Tables) -> None:
    """What each person's PIN is checked against; in no entry, because entries are delivered."""
    tables.execute("CREATE TABLE pins (person INTEGER PRIMARY KEY, verifier TEXT NOT NULL) STRICT")


@_MIGRATIONS()
def m0005_inbox(tables: Tables) -> None:
    """What the ledger told by message, and what sibling tills have approved."""
    tables.execute(
        """CREATE TABLE messages (
            number INTEGER PRIMARY KEY CHECK (number > 0),
            time_s INTEGER NOT NULL,
            kind TEXT NOT NULL,
            state TEXT NOT NULL,
            received_s INTEGER NOT NULL,
            raw BLOB NOT NULL
        ) STRICT"""
    )
    tables.execute("CREATE INDEX messages_unknown ON messages (number) WHERE state <> 'taken'")
    tables.execute(
        """CREATE TABLE told (
            kind TEXT NOT NULL,
            subject BLOB NOT NULL,
            number INTEGER NOT NULL REFERENCES messages (number),
            PRIMARY KEY (kind, subject)
        ) STRICT, WITHOUT ROWID"""
    )
    tables.execute(
        """CREATE TABLE evidence (
            name TEXT PRIMARY KEY, raw BLOB NOT NULL, received_s INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID"""
    )
    tables.execute(
        """CREATE TABLE sibling_spends (
            issuer TEXT NOT NULL,
            voucher_id BLOB NOT NULL,
            sequence INTEGER NOT NULL,
            terminal TEXT NOT NULL,
            spent_before_won INTEGER NOT NULL,
            amount_won INTEGER NOT NULL,
            received_s INTEGER NOT NULL,
            PRIMARY KEY (issuer, voucher_id, sequence, terminal)
        ) STRICT, WITHOUT ROWID"""
    )


@_MIGRATIONS()
def m0006_log(tables: Tables) -> None:
    """What was seen of the ledger's public log."""
    tables.execute(
        """CREATE TABLE log_head (
            id INTEGER PRIMARY KEY CHECK (id = 1), note TEXT NOT NULL, seen_s INTEGER NOT NULL
        ) STRICT"""
    )
    tables.execute("CREATE TABLE proofs (entry INTEGER PRIMARY KEY, proof TEXT NOT NULL) STRICT")


@_MIGRATIONS()
def m0007_siblings(tables: Tables) -> None:
    """How far the other tills of the shop have been heard."""
    tables.execute(
        """CREATE TABLE sibling_tills (
            terminal TEXT PRIMARY KEY, heard INTEGER NOT NULL, heard_s INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID"""
    )
