"""Receipts on their way to paper, and what is left to settle with a customer after a cut."""

from pathlib import Path

from pos.journal.journal import Journal
from pos.journal.records import AttentionCause, PrintState
from pos.voucher.bodies import AttentionClosed, PrintOutcome, ReceiptPrinted, ReceiptReprinted
from tests.support.journal_builders import NOON_S, Purse, a_reading, approved, cash, open_journal, report_of, sell


def end(journal: Journal, outcome: PrintOutcome, *, number: str = "000001", copy_number: int = 1) -> None:
    body = ReceiptPrinted(receipt_number=number, copy_number=copy_number, outcome=outcome)
    journal.record([body], reading=a_reading())


def states(journal: Journal) -> list[tuple[str, PrintState, int]]:
    return [(job.receipt_number, job.state, job.attempts) for job in journal.paper.print_jobs()]


def test_jobs_wait_in_order_until_they_are_printed(tmp_path: Path) -> None:
    journal, _ = open_journal(tmp_path)
    for sale in (1, 2):
        sell(journal, Purse(number=sale), 1_000, sale=sale)
    job = journal.paper.next_job()
    assert job is not None
    assert (job.receipt_number, job.state, job.attempts) == ("000001", PrintState.QUEUED, 0)

    journal.paper.mark(job.job, PrintState.SENDING, at_s=NOON_S)
    following = journal.paper.next_job()
    end(journal, PrintOutcome.PRINTED)

    assert following is not None
    assert following.receipt_number == "000002"
    assert states(journal) == [("000002", PrintState.QUEUED, 0)]
    printed = journal.paper.job(job.job)
    assert printed is not None
    assert printed.state is PrintState.PRINTED
    journal.close()


def test_what_never_started_is_queued_again_and_counts_its_attempts(tmp_path: Path) -> None:
    journal, _ = open_journal(tmp_path)
    sell(journal, Purse(), 1_000, sale=1)

    for _attempt in range(2):
        journal.paper.mark(1, PrintState.SENDING, at_s=NOON_S)
        end(journal, PrintOutcome.NOT_STARTED)

    assert states(journal) == [("000001", PrintState.QUEUED, 2)]
    journal.close()


def test_a_cut_while_printing_is_a_question_and_never_a_second_original(tmp_path: Path) -> None:
    journal, _ = open_journal(tmp_path)
    entry = sell(journal, Purse(), 1_000, sale=1)
    journal.attention.mark_shown(entry.sequence)
    journal.paper.mark(1, PrintState.SENDING, at_s=NOON_S)
    journal.close()

    journal, report = open_journal(tmp_path)

    assert report.interrupted_jobs == (1,)
    assert journal.paper.next_job() is None
    assert states(journal) == [("000001", PrintState.UNKNOWN, 1)]
    assert [(item.entry_hash, item.cause, item.amount_won) for item in report.attention] == [
        (entry.hash, AttentionCause.PAPER_UNKNOWN, 1_000)
    ]
    end(journal, PrintOutcome.PRINTED)
    assert states(journal) == []
    assert journal.attention.items() == ()
    journal.close()


def test_a_printer_that_cannot_tell_leaves_the_same_question(tmp_path: Path) -> None:
    journal, _ = open_journal(tmp_path)
    entry = sell(journal, Purse(), 1_000, sale=1)
    end(journal, PrintOutcome.UNKNOWN)
    assert [item.cause for item in journal.attention.items()] == [AttentionCause.PAPER_UNKNOWN]

    closing = AttentionClosed(entry=entry.hash, reason="customer_has_it")
    again = ReceiptReprinted(receipt_number="000001", copy_number=2)
    journal.record([again, closing], reading=a_reading())

    assert journal.attention.items() == ()
    assert states(journal) == [("000001", PrintState.QUEUED, 0)]
    assert [(job.copy_number, job.state) for job in journal.paper.jobs_of("000001")] == [
        (1, PrintState.UNKNOWN),
        (2, PrintState.QUEUED),
    ]
    journal.close()


