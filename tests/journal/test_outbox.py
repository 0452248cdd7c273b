"""Delivery: what waits, what an acknowledgement may change, and what it never may."""

from pathlib import Path

import pytest

from pos.errors import ChainError, RollbackError
from pos.journal.acknowledgements import AckResult, AckStep
from pos.journal.journal import Journal
from pos.journal.outbox import BATCH_BYTES_MAX
from pos.journal.records import AttentionCause, Delivery, PrintState
from pos.voucher.entry import FIRST_PREVIOUS
from pos.voucher.messages import Acknowledgement
from pos.voucher.outcomes import EvidenceSide, Outcome, OutcomeStatus
from tests.support.journal_builders import (
    BOOT,
    NOON_S,
    Purse,
    a_reading,
    cash,
    id16,
    open_journal,
    report_of,
    seeded,
    sell,
)


def sold(folder: Path, sales: int) -> Journal:
    folder.mkdir(exist_ok=True)
    journal, _ = open_journal(folder)
    for sale in range(1, sales + 1):
        sell(journal, Purse(number=sale, value_won=100_000), 1_000 * sale, sale=sale)
    return journal


def an_acknowledgement(
    journal: Journal, sequence: int, *outcomes: Outcome, digest: bytes | None = None
) -> Acknowledgement:
    entry = journal.entry(sequence)
    return Acknowledgement(
        sequence=sequence,
        hash=digest or (FIRST_PREVIOUS if entry is None else entry.hash),
        outcomes=outcomes,
        checkpoint=b"checkpoint",
        time_s=NOON_S + 7,
        nonce=id16(0),
        message_number=0,
    )


def take(journal: Journal, acknowledgement: Acknowledgement, raw: bytes = b"raw") -> AckResult:
    return journal.outbox.acknowledge(acknowledgement, raw=raw, reading=a_reading(boot_ms=4_242))


def settled(sequence: int, status: OutcomeStatus = OutcomeStatus.SETTLED) -> Outcome:
    return Outcome(sequence=sequence, status=status)


def test_the_outbox_is_what_comes_after_the_acknowledged_entry(tmp_path: Path) -> None:
    journal = sold(tmp_path, 3)
    assert journal.outbox.acknowledged().sequence == 0
    assert [entry.sequence for entry in journal.outbox.entries_after(0)] == [1, 2, 3]

    result = take(journal, an_acknowledgement(journal, 2))

    assert result.step is AckStep.ADVANCED
    assert journal.outbox.acknowledged() == result.acknowledged
    assert [entry.sequence for entry in journal.outbox.entries_after(2)] == [3]
    waiting, exposure = journal.outbox.waiting(), journal.payments.exposure()
    assert (waiting.count, waiting.value_won, waiting.entries) == (1, 3_000, 1)
    assert (exposure.count, exposure.value_won) == (1, 3_000)
    assert journal.payments.voucher_spent_since_contact(Purse(number=2).identity) == 0
    assert journal.payments.voucher_spent_since_contact(Purse(number=3).identity) == 3_000
    journal.close()


def test_contact_is_the_ledgers_time_and_ours_at_that_moment(tmp_path: Path) -> None:
    journal = sold(tmp_path, 1)
    assert journal.outbox.contact() is None

    take(journal, an_acknowledgement(journal, 1))

    contact = journal.outbox.contact()
    assert contact is not None
    assert (contact.ledger_time_s, contact.boot_id, contact.boot_ms) == (NOON_S + 7, BOOT, 4_242)
    journal.close()


def test_a_batch_fits_into_one_call(tmp_path: Path) -> None:
    journal = sold(tmp_path, 5)
    size = len(journal.outbox.entries_after(0)[0].raw) + 3

    assert [len(journal.outbox.entries_after(0, entries_max=count)) for count in (1, 2, 9_999)] == [1, 2, 5]
    assert len(journal.outbox.entries_after(0, bytes_max=3 + 2 * size + 10)) == 2
    assert len(journal.outbox.entries_after(0, bytes_max=1)) == 1, "one always goes, or nothing ever would"
    assert sum(len(entry.raw) + 3 for entry in journal.outbox.entries_after(0)) + 3 <= BATCH_BYTES_MAX
    assert journal.outbox.entries_after(5) == ()
    journal.close()


