"""What entries add up to: sales, spent lines, requests, receipts, totals; live and computed anew."""

from pathlib import Path

import pytest

from pos.journal.journal import Journal
from pos.journal.numbers import receipt_number, receipt_ordinal
from pos.journal.records import Delivery, FormTotal, PrintState, SaleState, TenderForm
from pos.voucher.bodies import PrintOutcome, ReceiptPrinted, ReceiptReprinted
from pos.voucher.spend_line import LinePoint
from tests.support.journal_builders import (
    DAY,
    NOON_S,
    Purse,
    a_confirmation,
    a_note,
    a_reading,
    a_request,
    approved,
    cancelled,
    cash,
    declined,
    id16,
    open_journal,
    sell,
    tax_of,
)

NONCE = b"nonce".ljust(16, b".")


def close_checked(journal: Journal) -> None:
    """Whatever a test did: the live tables are what the entries add up to, before and after computing them anew."""
    assert journal.verify().problems == ()
    journal.rebuild()
    assert journal.verify().problems == ()
    journal.close()


def test_a_sale_paid_at_once_is_complete_with_its_receipt(tmp_path: Path) -> None:
    journal, _ = open_journal(tmp_path)

    sell(journal, Purse(), 11_000, sale=1)

    sale = journal.sales.sale(id16(1))
    assert sale is not None
    assert (sale.state, sale.total_won, sale.paid_won) == (SaleState.COMPLETED, 11_000, 11_000)
    assert (sale.tax, sale.receipt_number, sale.print_state) == (tax_of(11_000), "000001", PrintState.QUEUED)
    assert [(tender.form, tender.amount_won, tender.delivery) for tender in sale.tenders] == [
        (TenderForm.VOUCHER, 11_000, Delivery.WAITING)
    ]
    assert journal.sales.last_sale() == journal.sales.sale_of_receipt("000001") == sale
    close_checked(journal)


def test_a_sale_of_many_tenders_ends_with_the_one_that_pays_it(tmp_path: Path) -> None:
    journal, _ = open_journal(tmp_path)
    purse = Purse()
    journal.record([a_request(NONCE, amount_won=2_000)], reading=a_reading())
    drafts = [
        approved(purse.pay(5_000), 5_000, number="000001", sale=1, total_won=20_000),
        approved(a_note(9), 10_000, number="000001", sale=1, total_won=20_000),
        approved(
            a_confirmation(3, amount_won=2_000, nonce=NONCE), 2_000, number="000001", total_won=20_000, nonce=NONCE
        ),
    ]
    for draft in drafts:
        journal.record([draft], reading=a_reading())
    (open_sale,) = journal.sales.open_sales()
    assert (open_sale.paid_won, open_sale.state, open_sale.print_state) == (17_000, SaleState.OPEN, None)
    sell(journal, Purse(number=2), 700, sale=2)

    journal.record([cash(3_000, sale=1, total_won=20_000)], reading=a_reading())

    sale = journal.sales.sale(id16(1))
    assert sale is not None
    assert (sale.state, sale.paid_won, sale.receipt_number) == (SaleState.COMPLETED, 20_000, "000001")
    assert [tender.form for tender in sale.tenders] == [
        TenderForm.VOUCHER,
        TenderForm.SCANNED_NOTE,
        TenderForm.CONFIRMATION,
        TenderForm.CASH,
    ]
    assert journal.sales.open_sales() == ()
    assert journal.sales.last_sale() == sale
    assert [entry.sequence for entry in journal.sales.receipt_entries("000001")] == [2, 3, 4, 6]
    close_checked(journal)


def test_a_cancelled_sale_has_a_receipt_only_for_what_was_approved_in_it(tmp_path: Path) -> None:
    journal, _ = open_journal(tmp_path)
    journal.record(
        [approved(Purse().pay(3_000), 3_000, number="000001", sale=1, total_won=9_000), cash(500, sale=2)],
        reading=a_reading(),
    )

    journal.record([cancelled(sale=1), cancelled(sale=2)], reading=a_reading())

    with_payment, without = journal.sales.sale(id16(1)), journal.sales.sale(id16(2))
    assert with_payment is not None
    assert without is not None
    assert (with_payment.state, with_payment.print_state) == (SaleState.CANCELLED, PrintState.QUEUED)
    assert (without.state, without.print_state) == (SaleState.CANCELLED, None)
    assert [job.receipt_number for job in journal.paper.print_jobs()] == ["000001"]
    close_checked(journal)