def test_skipped_and_unverified_receipts_are_finished(tmp_path: Path) -> None:
    journal, _ = open_journal(tmp_path)
    for sale in (1, 2):
        sell(journal, Purse(number=sale), 1_000, sale=sale)

    end(journal, PrintOutcome.SKIPPED)
    end(journal, PrintOutcome.UNVERIFIED, number="000002")

    assert states(journal) == []
    sales = journal.sales.search()
    assert [sale.print_state for sale in sales] == [PrintState.UNVERIFIED, PrintState.SKIPPED]
    assert journal.paper.count(PrintState.QUEUED) == 0
    journal.close()


def test_a_held_job_waits_until_it_is_asked_for(tmp_path: Path) -> None:
    journal, _ = open_journal(tmp_path)
    sell(journal, Purse(), 1_000, sale=1)

    journal.paper.mark(1, PrintState.HELD, at_s=NOON_S)
    assert journal.paper.next_job() is None
    journal.paper.mark(1, PrintState.QUEUED, at_s=NOON_S)

    job = journal.paper.next_job()
    assert job is not None
    assert job.attempts == 0
    journal.close()


def test_progress_outlives_a_restart_and_a_rebuild(tmp_path: Path) -> None:
    journal, _ = open_journal(tmp_path)
    for sale in (1, 2):
        sell(journal, Purse(number=sale), 1_000, sale=sale)
    journal.paper.mark(1, PrintState.HELD, at_s=NOON_S)
    journal.close()

    journal, _ = open_journal(tmp_path)
    journal.rebuild()

    assert states(journal) == [("000001", PrintState.HELD, 0), ("000002", PrintState.QUEUED, 0)]
    journal.close()


def test_an_approval_that_nobody_saw_is_settled_by_a_person(tmp_path: Path) -> None:
    journal, _ = open_journal(tmp_path)
    shown = sell(journal, Purse(number=1), 1_000, sale=1)
    journal.attention.mark_shown(shown.sequence)
    printed = sell(journal, Purse(number=2), 2_000, sale=2)
    end(journal, PrintOutcome.PRINTED, number="000002")
    unseen = sell(journal, Purse(number=3), 3_000, sale=3)
    assert journal.attention.items() == (), "while the till runs nothing is in question"
    journal.close()

    journal, report = open_journal(tmp_path)

    (item,) = report.attention
    assert (item.entry, item.entry_hash, item.cause) == (unseen.sequence, unseen.hash, AttentionCause.NOT_SHOWN)
    assert (item.amount_won, item.receipt_number, item.time_s) == (3_000, "000003", NOON_S)
    assert printed.sequence < unseen.sequence
    journal.close()
    journal, report = open_journal(tmp_path)
    assert report.attention == (item,), "it stays until a person closes it"
    end(journal, PrintOutcome.PRINTED, number="000003")
    assert journal.attention.items() == (item,)
    journal.record([AttentionClosed(entry=unseen.hash, reason="told_the_customer")], reading=a_reading())
    assert journal.attention.items() == ()
    journal.close()
    report = report_of(tmp_path)
    assert report.attention == ()


def test_cash_is_in_nobodys_doubt_and_a_part_paid_sale_comes_back(tmp_path: Path) -> None:
    journal, _ = open_journal(tmp_path)
    journal.record([cash(500, sale=1, number="000001", total_won=500)], reading=a_reading())
    part = approved(Purse().pay(8_000), 8_000, number="000002", sale=2, total_won=12_000)
    (entry,) = journal.record([part], reading=a_reading())
    journal.attention.mark_shown(entry.sequence)
    journal.close()

    journal, report = open_journal(tmp_path)

    assert report.attention == ()
    (sale,) = journal.sales.open_sales()
    assert (sale.paid_won, sale.total_won) == (8_000, 12_000)
    journal.close()
