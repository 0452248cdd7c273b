"""Cash receipts' rows while entries about them are being applied."""

import sqlite3

from pos.journal.records import CashReceiptAnswer, Place
from pos.voucher.bodies import (
    CashReceiptCancelRequested,
    CashReceiptConfirmed,
    CashReceiptIssued,
    CashReceiptRejected,
    CashReceiptRequested,
)


def request_cash_receipt(
    connection: sqlite3.Connection, at: Place, body: CashReceiptRequested | CashReceiptCancelRequested
) -> None:
    """Add a request. Raises sqlite3.IntegrityError where its id is taken, or the sale or the original is unknown."""
    row = connection.execute("SELECT sale FROM sales WHERE sale_id = ?", (body.sale_id,)).fetchone()
    if row is None:
        raise sqlite3.IntegrityError("a cash receipt for a sale that is not here")
    if isinstance(body, CashReceiptRequested):
        original, refund, reason = None, None, None
        buyer = (body.purpose.value, body.identifier_kind.value, body.identifier)
    else:
        original, refund, reason = body.original_id, body.refund_id, body.reason.value
        buyer = connection.execute(
            "SELECT purpose, identifier_kind, identifier FROM cash_receipts WHERE cash_receipt_id = ?", (original,)
        ).fetchone()
        if buyer is None:
            raise sqlite3.IntegrityError("a cancellation of a cash receipt that is not here")
    tax = body.tax
    split = (tax.taxable_won, tax.vat_won, tax.exempt_won, tax.service_won)
    ids = (at.sequence, body.cash_receipt_id, original, refund, row[0], body.amount_won)
    connection.execute(
        "INSERT INTO cash_receipts VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, NULL, NULL, NULL, NULL)",
        (*ids, *split, *buyer, body.traded_s, body.business_date, reason),
    )


def answer_cash_receipt(
    connection: sqlite3.Connection, body: CashReceiptIssued | CashReceiptConfirmed | CashReceiptRejected
) -> None:
    """Write down what the provider said. An approval number once given is never taken away by a later answer."""
    match body:
        case CashReceiptIssued():
            connection.execute(
                "UPDATE cash_receipts SET answer = ?, approval_number = ?, approved_s = ?, failure = NULL"
                " WHERE cash_receipt_id = ? AND approval_number IS NULL",
                (CashReceiptAnswer.APPROVED.value, body.approval_number, body.approved_s, body.cash_receipt_id),
            )
        case CashReceiptConfirmed():
            connection.execute(
                "UPDATE cash_receipts SET answer = ? WHERE cash_receipt_id = ? AND approval_number IS NOT NULL",
                (CashReceiptAnswer.CONFIRMED.value, body.cash_receipt_id),
            )
        case CashReceiptRejected():
            connection.execute(
                "UPDATE cash_receipts SET answer = ?, failure = ?"
                " WHERE cash_receipt_id = ? AND approval_number IS NULL",
                (CashReceiptAnswer.REJECTED.value, body.reason, body.cash_receipt_id),
            )