def test_the_highest_point_and_what_was_spent_since_contact(tmp_path: Path) -> None:
    journal, _ = open_journal(tmp_path)
    purse = Purse()
    assert journal.payments.highest_point(purse.identity) is None

    for sale, amount_won in enumerate((1_000, 2_500, 4_000), start=1):
        sell(journal, purse, amount_won, sale=sale)

    assert journal.payments.highest_point(purse.identity) == LinePoint(
        sequence=3, spent_before_won=3_500, amount_won=4_000
    )
    assert journal.payments.voucher_spent_since_contact(purse.identity) == 7_500
    assert journal.payments.voucher_spent_since_contact(Purse(number=2).identity) == 0
    close_checked(journal)


def test_the_earlier_payment_is_found_with_its_evidence(tmp_path: Path) -> None:
    journal, _ = open_journal(tmp_path)
    purse = Purse()
    evidence = purse.pay(1_000)
    (entry,) = journal.record([approved(evidence, 1_000, number="000001", sale=4)], reading=a_reading())

    found = journal.payments.approved_payment(purse.payment_identity(1))

    assert found is not None
    assert (found.entry, found.entry_hash, found.receipt_number, found.sale_id) == (1, entry.hash, "000001", id16(4))
    assert (found.object_bytes, found.time_s, found.program) == (evidence, NOON_S, "general")
    assert journal.payments.approved_payment(purse.payment_identity(2)) is None
    close_checked(journal)


def test_refused_payments_of_a_sequence_are_kept_as_evidence(tmp_path: Path) -> None:
    journal, _ = open_journal(tmp_path)
    purse = Purse()
    sell(journal, purse, 1_000, sale=1)
    other = purse.sign(sequence=1, spent_before_won=0, amount_won=900)

    journal.record([declined(other), declined(None, reason="not_our_code")], reading=a_reading())

    seen = journal.payments.payments_of_sequence(purse.payment_identity(1))
    assert [(payment.entry, payment.is_approved, payment.reason) for payment in seen] == [
        (1, True, None),
        (2, False, "double_spend"),
    ]
    assert seen[1].object_bytes == other
    assert journal.payments.highest_point(purse.identity) == LinePoint(sequence=1, spent_before_won=0, amount_won=1_000)
    close_checked(journal)


def test_a_decline_slip_has_a_number_of_its_own(tmp_path: Path) -> None:
    journal, _ = open_journal(tmp_path)

    journal.record([declined(Purse().pay(1_000), number="000001")], reading=a_reading())

    assert journal.sales.next_receipt_number() == "000002"
    assert journal.sales.sale_of_receipt("000001") is None
    assert [entry.sequence for entry in journal.sales.receipt_entries("000001")] == [1]
    assert [job.receipt_number for job in journal.paper.print_jobs()] == ["000001"]
    close_checked(journal)


def test_an_open_request_is_found_by_its_nonce_until_it_is_answered(tmp_path: Path) -> None:
    journal, _ = open_journal(tmp_path)
    journal.record([a_request(NONCE, sale=1)], reading=a_reading())
    found = journal.requests.open_request(NONCE)
    assert found is not None
    assert (found.amount_won, found.sale_id, found.request, found.expires_s) == (
        12_000,
        id16(1),
        b"signed request",
        NOON_S + 300,
    )
    assert journal.requests.open_requests() == (found,)

    answer = Purse().pay(12_000, nonce=NONCE)
    journal.record([approved(answer, 12_000, number="000001", sale=1, nonce=NONCE)], reading=a_reading())

    assert journal.requests.open_requests() == ()
    close_checked(journal)