def test_outcomes_are_told_once_and_kept(tmp_path: Path) -> None:
    journal = sold(tmp_path, 4)
    conflict = Outcome(
        sequence=3, status=OutcomeStatus.CONFLICT, detail=EvidenceSide(entry=b"other", certificate=b"theirs")
    )
    refusal = Outcome(sequence=4, status=OutcomeStatus.REFUSED, detail="issuer_unknown")

    result = take(
        journal, an_acknowledgement(journal, 4, settled(1), settled(2, OutcomeStatus.PENDING), conflict, refusal)
    )
    again = take(journal, an_acknowledgement(journal, 4, settled(1), settled(2)))

    assert [outcome.entry for outcome in result.decided] == [1, 2, 3, 4]
    assert [(outcome.entry, outcome.status) for outcome in again.decided] == [(2, OutcomeStatus.SETTLED)]
    assert again.step is AckStep.REPEATED
    (evidence,) = journal.outbox.outcomes(OutcomeStatus.CONFLICT)
    assert (evidence.entry, evidence.other_entry, evidence.other_certificate) == (3, b"other", b"theirs")
    refused = journal.outbox.outcome(4)
    assert refused is not None
    assert refused.reason == "issuer_unknown"
    assert journal.outbox.count(OutcomeStatus.SETTLED) == 2
    sales = journal.sales.search()
    assert [sale.tenders[0].delivery for sale in sales] == [
        Delivery.REFUSED,
        Delivery.CONFLICT,
        Delivery.SETTLED,
        Delivery.SETTLED,
    ]
    journal.close()


def test_acknowledged_and_undecided_is_pending(tmp_path: Path) -> None:
    journal = sold(tmp_path, 1)

    take(journal, an_acknowledgement(journal, 1))

    (sale,) = journal.sales.search()
    assert sale.tenders[0].delivery is Delivery.PENDING
    journal.close()


def test_a_final_outcome_never_changes(tmp_path: Path) -> None:
    journal = sold(tmp_path, 1)
    take(journal, an_acknowledgement(journal, 1, settled(1)))

    result = take(
        journal, an_acknowledgement(journal, 1, Outcome(sequence=1, status=OutcomeStatus.REFUSED, detail="no"))
    )

    assert (result.decided, result.contradictions) == ((), (1,))
    known = journal.outbox.outcome(1)
    assert known is not None
    assert known.status is OutcomeStatus.SETTLED
    journal.close()


def test_outcomes_of_entries_that_nobody_sent_are_ignored(tmp_path: Path) -> None:
    journal = sold(tmp_path, 2)

    result = take(journal, an_acknowledgement(journal, 1, settled(2), settled(2**63)))

    assert (result.decided, result.unknown) == ((), (2, 2**63))
    journal.close()


def test_a_ledger_that_lost_entries_gets_them_again(tmp_path: Path) -> None:
    journal = sold(tmp_path, 3)
    take(journal, an_acknowledgement(journal, 3))

    result = take(journal, an_acknowledgement(journal, 1))

    assert result.step is AckStep.BEHIND
    assert [entry.sequence for entry in journal.outbox.entries_after(journal.outbox.acknowledged().sequence)] == [2, 3]
    assert take(journal, an_acknowledgement(journal, 0)).step is AckStep.BEHIND
    assert journal.payments.exposure().count == 3
    journal.close()


@pytest.mark.parametrize("sequence", [2, 2**63, 2**64 - 1])
def test_a_ledger_that_is_ahead_changes_nothing_yet(tmp_path: Path, sequence: int) -> None:
    journal = sold(tmp_path, 1)

    result = take(journal, an_acknowledgement(journal, sequence, digest=b"?" * 32))

    assert result.step is AckStep.AHEAD
    assert journal.outbox.acknowledged().sequence == 0
    journal.close()


