"""Recording: what becomes durable, what is refused, and that a refusal leaves nothing behind."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from pos.clock import Quality
from pos.errors import MalformedError
from pos.journal.faults import ContradictionError
from pos.journal.mirror import prepare_mirror
from pos.voucher.bodies import EntryBody, RequestClosed, RequestEnd, boot_of
from pos.voucher.entry import FIRST_PREVIOUS, verify_entry
from tests.support.journal_builders import (
    BOOT,
    NOON_S,
    TERMINAL,
    TERMINAL_KEY,
    Purse,
    a_confirmation,
    a_note,
    a_reading,
    a_request,
    approved,
    cash,
    declined,
    id16,
    open_journal,
    report_of,
    sell,
)

NONCE = b"nonce".ljust(16, b".")


def test_entries_are_signed_numbered_and_chained(tmp_path: Path) -> None:
    journal, _ = open_journal(tmp_path)

    entries = [sell(journal, Purse(number=number), 1_000, sale=number) for number in (1, 2, 3)]
    journal.close()

    assert [entry.sequence for entry in entries] == [1, 2, 3]
    assert [entry.previous for entry in entries] == [FIRST_PREVIOUS, entries[0].hash, entries[1].hash]
    assert all(verify_entry(entry.raw, TERMINAL_KEY.public_key) == entry for entry in entries)
    assert boot_of(entries[2].body).boot_id == BOOT
    assert entries[0].quality is Quality.NETWORK


def test_time_never_runs_backwards(tmp_path: Path) -> None:
    journal, _ = open_journal(tmp_path)

    noon = sell(journal, Purse(number=1), 1_000, sale=1, time_s=NOON_S)
    earlier = sell(journal, Purse(number=2), 1_000, sale=2, time_s=NOON_S - 3_600)
    later = sell(journal, Purse(number=3), 1_000, sale=3, time_s=NOON_S + 1)
    journal.close()

    assert [noon.time_s, earlier.time_s, later.time_s] == [NOON_S, NOON_S, NOON_S + 1]


def test_drafts_of_one_call_stand_or_fall_together(tmp_path: Path) -> None:
    journal, _ = open_journal(tmp_path)
    purse = Purse()
    paid = sell(journal, purse, 1_000, sale=1)

    with pytest.raises(ContradictionError):
        journal.record(
            [cash(5_000, sale=2), approved(b"nothing that can be read", 1_000, number="000002", sale=2)],
            reading=a_reading(),
        )

    assert journal.head.sequence == paid.sequence
    assert journal.sales.sale(id16(2)) is None
    journal.close()


def test_the_journal_goes_on_after_a_refusal(tmp_path: Path) -> None:
    journal, _ = open_journal(tmp_path)
    with pytest.raises(ContradictionError):
        journal.record([approved(b"?", 1_000, number="000001")], reading=a_reading())

    entry = sell(journal, Purse(), 1_000, sale=1)
    journal.close()

    assert entry.sequence == 1
    report = report_of(tmp_path)
    assert report.head.hash == entry.hash


def test_a_payment_is_approved_once_whatever_the_code_in_front_believes(tmp_path: Path) -> None:
    journal, _ = open_journal(tmp_path)
    purse = Purse()
    evidence = purse.pay(1_000)
    journal.record([approved(evidence, 1_000, number="000001", sale=1)], reading=a_reading())

    with pytest.raises(ContradictionError, match="UNIQUE"):
        journal.record([approved(evidence, 1_000, number="000002", sale=2)], reading=a_reading())

    assert journal.payments.exposure().value_won == 1_000
    journal.close()


def test_another_payment_of_the_same_sequence_is_refused_by_the_database(tmp_path: Path) -> None:
    journal, _ = open_journal(tmp_path)
    purse = Purse()
    journal.record([approved(purse.pay(1_000), 1_000, number="000001", sale=1)], reading=a_reading())
    other = purse.sign(sequence=1, spent_before_won=0, amount_won=2_000)

    with pytest.raises(ContradictionError, match="UNIQUE"):
        journal.record([approved(other, 2_000, number="000002", sale=2)], reading=a_reading())
    journal.close()


def test_a_paper_note_pays_once(tmp_path: Path) -> None:
    journal, _ = open_journal(tmp_path)
    note = a_note(7)
    journal.record([approved(note, 10_000, number="000001", sale=1)], reading=a_reading())

    with pytest.raises(ContradictionError, match="UNIQUE"):
        journal.record([approved(note, 10_000, number="000002", sale=2)], reading=a_reading())
    journal.close()


def test_a_paid_confirmation_counts_once(tmp_path: Path) -> None:
    journal, _ = open_journal(tmp_path)
    journal.record([a_request(NONCE), a_request(id16(99), sale=2)], reading=a_reading())
    first = a_confirmation(5, nonce=NONCE)
    again = a_confirmation(5, nonce=id16(99))
    journal.record([approved(first, 12_000, number="000001", sale=1, nonce=NONCE)], reading=a_reading())

    with pytest.raises(ContradictionError, match="UNIQUE"):
        journal.record([approved(again, 12_000, number="000002", sale=2, nonce=id16(99))], reading=a_reading())

    assert journal.payments.is_confirmed(ledger="sandbox", payment_id=id16(5))
    journal.close()


@pytest.mark.parametrize(
    ("sequence", "spent_before_won", "amount_won"),
    [(2, 999, 1_000), (2, 1_001, 1_000), (3, 500, 1_000), (2, 1_000, 49_001)],
    ids=["overlaps", "leaves a gap at the next sequence", "runs backwards", "is more than the voucher's value"],
)
def test_a_payment_off_the_line_is_not_signed(
    tmp_path: Path, sequence: int, spent_before_won: int, amount_won: int
) -> None:
    journal, _ = open_journal(tmp_path)
    purse = Purse(value_won=50_000)
    sell(journal, purse, 1_000, sale=1)
    off = purse.sign(sequence=sequence, spent_before_won=spent_before_won, amount_won=amount_won)

    with pytest.raises(ContradictionError, match="line"):
        journal.record([approved(off, amount_won, number="000002", sale=2)], reading=a_reading())
    journal.close()


def test_a_payment_over_another_amount_than_its_tender_is_not_signed(tmp_path: Path) -> None:
    journal, _ = open_journal(tmp_path)

    with pytest.raises(ContradictionError, match="amount"):
        journal.record([approved(Purse().pay(1_000), 1_001, number="000001")], reading=a_reading())
    journal.close()


@pytest.mark.parametrize("end", [None, RequestEnd.CANCELLED, RequestEnd.EXPIRED])
def test_a_request_is_answered_once_and_never_after_its_end(tmp_path: Path, end: RequestEnd | None) -> None:
    journal, _ = open_journal(tmp_path)
    journal.record([a_request(NONCE)], reading=a_reading())
    purse = Purse()
    first, second = purse.pay(12_000, nonce=NONCE), purse.pay(12_000, nonce=NONCE)
    if end is None:
        journal.record([approved(first, 12_000, number="000001", sale=1, nonce=NONCE)], reading=a_reading())
    else:
        journal.record([RequestClosed(nonce=NONCE, reason=end)], reading=a_reading())

    with pytest.raises(ContradictionError, match="closed"):
        journal.record(
            [approved(second, 12_000, number=journal.sales.next_receipt_number(), sale=2, nonce=NONCE)],
            reading=a_reading(),
        )

    assert journal.requests.open_request(NONCE) is None
    closed = journal.requests.request(NONCE)
    assert closed is not None
    assert closed.closed is (end or RequestEnd.ANSWERED)
    journal.close()


def test_a_payment_cannot_answer_a_request_that_was_never_made(tmp_path: Path) -> None:
    journal, _ = open_journal(tmp_path)

    with pytest.raises(ContradictionError, match="no payment request"):
        journal.record(
            [approved(Purse().pay(12_000, nonce=NONCE), 12_000, number="000001", nonce=NONCE)], reading=a_reading()
        )
    journal.close()


@pytest.mark.parametrize(
    "draft",
    [
        cash(500, sale=3, number="000003", total_won=500),
        cash(500, sale=3, number="000001", total_won=500),
        cash(500, sale=3, number="1", total_won=500),
        cash(500, sale=3, number="receipt", total_won=500),
        declined(None, number="000001"),
    ],
    ids=["leaves a gap", "is taken", "is written differently", "is no number", "slip on a sale's number"],
)
def test_receipt_numbers_are_counted_without_gaps(tmp_path: Path, draft: EntryBody) -> None:
    journal, _ = open_journal(tmp_path)
    sell(journal, Purse(), 1_000, sale=1)
    assert journal.sales.next_receipt_number() == "000002"

    with pytest.raises(ContradictionError, match="receipt number"):
        journal.record([draft], reading=a_reading())

    assert journal.sales.next_receipt_number() == "000002"
    journal.close()


def test_evidence_that_cannot_be_read_is_no_approval(tmp_path: Path) -> None:
    journal, _ = open_journal(tmp_path)

    with pytest.raises(ContradictionError, match="evidence"):
        journal.record([approved(b"\xa0", 1_000, number="000001")], reading=a_reading())
    journal.close()


def test_a_draft_that_no_reader_would_accept_is_not_written(tmp_path: Path) -> None:
    journal, _ = open_journal(tmp_path)

    with pytest.raises(MalformedError):
        journal.record([declined(None, reason="r" * 65)], reading=a_reading())

    assert journal.head.sequence == 0
    journal.close()


ONE_SALE = """
import os, sys
from pathlib import Path
from tests.support.journal_builders import Purse, open_journal, sell
folder = Path(sys.argv[1])
journal, _ = open_journal(folder, mirror=Path(sys.argv[2]) if len(sys.argv) > 2 else None)
sell(journal, Purse(number=1), 1_000, sale=1)
drafted = Purse(number=2)
os.write(1, b"begin")
sell(journal, drafted, 1_000, sale=2)
os.write(1, b"end")
"""


def syncs_of_one_sale(folder: Path, *arguments: Path) -> list[str]:
    """The files that one sale in steady state syncs, in order."""
    trace = folder / "trace"
    strace = ("strace", "-f", "-y", "-e", "trace=write,fsync,fdatasync,sync,sync_file_range,msync", "-o", trace)
    subprocess.run([*strace, sys.executable, "-c", ONE_SALE, *arguments], check=True, capture_output=True)
    text = trace.read_text()
    sale = text[text.index('"begin"') : text.index('"end"')]
    return re.findall(r"(?:sync|fdatasync|fsync)\(\d+<[^>]*/([^>/]+)>", sale)


def test_a_sale_costs_exactly_one_sync(tmp_path: Path) -> None:
    state = tmp_path / "state"
    state.mkdir()

    assert syncs_of_one_sale(tmp_path, state) == ["journal.db-wal"]


def test_with_a_mirror_the_mirror_is_synced_first(tmp_path: Path) -> None:
    state, stick = tmp_path / "state", tmp_path / "stick"
    state.mkdir()
    stick.mkdir()
    prepare_mirror(stick, terminal=TERMINAL, public_key=TERMINAL_KEY.public_key)

    assert syncs_of_one_sale(tmp_path, state, stick) == ["journal.mirror", "journal.db-wal"]
