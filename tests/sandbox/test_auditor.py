"""The auditor names every difference between a terminal's journal and a ledger's books, and invents none."""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from pos.clock import Quality
from pos.sandbox.auditor import AuditReport, audit, compare
from pos.sandbox.books import JournalEntry, LedgerBooks, LedgerVerdict, read_entry
from pos.sandbox.cheats import Hand
from pos.sandbox.entropy import Entropy
from pos.sandbox.errors import SandboxError
from pos.sandbox.people import Mint, Promise
from pos.sandbox.town import Town, init
from pos.voucher.entry import Entry, build_entry
from pos.voucher.keys import SigningKey

KEY = SigningKey.from_seed(b"t" * 32)
NOW_S = 1_790_000_000


@pytest.fixture
def town(tmp_path: Path) -> Town:
    return init(tmp_path / "town", seed="7")


@pytest.fixture
def hands(town: Town) -> Iterator[Hand]:
    """Fresh vouchers over 50 000 won."""
    mint = Mint(town, Entropy.of_seed("audit"))
    return (mint.hand(Promise(value_won=50_000), now_s=NOW_S) for _ in range(100))


def chained(*bodies: tuple[str, dict[int, object]], key: SigningKey = KEY) -> list[Entry]:
    entries: list[Entry] = []
    for kind, body in bodies:
        entries.append(
            build_entry(
                sequence=len(entries) + 1,
                previous=entries[-1].hash if entries else bytes(32),
                time_s=NOW_S,
                quality=Quality.SIGNED,
                kind=kind,
                body=body,
                key=key,
            )
        )
    return entries


def approval(number: int, payment: bytes, amount_won: int, *, sale: int = 0) -> tuple[str, dict[int, object]]:
    sale_id = (sale or number).to_bytes(16, "big")
    return "payment.approved", {1: payment, 2: f"{number:04d}", 3: sale_id, 4: amount_won, 5: "2026-11-22", 6: [1]}


def signed(hand: Hand, amount_won: int, sequence: int = 1, before_won: int = 0) -> bytes:
    return hand.sign(amount_won=amount_won, issued_s=NOW_S, sequence=sequence, spent_before_won=before_won)


@pytest.fixture
def day(hands: Iterator[Hand]) -> list[Entry]:
    """Two sales out of one purse, a refusal, one sale out of another."""
    first, second = next(hands), next(hands)
    return chained(
        ("journal.opened", {}),
        approval(1, signed(first, 12_000), 12_000),
        approval(2, signed(first, 3_000, 2, 12_000), 3_000),
        ("payment.declined", {7: "expired"}),
        approval(3, signed(second, 50_000), 50_000),
    )


def read(entries: list[Entry]) -> list[JournalEntry]:
    return [read_entry(entry.raw, KEY.public_key) for entry in entries]


def books(entries: list[Entry], **changed: tuple[LedgerVerdict, ...]) -> LedgerBooks:
    settled = tuple(
        LedgerVerdict(sequence=entry.sequence, status="settled", amount_won=int(str(entry.body[4])))
        for entry in entries
        if entry.kind == "payment.approved"
    )
    return replace(LedgerBooks(entries=tuple(entry.raw for entry in entries), verdicts=settled), **changed)


def said(report: AuditReport) -> str:
    assert report.problems
    return "\n".join(report.problems)


def test_books_that_agree_are_found_to_agree(day: list[Entry]) -> None:
    report = compare(read(day), books(day))

    assert not report.problems
    assert (report.approved_count, report.approved_won, report.settled_count, report.settled_won) == (
        3,
        65_000,
        3,
        65_000,
    )
    assert (report.entries, report.receipts, report.waiting_won) == (5, 3, 0)


def test_what_the_ledger_has_not_seen_is_waiting(day: list[Entry]) -> None:
    report = compare(read(day), books(day[:2]))

    assert not report.problems
    assert (report.settled_won, report.waiting_count, report.waiting_won) == (12_000, 2, 53_000)


def test_an_entry_removed_changed_or_signed_by_another_breaks_the_chain(
    day: list[Entry], hands: Iterator[Hand]
) -> None:
    other = chained(*[("x", {})] * 5, key=SigningKey.from_seed(b"o" * 32))

    assert "entry 2 of the journal is numbered 3" in said(compare(read([day[0], *day[2:]]), books([])))
    assert "entry 2 does not follow" in said(compare(read([day[0], other[1], *day[2:]]), books([])))
    assert "entry 2 is not signed by the terminal" in said(compare(read([day[0], other[1], *day[2:]]), books([])))


def test_one_payment_approved_twice_is_named(hands: Iterator[Hand]) -> None:
    payment = signed(next(hands), 5_000)
    entries = chained(approval(1, payment, 5_000), approval(2, payment, 5_000))

    assert "was approved 2 times" in said(compare(read(entries), books(entries)))


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ([(40_000, 1, 0), (20_000, 2, 40_000)], "paid more than its 50000 won"),
        ([(10_000, 1, 0), (10_000, 2, 5_000)], "payments 1 and 2 of voucher .* overlap"),
        ([(10_000, 2, 10_000), (10_000, 1, 0)], "was approved after payment 2"),
    ],
)
def test_a_broken_spend_line_is_named(hands: Iterator[Hand], line: list[tuple[int, int, int]], words: str) -> None:
    hand = next(hands)
    entries = chained(*(approval(place, signed(hand, *step), step[0]) for place, step in enumerate(line, start=1)))

    assert re.search(words, said(compare(read(entries), books(entries))))


