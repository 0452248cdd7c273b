"""A day in the town, from the wallets to the ledger's books, and the auditor over both sides' files."""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from pos import cbor
from pos.clock import Quality
from pos.ledger.calls import Caller
from pos.ledger.database import open_database
from pos.ledger.folder import open_folder
from pos.ledger.service import LedgerService
from pos.link.state import Outcome
from pos.sandbox.auditor import audit
from pos.sandbox.kinds import Kind
from pos.sandbox.scenarios import scenarios
from pos.sandbox.town import HOME_TERMINAL, Town, init
from pos.voucher.calls import CallToken
from pos.voucher.entry import FIRST_PREVIOUS, Body, Entry, build_entry
from pos.voucher.qr import decode_text
from tests.support.sandbox_builders import Till


@pytest.fixture
def town(tmp_path: Path) -> Town:
    return init(tmp_path / "town", seed="7")


@pytest.fixture
def ledger(town: Town) -> Iterator[LedgerService]:
    folder = open_folder(town.ledger_dir)
    database = open_database(folder.database_url, ledger=folder.ledger)
    yield LedgerService(folder, database, now_s=int(time.time()))
    database.close()


class Books:
    """The terminal's journal, kept as simply as it can be: a chain in a table."""

    def __init__(self, town: Town, till: Till) -> None:
        self.path = town.directory / "state" / "journal.db"
        self.till = till
        self.entries: list[Entry] = []
        with closing(sqlite3.connect(self.path)) as database:
            database.execute("CREATE TABLE entries (sequence INTEGER PRIMARY KEY, raw BLOB NOT NULL)")

    def approve(self, text: str, amount_won: int) -> None:
        number = 1 + len(self.entries)
        self.record("payment.approved", {1: decode_text(text).data, 2: f"{number:04d}", 4: amount_won})

    def record(self, kind: str, body: Body) -> None:
        number = 1 + len(self.entries)
        given: Body = {3: number.to_bytes(16, "big"), 5: "2026-11-22", 6: [1], 100: bytes(16), 101: number}
        entry = build_entry(
            sequence=number,
            previous=self.entries[-1].hash if self.entries else FIRST_PREVIOUS,
            time_s=self.till.now_s,
            quality=Quality.SIGNED,
            kind=kind,
            body=given | body,
            key=self.till.key,
        )
        self.entries.append(entry)
        with closing(sqlite3.connect(self.path)) as database, database:
            database.execute("INSERT INTO entries VALUES (?, ?)", (entry.sequence, entry.raw))

    def deliver(self, ledger: LedgerService, upto: int) -> None:
        body = cbor.encode([entry.raw for entry in self.entries[:upto]])
        known = ledger.find(HOME_TERMINAL)
        assert known is not None, "the ledger knows the terminal by its trust data"
        now_s = int(time.time())
        nonce = upto.to_bytes(16, "big")
        token = CallToken(terminal=HOME_TERMINAL, ledger="sandbox", issued_s=now_s, nonce=nonce, request_hash=bytes(32))
        ledger.deliver(Caller(known=known, token=token), body, now_s=now_s)


@pytest.fixture
def sold(town: Town) -> Books:
    """Sixty customers; everything that the till approves is recorded."""
    till = Till(town)
    books = Books(town, till)
    for scenario in scenarios(town, 60, "1"):
        outcome, reason = till.serve(scenario)
        assert scenario.expected.is_met_by(outcome, reason)
        if outcome is Outcome.APPROVED:
            books.approve(scenario.text(till.now_s), scenario.code_won)
    return books


def test_everything_that_was_approved_settles_and_the_auditor_agrees(
    town: Town, ledger: LedgerService, sold: Books
) -> None:
    before = audit(town.directory)
    sold.deliver(ledger, upto=10)
    half = audit(town.directory)
    sold.deliver(ledger, upto=len(sold.entries))
    after = audit(town.directory)

    assert before.problems == half.problems == after.problems == ()
    assert before.approved_won == half.approved_won == after.approved_won == before.waiting_won > 0
    assert (half.settled_count, half.waiting_count) == (10, len(sold.entries) - 10)
    assert (after.settled_count, after.settled_won, after.waiting_won) == (len(sold.entries), after.approved_won, 0)


def test_a_till_that_approves_a_double_spend_is_found_out(town: Town, ledger: LedgerService) -> None:
    till = Till(town)
    books = Books(town, till)
    for scenario in scenarios(town, 60, "1"):
        outcome, _ = till.serve(scenario)
        if outcome is Outcome.APPROVED or scenario.kind in (Kind.DOUBLE_SPEND, Kind.SCREENSHOT):
            books.approve(scenario.text(till.now_s), scenario.code_won)
    books.deliver(ledger, upto=len(books.entries))

    said = "\n".join(audit(town.directory).problems)

    assert "is conflict at the ledger" in said
    assert "is duplicate at the ledger" in said
    assert "was approved 2 times" in said
