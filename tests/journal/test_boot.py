"""Opening: everything is looked at, what was changed is named, and what can be computed is computed."""

import sqlite3
from contextlib import closing
from hashlib import sha256
from pathlib import Path

import pytest

from pos.clock import Quality
from pos.errors import ChainError, JournalError
from pos.journal.boot import ComputedState
from pos.journal.chain import head_of, insert_entry
from pos.journal.database import Database
from pos.journal.rebuild import Difference
from pos.voucher.bodies import BootStamp, PaymentApproved, stamped
from pos.voucher.entry import build_entry
from tests.support.journal_builders import (
    BOOT,
    NOON_S,
    TERMINAL_KEY,
    Purse,
    approved,
    cash,
    open_journal,
    report_of,
    seeded,
    sell,
)

SALES = 6


@pytest.fixture
def used(tmp_path: Path) -> Path:
    """A folder with a journal of six sales, closed in order."""
    journal, _ = open_journal(tmp_path)
    for sale in range(1, SALES + 1):
        sell(journal, Purse(number=sale), 1_000, sale=sale)
    journal.close()
    return tmp_path


def tamper(folder: Path, *statements: str) -> None:
    """Change the file as somebody with the disk in his hands can."""
    with closing(sqlite3.connect(folder / "journal.db", isolation_level=None)) as file:
        file.create_function("flip", 2, lambda raw, at: raw[:at] + bytes([raw[at] ^ 1]) + raw[at + 1 :])
        triggers = file.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'").fetchall()
        for name, _ in triggers:
            file.execute(f"DROP TRIGGER {name}")
        for statement in statements:
            file.execute(statement)
        for _, sql in triggers:
            file.execute(sql)


def test_a_sound_journal_opens_and_says_so(used: Path) -> None:
    journal, report = open_journal(used)

    assert (report.head.sequence, report.head) == (SALES, journal.head)
    assert (report.is_created, report.migrations, report.computed) == (False, (), ComputedState.CURRENT)
    assert (report.contradictions, report.fork, report.write_fault, report.may_approve) == ((), None, None, True)
    assert journal.verify().problems == ()
    journal.close()


def test_signatures_are_looked_at_once_and_again_on_demand(used: Path) -> None:
    journal, report = open_journal(used)
    assert report.signatures_checked == SALES
    sell(journal, Purse(number=99), 1_000, sale=99)
    journal.close()

    journal, report = open_journal(used)

    assert report.signatures_checked == 1
    journal.close()
    journal, report = open_journal(used)
    assert report.signatures_checked == 0
    journal.close()


@pytest.mark.parametrize(
    ("statement", "sequence"),
    [
        ("UPDATE entries SET raw = flip(raw, 200) WHERE sequence = 3", 3),
        ("UPDATE entries SET hash = randomblob(32) WHERE sequence = 4", 4),
        ("DELETE FROM entries WHERE sequence = 2", 3),
        ("DELETE FROM entries WHERE sequence = 1", 2),
        (f"UPDATE entries SET raw = x'00', hash = x'{sha256(bytes(1)).hexdigest()}' WHERE sequence = 5", 5),
        ("UPDATE entries SET sequence = 60 WHERE sequence = 6", 60),
    ],
    ids=["a byte", "a hash", "one removed", "the first removed", "bytes and hash", "renumbered"],
)
def test_a_changed_row_is_named(used: Path, statement: str, sequence: int) -> None:
    journal, _ = open_journal(used)
    journal.close()
    tamper(used, statement)

    with pytest.raises(ChainError) as refusal:
        open_journal(used)

    assert refusal.value.sequence == sequence


def test_a_forged_mark_does_not_hide_a_forged_end(used: Path) -> None:
    journal, _ = open_journal(used)
    newest = journal.entry(SALES)
    journal.close()
    assert newest is not None
    forged = newest.raw[:-1] + bytes([newest.raw[-1] ^ 1])
    digest = sha256(forged).hexdigest()
    tamper(
        used,
        f"UPDATE entries SET raw = x'{forged.hex()}', hash = x'{digest}' WHERE sequence = {SALES}",
        f"UPDATE marks SET hash = x'{digest}' WHERE name = 'verified'",
    )

    with pytest.raises(ChainError, match="not signed"):
        open_journal(used)


def test_an_entry_of_another_key_is_no_entry(used: Path) -> None:
    forged = build_entry(
        sequence=SALES + 1,
        previous=head_hash(used),
        time_s=NOON_S,
        quality=Quality.NETWORK,
        kind="tender.recorded",
        body=stamped(cash(1, sale=77), BootStamp(boot_id=BOOT, boot_ms=1)),
        key=seeded("thief"),
    )
    with closing(sqlite3.connect(used / "journal.db", isolation_level=None)) as file:
        file.execute(
            "INSERT INTO entries VALUES (?, ?, ?, ?, ?)",
            (forged.sequence, forged.hash, forged.kind, forged.time_s, forged.raw),
        )

    with pytest.raises(ChainError, match="not signed"):
        open_journal(used)


