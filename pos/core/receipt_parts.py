"""Parts of receipts, made from what the journal holds. Pure."""

from pos.errors import MalformedError
from pos.journal.records import CashReceiptRecord, SaleRecord
from pos.text import safe_text
from pos.till.receipt.receipt import CancelledCashReceipt, LineItem
from pos.voucher.bodies import CashReceiptReason
from pos.voucher.claims import Voucher
from pos.voucher.signed import decode_paper_voucher, decode_payment


def voucher_in(object_bytes: bytes) -> Voucher | None:
    """The voucher that a payment was made from, or that a note is; None for what was paid online."""
    try:
        return decode_payment(object_bytes).voucher.claims
    except MalformedError:
        pass
    try:
        return decode_paper_voucher(object_bytes).claims
    except MalformedError:
        return None


def line_items(sale: SaleRecord, total_won: int) -> tuple[LineItem, ...]:
    """What was sold; nothing where the receipt is for a part of it only."""
    if sum(item.amount_won for item in sale.items) != total_won:
        return ()
    return tuple(
        LineItem(
            name=safe_text(item.name),
            amount_won=item.amount_won,
            quantity=item.quantity,
            unit_price_won=item.unit_price_won,
            tax=item.tax,
        )
        for item in sale.items
    )


def cancelled_cash_receipt(
    cancel: CashReceiptRecord, receipts: tuple[CashReceiptRecord, ...], *, asked_s: int
) -> CancelledCashReceipt:
    """A cancellation and the one of these that it takes back."""
    original = next(receipt for receipt in receipts if receipt.cash_receipt_id == cancel.original_id)
    return CancelledCashReceipt(
        purpose=cancel.purpose,
        identifier=cancel.identifier,
        approval_number=cancel.approval_number or "",
        issued_s=cancel.approved_s or asked_s,
        original_approval_number=original.approval_number or "",
        original_issued_s=original.approved_s or original.traded_s,
        reason=cancel.cancel_reason or CashReceiptReason.OTHER,
        split=cancel.tax,
    )
