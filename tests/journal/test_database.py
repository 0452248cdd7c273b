"""The database file: how it is opened, whom it refuses, and what its faults are called."""

import hashlib
import os
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from pos.errors import DatabaseVersionError, DiskFullError, JournalError, OutcomeUnknownError, ReadOnlyDiskError
from pos.journal.computed import VERSION
from pos.journal.database import Database
from pos.journal.faults import ContradictionError, DamagedError, HeldError, fault_of
from pos.journal.header import APPLICATION_ID, GENERATION
from tests.support.journal_builders import TERMINAL, Purse, open_journal, seeded, sell

SAFE = {
    "locking_mode": "exclusive",
    "journal_mode": "wal",
    "synchronous": 2,
    "wal_autocheckpoint": 256,
    "journal_size_limit": 4_194_304,
    "mmap_size": 0,
    "cell_size_check": 1,
    "foreign_keys": 1,
    "trusted_schema": 0,
    "temp_store": 2,
}


def fingerprints(folder: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()}


def test_the_connection_is_as_safe_as_it_was_measured(tmp_path: Path) -> None:
    database = Database(tmp_path / "journal.db")

    answers = {name: database.row(f"PRAGMA {name}") for name in SAFE}
    database.close()

    assert answers == {name: (value,) for name, value in SAFE.items()}


def test_nobody_but_the_owner_can_read_the_file(tmp_path: Path) -> None:
    journal, _ = open_journal(tmp_path)
    sell(journal, Purse(), 1_000, sale=1)

    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}
    journal.close()

    assert modes == {"journal.db": 0o600, "journal.db-wal": 0o600}


def test_only_one_process_has_the_journal(tmp_path: Path) -> None:
    journal, _ = open_journal(tmp_path)

    with pytest.raises(HeldError):
        open_journal(tmp_path)

    sell(journal, Purse(), 1_000, sale=1)
    journal.close()


def test_a_database_from_the_future_is_not_touched(tmp_path: Path) -> None:
    journal, _ = open_journal(tmp_path)
    journal.close()
    with closing(sqlite3.connect(tmp_path / "journal.db")) as newer:
        newer.execute(f"PRAGMA user_version={GENERATION + 1}")
    before = fingerprints(tmp_path)

    with pytest.raises(DatabaseVersionError) as refusal:
        open_journal(tmp_path)

    assert (refusal.value.found, refusal.value.known) == (GENERATION + 1, GENERATION)
    assert fingerprints(tmp_path) == before


def test_a_future_that_is_only_in_the_log_is_not_touched_either(tmp_path: Path) -> None:
    journal, _ = open_journal(tmp_path)
    journal.close()
    crash = (
        "import os, sqlite3, sys\n"
        "newer = sqlite3.connect(sys.argv[1], isolation_level=None)\n"
        "newer.execute('PRAGMA journal_mode=WAL')\n"
        f"newer.execute('PRAGMA user_version={GENERATION + 5}')\n"
        "os._exit(0)\n"
    )
    subprocess.run([sys.executable, "-c", crash, tmp_path / "journal.db"], check=True)
    (tmp_path / "journal.db-shm").unlink()
    before = fingerprints(tmp_path)
    assert before.keys() == {"journal.db", "journal.db-wal"}

    with pytest.raises(DatabaseVersionError) as refusal:
        open_journal(tmp_path)

    assert refusal.value.found == GENERATION + 5
    assert fingerprints(tmp_path) == before


@pytest.mark.parametrize("application_id", [0, 0x47504B47])
def test_a_database_of_something_else_is_refused(tmp_path: Path, application_id: int) -> None:
    with closing(sqlite3.connect(tmp_path / "journal.db")) as other:
        other.execute(f"PRAGMA application_id={application_id}")
        other.execute("CREATE TABLE recipes (bread TEXT)")
    before = fingerprints(tmp_path)

    with pytest.raises(DamagedError):
        open_journal(tmp_path)

    assert fingerprints(tmp_path) == before


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / "journal.db").write_bytes(b"milk, eggs, flour" * 100)

    with pytest.raises(DamagedError):
        open_journal(tmp_path)

    assert (tmp_path / "journal.db").read_bytes() == b"milk, eggs, flour" * 100


def test_the_journal_of_another_terminal_is_refused(tmp_path: Path) -> None:
    journal, _ = open_journal(tmp_path)
    journal.close()

    with pytest.raises(JournalError, match=TERMINAL):
        open_journal(tmp_path, key=seeded("somebody else"))