def test_receipt_numbers_have_no_gap_and_no_second_sale(hands: Iterator[Hand]) -> None:
    entries = chained(*(approval(number, signed(next(hands), 1_000), 1_000) for number in (1, 2, 4)))

    assert "receipt 4 follows number 2" in said(compare(read(entries), books(entries)))

    shared = chained(*(approval(1, signed(next(hands), 1_000), 1_000, sale=sale) for sale in (1, 2)))
    assert "receipt 0001 was given to 2 sales" in said(compare(read(shared), books(shared)))


def test_two_codes_in_one_sale_share_a_receipt(hands: Iterator[Hand]) -> None:
    entries = chained(*(approval(1, signed(next(hands), 1_000), 1_000) for _ in range(2)))

    report = compare(read(entries), books(entries))
    assert (report.problems, report.receipts, report.approved_won) == ((), 1, 2_000)


def test_an_amount_that_is_not_the_codes_is_named(hands: Iterator[Hand]) -> None:
    entries = chained(approval(1, signed(next(hands), 1_000), 10_000))

    assert "records 10000 won for a code over 1000" in said(compare(read(entries), books(entries)))


def test_an_approval_of_what_is_no_payment_is_named() -> None:
    entries = chained(approval(1, b"\x00", 1_000))

    assert "approves what is no payment" in said(compare(read(entries), books(entries)))


def test_other_entries_at_the_ledger_are_named(day: list[Entry]) -> None:
    other = chained(*[("x", {})] * 6)

    assert "entry 1 at the ledger is another one" in said(compare(read(day), books(other)))
    assert "the ledger holds 6 entries, the terminal 5" in said(compare(read(day), books([*day, other[5]])))


@pytest.mark.parametrize(
    ("verdicts", "words"),
    [
        ([(2, "settled", 12_000), (3, "settled", 3_000)], "has no verdict"),
        ([(2, "settled", 12_000), (3, "settled", 3_000), (5, "conflict", 50_000)], "is conflict at the ledger"),
        ([(2, "settled", 12_000), (3, "settled", 3_000), (5, "settled", 49_999)], "at the ledger over 49999"),
        (
            [(2, "settled", 12_000), (3, "settled", 3_000), (4, "settled", 1), (5, "settled", 50_000)],
            "approves nothing",
        ),
    ],
)
def test_a_verdict_missing_doubtful_or_unasked_is_named(
    day: list[Entry], verdicts: list[tuple[int, str, int]], words: str
) -> None:
    given = tuple(LedgerVerdict(sequence=s, status=status, amount_won=won) for s, status, won in verdicts)

    assert words in said(compare(read(day), books(day, verdicts=given)))


def test_a_town_where_nothing_was_sold_agrees(town: Town) -> None:
    report = audit(town.directory)

    assert not report.problems
    assert (report.entries, report.approved_won, report.settled_won) == (0, 0, 0)


def test_both_sides_are_read_from_their_files_while_somebody_else_has_them_open(
    town: Town, hands: Iterator[Hand]
) -> None:
    key = SigningKey.from_seed((town.directory / "state" / "terminal.key").read_bytes())
    entries = chained(*(approval(number, signed(next(hands), 1_000), 1_000) for number in (1, 2)), key=key)
    journal = sqlite3.connect(town.directory / "state" / "journal.db", isolation_level=None)
    ledger = sqlite3.connect(town.ledger_dir / "ledger.db")
    with closing(journal), closing(ledger):
        journal.execute("PRAGMA locking_mode=EXCLUSIVE")
        journal.execute("PRAGMA journal_mode=WAL")
        journal.execute("CREATE TABLE entries (sequence INTEGER PRIMARY KEY, raw BLOB)")
        journal.executemany("INSERT INTO entries VALUES (?, ?)", [(entry.sequence, entry.raw) for entry in entries])
        ledger.execute("CREATE TABLE entries (terminal TEXT, sequence INTEGER, raw BLOB)")
        ledger.execute("INSERT INTO entries VALUES ('t-bakery-1', 1, ?)", (entries[0].raw,))
        ledger.execute("CREATE TABLE payments (terminal TEXT, sequence INTEGER, status TEXT, amount_won INTEGER)")
        ledger.execute("INSERT INTO payments VALUES ('t-bakery-1', 1, 'settled', 1000)")
        ledger.commit()

        report = audit(town.directory)

    assert not report.problems
    assert (report.approved_won, report.settled_won, report.waiting_won) == (2_000, 1_000, 1_000)


@pytest.mark.parametrize("spoil", ["journal", "certificate", "table"])
def test_books_that_cannot_be_read_are_said_and_not_guessed(town: Town, spoil: str) -> None:
    if spoil == "certificate":
        (town.ledger_dir / "trust" / "terminals" / "t-bakery-1.json").write_text("{}")
    elif spoil == "journal":
        (town.directory / "state" / "journal.db").write_bytes(b"no database" * 100)
    else:
        sqlite3.connect(town.ledger_dir / "ledger.db").execute("CREATE TABLE x (y)").connection.close()

    with pytest.raises(SandboxError):
        audit(town.directory)


def test_an_entry_is_read_the_same_by_both_decoders(day: list[Entry]) -> None:
    for entry, seen in zip(day, read(day), strict=True):
        assert (seen.sequence, seen.previous, seen.kind, seen.hash) == (
            entry.sequence, entry.previous, entry.kind, entry.hash,
        )  # fmt: skip
        assert seen.is_signed