def test_the_columns_beside_an_entry_are_part_of_the_look(used: Path) -> None:
    tamper(used, "UPDATE entries SET kind = 'journal.opened' WHERE sequence = 2")

    with pytest.raises(ChainError, match="columns"):
        open_journal(used)


def test_verify_names_what_the_start_takes_on_trust(used: Path) -> None:
    journal, _ = open_journal(used)
    journal.close()
    tamper(used, "UPDATE entries SET time_s = 1 WHERE sequence = 2")

    journal, _ = open_journal(used)
    found = journal.verify()
    journal.close()

    assert found.problems == ("entry 2: the columns beside its bytes say something else",)
    assert found.entries == 1


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM payments WHERE entry = 3",
        "UPDATE payments SET amount_won = 1 WHERE entry = 3",
        "UPDATE payments SET total_won = 1 WHERE entry = 6",
        "UPDATE sales SET paid_won = 1 WHERE sale = 3",
        "DELETE FROM receipts WHERE ordinal = 2",
        "UPDATE computed SET version = 0",
        "DELETE FROM computed",
        "DROP TABLE payments",
        "DROP INDEX sales_day",
        "DROP VIEW sale_tenders",
    ],
)
def test_computed_tables_that_cannot_be_right_are_computed_anew(used: Path, statement: str) -> None:
    tamper(used, statement)

    journal, report = open_journal(used)

    assert report.computed is ComputedState.REBUILT
    assert journal.payments.exposure().value_won == SALES * 1_000
    assert journal.verify().problems == ()
    journal.close()


def test_a_difference_that_no_sum_shows_is_named_on_demand(used: Path) -> None:
    tamper(used, "UPDATE payments SET voucher_id = randomblob(16) WHERE entry = 3")
    journal, report = open_journal(used)
    assert report.computed is ComputedState.CURRENT

    assert journal.verify().differences == (Difference(table="payments", key="3"),)

    journal.rebuild()
    assert journal.verify().problems == ()
    journal.close()


def test_a_damaged_page_stops_everything_and_is_not_touched(used: Path) -> None:
    path = used / "journal.db"
    raw = bytearray(path.read_bytes())
    raw[4096 + 8 : 4096 + 200] = b"\xa5" * 192
    path.write_bytes(raw)

    with pytest.raises(JournalError):
        open_journal(used)

    assert path.read_bytes() == raw


def test_a_signed_contradiction_is_carried_and_not_counted(used: Path) -> None:
    """An entry once signed is part of the journal, even one that this program would never have signed."""
    twice = approved(Purse(number=1).pay(1_000), 1_000, number="000007", sale=7)
    add_signed(used, twice)

    journal, report = open_journal(used)

    assert [(found.entry, found.kind) for found in report.contradictions] == [(SALES + 1, PaymentApproved.KIND)]
    assert journal.payments.exposure().value_won == SALES * 1_000
    assert journal.verify().problems == ()
    assert journal.outbox.entries_after(SALES)[0].sequence == SALES + 1
    sell(journal, Purse(number=50), 1_000, sale=50)
    journal.close()
    report = report_of(used)
    assert report.computed is ComputedState.CURRENT


def test_kinds_of_a_newer_program_are_carried(used: Path) -> None:
    add_signed(used, None)

    journal, report = open_journal(used)

    assert (report.contradictions, journal.head.sequence) == ((), SALES + 1)
    assert journal.verify().problems == ()
    journal.close()


def add_signed(folder: Path, draft: PaymentApproved | None) -> None:
    """Add an entry behind the program's back, signed with the terminal's own key."""
    database = Database(folder / "journal.db")
    boot = BootStamp(boot_id=BOOT, boot_ms=9)
    entry = build_entry(
        sequence=SALES + 1,
        previous=head_of(database).hash,
        time_s=NOON_S,
        quality=Quality.NETWORK,
        kind="weather.changed" if draft is None else draft.KIND,
        body=boot.to_body() if draft is None else stamped(draft, boot),
        key=TERMINAL_KEY,
    )
    with database.transaction() as transaction:
        insert_entry(transaction.connection, entry)
    database.close()


def head_hash(folder: Path) -> bytes:
    with closing(sqlite3.connect(folder / "journal.db")) as file:
        digest: bytes = file.execute("SELECT hash FROM entries ORDER BY sequence DESC").fetchone()[0]
        return digest
