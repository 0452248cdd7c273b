"""What goes back and which cash receipts are wanted, in the record: never above the original, whatever is recorded."""

from dataclasses import replace
from pathlib import Path

import pytest

from pos.errors import JournalError
from pos.journal.faults import ContradictionError
from pos.journal.journal import Journal
from pos.journal.records import CashReceiptAnswer, PrintState, TenderForm
from pos.voucher.bodies import (
    CashReceiptCancelRequested,
    CashReceiptConfirmed,
    CashReceiptIssued,
    CashReceiptPurpose,
    CashReceiptReason,
    CashReceiptRejected,
    CashReceiptRequested,
    IdentifierKind,
    RefundKind,
    RefundRequested,
)
from pos.voucher.entry import Entry
from tests.support.journal_builders import (
    DAY,
    NOON_S,
    Purse,
    a_reading,
    approved,
    cash,
    id16,
    open_journal,
    sell,
    tax_of,
)


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return open_journal(tmp_path)[0]


def close_checked(journal: Journal) -> None:
    assert journal.verify().problems == ()
    journal.rebuild()
    assert journal.verify().problems == ()
    journal.close()


def refund_of(
    tender: Entry, amount_won: int, *, number: str, refund: int = 1, sale: int = 1, is_cash: bool = False
) -> RefundRequested:
    return RefundRequested(
        receipt_number=number,
        sale_id=id16(sale),
        amount_won=amount_won,
        business_date=DAY,
        reason="changed_mind",
        refund_id=id16(1_000 + refund),
        sale_receipt="000001",
        kind=RefundKind.REFUND,
        tender_sequence=tender.sequence,
        payment_entry=None if is_cash else tender.hash,
        tender_entry=tender.hash if is_cash else None,
        total_won=amount_won,
        tax=tax_of(amount_won),
        clerk="1",
    )


def record(journal: Journal, *bodies: RefundRequested) -> None:
    journal.record(bodies, reading=a_reading())


def cash_receipt(number: int = 1, *, sale: int = 1, amount_won: int = 11_000) -> CashReceiptRequested:
    return CashReceiptRequested(
        cash_receipt_id=id16(2_000 + number),
        sale_id=id16(sale),
        sale_receipt="000001",
        amount_won=amount_won,
        tax=tax_of(amount_won),
        purpose=CashReceiptPurpose.DEDUCTION,
        identifier_kind=IdentifierKind.PHONE,
        identifier="010 **** 1234",
        sealed=b"sealed",
        traded_s=NOON_S,
        business_date=DAY,
    )


def take_back(original: int, amount_won: int, *, number: int) -> CashReceiptCancelRequested:
    return CashReceiptCancelRequested(
        cash_receipt_id=id16(2_000 + number),
        original_id=id16(2_000 + original),
        sale_id=id16(1),
        amount_won=amount_won,
        tax=tax_of(amount_won),
        reason=CashReceiptReason.CANCELLED,
        traded_s=NOON_S,
        business_date=DAY,
    )


def test_a_refund_has_its_own_number_and_paper_and_names_its_sale(journal: Journal) -> None:
    entry = sell(journal, Purse(), 11_000, sale=1)

    record(journal, refund_of(entry, 11_000, number="000002"))

    refund = journal.refunds.of_receipt("000002")
    assert refund is not None
    assert (refund.sale_receipt, refund.total_won, refund.tax, refund.clerk) == ("000001", 11_000, tax_of(11_000), "1")
    assert [(part.form, part.amount_won) for part in refund.parts] == [(TenderForm.VOUCHER, 11_000)]
    assert journal.refunds.of_sale(id16(1)) == (refund,)
    assert [job.state for job in journal.paper.jobs_of("000002")] == [PrintState.QUEUED]
    assert journal.refunds.of_receipt("000001") is None
    close_checked(journal)


def test_no_more_goes_back_than_was_paid_however_often_it_is_tried(journal: Journal) -> None:
    entry = sell(journal, Purse(), 11_000, sale=1)
    record(journal, refund_of(entry, 4_000, number="000002"))

    with pytest.raises(JournalError):
        record(journal, refund_of(entry, 7_001, number="000003", refund=2))
    record(journal, refund_of(entry, 7_000, number="000003", refund=2))
    with pytest.raises(JournalError):
        record(journal, refund_of(entry, 1, number="000004", refund=3))

    assert [tender.amount_won for tender in journal.refunds.refunded(id16(1))] == [11_000]
    close_checked(journal)