def test_exposure_counts_vouchers_and_not_what_was_paid_online(tmp_path: Path) -> None:
    journal, _ = open_journal(tmp_path)
    assert (journal.payments.exposure().count, journal.payments.exposure().oldest_s) == (0, None)
    journal.record([a_request(NONCE)], reading=a_reading())
    sell(journal, Purse(), 1_000, sale=1, time_s=NOON_S + 5)
    online = approved(a_confirmation(3, nonce=NONCE), 12_000, number="000002", sale=2, nonce=NONCE)
    journal.record([online], reading=a_reading())
    sell(journal, Purse(number=2), 4_000, sale=3, time_s=NOON_S + 50)

    exposure, waiting = journal.payments.exposure(), journal.outbox.waiting()

    assert (exposure.count, exposure.value_won, exposure.oldest_s) == (2, 5_000, NOON_S + 5)
    assert (waiting.count, waiting.value_won, waiting.entries) == (3, 17_000, 4)
    close_checked(journal)


def test_a_business_day_adds_up(tmp_path: Path) -> None:
    journal, _ = open_journal(tmp_path)
    sell(journal, Purse(), 1_000, sale=1)
    sell(journal, Purse(number=2), 2_000, sale=2)
    journal.record([cash(500, sale=3, number="000003", total_won=500)], reading=a_reading())
    journal.record([cash(700, sale=4)], reading=a_reading())
    elsewhen = approved(Purse(number=3).pay(9), 9, number="000004", sale=5, business_date="2026-11-23")
    journal.record([elsewhen], reading=a_reading())

    totals = journal.day_totals(DAY)

    assert (totals.sales, totals.total_won) == (3, 3_500)
    assert totals.taxable_won + totals.vat_won + totals.exempt_won + totals.service_won == totals.total_won
    assert totals.tenders == (
        FormTotal(form=TenderForm.CASH, program=None, count=2, value_won=1_200),
        FormTotal(form=TenderForm.VOUCHER, program="general", count=2, value_won=3_000),
    )
    close_checked(journal)


def test_history_is_found_by_amount_time_and_day(tmp_path: Path) -> None:
    journal, _ = open_journal(tmp_path)
    for sale, amount_won in enumerate((1_000, 2_000, 1_000), start=1):
        sell(journal, Purse(number=sale), amount_won, sale=sale, time_s=NOON_S + 60 * sale)
    journal.record([cash(1_000, sale=9)], reading=a_reading(time_s=NOON_S + 600))
    search = journal.sales.search

    assert [sale.sale_id for sale in search()] == [id16(9), id16(3), id16(2), id16(1)]
    assert [sale.sale_id for sale in search(sales_max=1)] == [id16(9)]
    assert [sale.sale_id for sale in search(amount_won=1_000)] == [id16(9), id16(3), id16(1)]
    assert [sale.sale_id for sale in search(from_s=NOON_S + 120, until_s=NOON_S + 600)] == [id16(3), id16(2)]
    assert search(business_date="2026-11-23") == ()
    close_checked(journal)


def test_copies_of_a_receipt_are_counted_and_end_each_on_its_own(tmp_path: Path) -> None:
    journal, _ = open_journal(tmp_path)
    sell(journal, Purse(), 1_000, sale=1)
    printed = PrintOutcome.PRINTED
    journal.record([ReceiptPrinted(receipt_number="000001", copy_number=1, outcome=printed)], reading=a_reading())

    journal.record([ReceiptReprinted(receipt_number="000001", copy_number=2)], reading=a_reading())

    assert [(job.copy_number, job.state) for job in journal.paper.jobs_of("000001")] == [
        (1, PrintState.PRINTED),
        (2, PrintState.QUEUED),
    ]
    assert [entry.sequence for entry in journal.sales.receipt_entries("000001")] == [1, 2, 3]
    journal.record([ReceiptPrinted(receipt_number="000001", copy_number=2, outcome=printed)], reading=a_reading())
    assert journal.paper.print_jobs() == ()
    assert [job.state for job in journal.paper.jobs_of("000001")] == [PrintState.PRINTED] * 2
    close_checked(journal)


@pytest.mark.parametrize("text", ["", "1", "0000001", "٠٠٠٠٠١", "-00001", "a00001", "9" * 40])
def test_only_our_own_spelling_is_a_receipt_number(text: str) -> None:
    assert receipt_ordinal(text) is None


def test_receipt_numbers_grow_longer_when_six_digits_are_used_up() -> None:
    assert [receipt_number(ordinal) for ordinal in (1, 999_999, 1_000_000)] == ["000001", "999999", "1000000"]
    assert receipt_ordinal("1000000") == 1_000_000