def test_the_previous_program_survives_a_migration_that_only_adds(tmp_path: Path) -> None:
    journal, _ = open_journal(tmp_path)
    sell(journal, Purse(), 1_000, sale=1)
    journal.close()
    with closing(sqlite3.connect(tmp_path / "journal.db", isolation_level=None)) as newer:
        newer.execute("CREATE TABLE tips (entry INTEGER PRIMARY KEY) STRICT")
        newer.execute("INSERT INTO _sqlite_migrations (migration_set, name) VALUES ('journal', 'm0099_tips')")
        newer.execute(f"UPDATE computed SET version = {VERSION + 1}")

    journal, report = open_journal(tmp_path)
    sell(journal, Purse(number=2), 1_000, sale=2)
    journal.close()

    assert report.head.sequence == 1
    assert report.computed == "rebuilt"


def test_every_table_is_strict_and_the_file_says_whose_it_is(tmp_path: Path) -> None:
    journal, report = open_journal(tmp_path)
    journal.close()

    with closing(sqlite3.connect(tmp_path / "journal.db")) as file:
        loose = file.execute("SELECT name FROM pragma_table_list WHERE type = 'table' AND NOT strict").fetchall()
        identity = file.execute("PRAGMA application_id").fetchone(), file.execute("PRAGMA user_version").fetchone()

    assert {name for (name,) in loose} <= {"_sqlite_migrations", "sqlite_schema", "sqlite_temp_schema"}
    assert identity == ((APPLICATION_ID,), (GENERATION,))
    assert report.migrations == (
        "m0001_journal",
        "m0002_delivery",
        "m0003_counter",
        "m0004_pins",
        "m0005_inbox",
        "m0006_log",
        "m0007_siblings",
    )


@pytest.mark.parametrize("statement", ["UPDATE entries SET time_s = 0", "DELETE FROM entries"])
def test_not_even_the_program_can_change_an_entry(tmp_path: Path, statement: str) -> None:
    journal, _ = open_journal(tmp_path)
    sell(journal, Purse(), 1_000, sale=1)
    journal.close()
    database = Database(tmp_path / "journal.db")

    with pytest.raises(ContradictionError), database.transaction() as transaction:
        transaction.connection.execute(statement)

    assert database.row("SELECT count(*), min(time_s) > 0 FROM entries") == (1, 1)
    database.close()


def test_a_block_that_fails_leaves_nothing(tmp_path: Path) -> None:
    database = Database(tmp_path / "journal.db")
    with database.transaction() as transaction:
        transaction.connection.execute("CREATE TABLE numbers (n INTEGER) STRICT")

    def fail_half_way() -> None:
        with database.transaction() as transaction:
            transaction.connection.execute("INSERT INTO numbers VALUES (1)")
            raise KeyError

    with pytest.raises(KeyError):
        fail_half_way()

    assert database.row("SELECT count(*) FROM numbers") == (0,)
    assert not database.is_broken
    database.close()


def test_a_sealed_block_that_fails_leaves_a_question_and_a_closed_door(tmp_path: Path) -> None:
    database = Database(tmp_path / "journal.db")

    def fail_sealed() -> None:
        with database.transaction() as transaction:
            transaction.seal()
            raise ValueError

    with pytest.raises(OutcomeUnknownError):
        fail_sealed()

    with pytest.raises(JournalError, match="reopened"):
        database.row("SELECT 1")
    database.reopen()
    assert database.row("SELECT 1") == (1,)
    database.close()


@pytest.mark.parametrize(
    ("code", "fault"),
    [
        (sqlite3.SQLITE_FULL, DiskFullError),
        (sqlite3.SQLITE_READONLY_DBMOVED, ReadOnlyDiskError),
        (sqlite3.SQLITE_BUSY, HeldError),
        (sqlite3.SQLITE_CORRUPT, DamagedError),
        (sqlite3.SQLITE_NOTADB, DamagedError),
        (sqlite3.SQLITE_CONSTRAINT_UNIQUE, ContradictionError),
        (sqlite3.SQLITE_IOERR_FSYNC, JournalError),
        (sqlite3.SQLITE_INTERNAL, JournalError),
    ],
)
def test_what_sqlite_reports_has_our_name(code: int, fault: type[JournalError]) -> None:
    error = sqlite3.OperationalError("whatever")
    error.sqlite_errorcode = code
    error.sqlite_errorname = "SQLITE_SOMETHING"

    assert type(fault_of(error)) is fault


def test_opening_keeps_numpy_out_of_the_core_process() -> None:
    loaded = subprocess.run(
        [
            sys.executable,
            "-c",
            "import sys, pos.journal.journal; print('numpy' in sys.modules, sys.modules.get('pandas'))",
        ],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ,
    )

    assert loaded.stdout == "False None\n"
