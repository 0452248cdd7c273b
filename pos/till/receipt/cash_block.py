"""The cash-receipt part of a receipt, as NTS notice 2025-19, section 2, wants it printed.

Rules:
- a named mobile voucher is reported by its platform: one line says so, and no number is printed;
- without an approval there is no approval number: what is pending says that it will be issued;
- VAT has no line of its own where the shop is a simplified taxpayer or the goods are exempt;
- a cancellation carries the original's number and date and its reason.
"""

from collections.abc import Iterator

from pos.till.receipt.moment import date_and_time, date_of
from pos.till.receipt.receipt import (
    CancelledCashReceipt,
    IssuedCashReceipt,
    PendingCashReceipt,
    PlatformCashReceipt,
    Receipt,
)
from pos.till.receipt.rows import Align, Row, RuleRow
from pos.till.receipt.sheet import Sheet
from pos.till.receipt.tax import total_of
from pos.till.receipt.words import ReceiptWords
from pos.voucher.bodies import CashReceiptPurpose, CashReceiptReason, TaxSplit


def cash_receipt_rows(receipt: Receipt, sheet: Sheet, words: ReceiptWords) -> Iterator[Row]:
    """Yield the block, nothing where no cash receipt is involved."""
    cash = receipt.cash_receipt
    if cash is None:
        return
    yield RuleRow()
    match cash:
        case PlatformCashReceipt():
            yield from sheet.text(words.cash_receipt_platform)
            return
        case PendingCashReceipt():
            yield from _head(words.cash_receipt_pending, cash.purpose, cash.identifier, sheet, words)
        case IssuedCashReceipt():
            yield from _head(words.cash_receipt, cash.purpose, cash.identifier, sheet, words)
            yield from _approval(cash.approval_number, cash.issued_s, sheet, words)
        case CancelledCashReceipt():
            yield from _head(words.cash_receipt_cancelled, cash.purpose, cash.identifier, sheet, words)
            if cash.approval_number:
                yield from _approval(cash.approval_number, cash.issued_s, sheet, words)
            else:
                yield from sheet.text(words.cash_cancel_pending)
            yield from _original(cash, sheet, words)
    yield from _amounts(cash.split, sheet, words, shows_vat=not receipt.shop.is_simplified_taxpayer)
    for line in words.cash_receipt_footer:
        yield from sheet.text(line)


def _head(title: str, purpose: CashReceiptPurpose, identifier: str, sheet: Sheet, words: ReceiptWords) -> Iterator[Row]:
    yield from sheet.text(f"<{title}>", align=Align.CENTRE, bold=True)
    purpose_word = words.cash_for_deduction if purpose is CashReceiptPurpose.DEDUCTION else words.cash_for_expense
    yield from sheet.text(purpose_word)
    yield from sheet.pair(words.identifier, identifier)


def _approval(number: str, issued_s: int, sheet: Sheet, words: ReceiptWords) -> Iterator[Row]:
    yield from sheet.pair(words.approval_number, number)
    yield from sheet.pair(words.approval_date, date_and_time(issued_s, words))


def _original(cash: CancelledCashReceipt, sheet: Sheet, words: ReceiptWords) -> Iterator[Row]:
    reason = {
        CashReceiptReason.CANCELLED: words.reason_cancelled,
        CashReceiptReason.MISTAKE: words.reason_mistake,
        CashReceiptReason.OTHER: words.reason_other,
    }[cash.reason]
    if cash.original_approval_number:
        yield from sheet.pair(words.original_approval_number, cash.original_approval_number)
    yield from sheet.pair(words.original_approval_date, date_of(cash.original_issued_s))
    yield from sheet.pair(words.cancel_reason, reason)


def _amounts(split: TaxSplit, sheet: Sheet, words: ReceiptWords, *, shows_vat: bool) -> Iterator[Row]:
    if shows_vat and split.vat_won:
        yield from sheet.pair(words.taxable_supply, sheet.won(split.taxable_won))
        yield from sheet.pair(words.vat, sheet.won(split.vat_won))
    if split.exempt_won and split.vat_won:
        yield from sheet.pair(words.exempt, sheet.won(split.exempt_won))
    if split.service_won:
        yield from sheet.pair(words.service, sheet.won(split.service_won))
    yield from sheet.pair(words.cash_total, sheet.won(total_of(split)))