def test_a_refund_of_two_tenders_is_one_paper(journal: Journal) -> None:
    purse = Purse()
    paid, rest = journal.record(
        [
            approved(purse.pay(8_000), 8_000, number="000001", total_won=12_000),
            cash(4_000, sale=1, number="000001", total_won=12_000),
        ],
        reading=a_reading(),
    )
    first = replace(refund_of(rest, 4_000, number="000002", is_cash=True), total_won=None, tax=None)
    second = refund_of(paid, 8_000, number="000002")

    record(journal, first, second)

    refund = journal.refunds.of_receipt("000002")
    assert refund is not None
    assert {part.form: part.amount_won for part in refund.parts} == {TenderForm.CASH: 4_000, TenderForm.VOUCHER: 8_000}
    assert [(total.form, total.value_won) for total in journal.refunds.day_totals(DAY)] == [
        (TenderForm.CASH, 4_000),
        (TenderForm.VOUCHER, 8_000),
    ]
    assert len(journal.paper.jobs_of("000002")) == 1
    close_checked(journal)


def test_a_tender_of_another_sale_does_not_go_back(journal: Journal) -> None:
    purse = Purse()
    sell(journal, purse, 5_000, sale=1)
    other = sell(journal, purse, 6_000, sale=2)

    with pytest.raises(JournalError):
        record(journal, refund_of(other, 1_000, number="000003", sale=1))

    assert journal.refunds.of_sale(id16(1)) == ()
    close_checked(journal)


def test_a_refunds_number_is_the_next_one(journal: Journal) -> None:
    entry = sell(journal, Purse(), 5_000, sale=1)

    with pytest.raises(ContradictionError):
        record(journal, refund_of(entry, 1_000, number="000007"))
    close_checked(journal)


def test_a_sale_has_one_cash_receipt_at_a_time(journal: Journal) -> None:
    journal.record([cash(11_000, sale=1, number="000001", total_won=11_000)], reading=a_reading())
    journal.record([cash_receipt()], reading=a_reading())

    with pytest.raises(ContradictionError):
        journal.record([cash_receipt(2)], reading=a_reading())
    journal.record([CashReceiptRejected(cash_receipt_id=id16(2_001), reason="number_unknown")], reading=a_reading())
    journal.record([cash_receipt(2)], reading=a_reading())

    standing = journal.cash_receipts.standing(id16(1))
    assert standing is not None
    assert (standing.cash_receipt_id, standing.answer) == (id16(2_002), None)
    close_checked(journal)


def test_an_approval_is_written_once_and_confirmed_later(journal: Journal) -> None:
    journal.record([cash(11_000, sale=1, number="000001", total_won=11_000)], reading=a_reading())
    journal.record([cash_receipt()], reading=a_reading())

    for answer in (
        CashReceiptIssued(cash_receipt_id=id16(2_001), approval_number="J00000001", approved_s=NOON_S),
        CashReceiptIssued(cash_receipt_id=id16(2_001), approval_number="J99999999", approved_s=NOON_S + 1),
        CashReceiptRejected(cash_receipt_id=id16(2_001), reason="too_late"),
        CashReceiptConfirmed(cash_receipt_id=id16(2_001)),
    ):
        journal.record([answer], reading=a_reading())

    receipt = journal.cash_receipts.receipt(id16(2_001))
    assert receipt is not None
    assert (receipt.answer, receipt.approval_number) == (CashReceiptAnswer.CONFIRMED, "J00000001")
    assert journal.cash_receipts.unanswered() == ()
    close_checked(journal)


def test_cancellations_never_take_back_more_than_the_cash_receipt_says(journal: Journal) -> None:
    journal.record([cash(11_000, sale=1, number="000001", total_won=11_000)], reading=a_reading())
    journal.record([cash_receipt()], reading=a_reading())
    journal.record([take_back(1, 4_000, number=2)], reading=a_reading())

    with pytest.raises(ContradictionError):
        journal.record([take_back(1, 7_001, number=3)], reading=a_reading())
    journal.record([take_back(1, 7_000, number=3)], reading=a_reading())

    original = journal.cash_receipts.receipt(id16(2_001))
    assert original is not None
    assert (original.left_won, original.is_over) == (0, True)
    close_checked(journal)