def test_another_hash_for_our_sequence_is_a_fork_for_good(tmp_path: Path) -> None:
    journal = sold(tmp_path, 2)

    result = take(journal, an_acknowledgement(journal, 2, settled(1), digest=b"?" * 32))

    assert result.step is AckStep.FORKED
    assert journal.outbox.outcome(1) is None
    with pytest.raises(RollbackError):
        sell(journal, Purse(number=9), 1_000, sale=9)
    journal.close()
    report = report_of(tmp_path)
    assert report.fork is not None
    assert (report.fork.sequence, report.fork.theirs, report.may_approve) == (2, b"?" * 32, False)


def test_only_acknowledgements_that_decided_something_are_kept(tmp_path: Path) -> None:
    journal = sold(tmp_path, 3)

    for sequence, outcomes in ((1, ()), (2, (settled(1),)), (2, ()), (3, ())):
        take(journal, an_acknowledgement(journal, sequence, *outcomes), raw=b"raw %d" % sequence)

    rows = journal._database.rows("SELECT sequence, raw FROM acknowledgements ORDER BY id")
    assert rows == [(2, b"raw 2"), (3, b"raw 3")]
    journal.close()


def test_entries_that_only_the_ledger_had_come_back(tmp_path: Path) -> None:
    full = sold(tmp_path / "full", 4)
    raws = [entry.raw for entry in full.outbox.entries_after(0)]
    full.close()
    journal = sold(tmp_path / "restored", 2)

    adopted = journal.adopt(raws)

    assert adopted == 2
    assert journal.head.sequence == 4
    assert journal.sales.next_receipt_number() == "000005"
    assert journal.payments.exposure().value_won == 10_000
    assert [(item.entry, item.cause) for item in journal.attention.items()] == [
        (3, AttentionCause.RECOVERED),
        (4, AttentionCause.RECOVERED),
    ]
    assert [job.state for job in journal.paper.print_jobs()] == [PrintState.QUEUED] * 2 + [PrintState.HELD] * 2
    assert journal.adopt(raws) == 0
    assert journal.verify().problems == ()
    sell(journal, Purse(number=5), 1_000, sale=5)
    journal.close()


def test_adoption_refuses_what_is_not_ours_what_leaves_a_gap_and_what_forks(tmp_path: Path) -> None:
    full = sold(tmp_path / "full", 4)
    raws = [entry.raw for entry in full.outbox.entries_after(0)]
    full.close()
    (tmp_path / "stranger").mkdir()
    stranger, _ = open_journal(tmp_path / "stranger", key=seeded("stranger"))
    foreign = stranger.record([cash(1, sale=1)], reading=a_reading())[0].raw
    stranger.close()

    journal = sold(tmp_path / "restored", 2)
    for wrong in ([raws[3]], [foreign], [raws[2], b"\x00"], [raws[2][:-1] + b"\x00"]):
        with pytest.raises(ChainError):
            journal.adopt(wrong)
    assert journal.head.sequence == 2
    journal.record([cash(1, sale=77)], reading=a_reading())
    with pytest.raises(RollbackError):
        journal.adopt(raws)
    with pytest.raises(RollbackError):
        journal.adopt(raws[3:])
    assert journal.head.sequence == 3
    journal.close()


def test_a_long_absence_can_be_adopted_in_one_call(tmp_path: Path) -> None:
    full = sold(tmp_path / "full", 90)
    raws = [entry.raw for entry in full.outbox.entries_after(0)]
    full.close()
    (tmp_path / "new").mkdir()
    journal, _ = open_journal(tmp_path / "new")

    assert journal.adopt(raws) == 90

    items = journal.attention.items()
    assert [item.entry for item in items] == list(range(41, 91)), "only the newest may still be at the counter"
    journal.close()
    report = report_of(tmp_path / "new")
    assert report.attention == items
