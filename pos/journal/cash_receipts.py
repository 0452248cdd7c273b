"""Cash receipts that the shop has to issue, and where each stands."""

from typing import Final

from pos.journal.database import Database, Row, SqlValue
from pos.journal.payments import ACKNOWLEDGED
from pos.journal.records import CashReceiptAnswer, CashReceiptRecord
from pos.voucher.bodies import CashReceiptPurpose, CashReceiptReason, IdentifierKind, TaxSplit

RECEIPTS_MAX: Final = 1_000

_RECEIPTS: Final = (
    "SELECT c.entry, c.cash_receipt_id, s.sale_id, s.receipt_number, c.amount_won, c.taxable_won, c.vat_won,"
    " c.exempt_won, c.service_won, c.purpose, c.identifier_kind, c.identifier, c.traded_s,"
    f" c.entry <= {ACKNOWLEDGED}, c.answer, c.approval_number, c.approved_s, c.failure, c.original_id,"
    " c.refund_id, c.cancel_reason, (SELECT coalesce(sum(x.amount_won), 0) FROM cash_receipts x"
    " WHERE x.sale = c.sale AND x.original_id = c.cash_receipt_id AND x.answer IS NOT 'rejected')"
    " FROM cash_receipts c JOIN sales s ON s.sale = c.sale"
)


class CashReceipts:
    """Questions about cash receipts."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def receipt(self, cash_receipt_id: bytes) -> CashReceiptRecord | None:
        """The request of this id, an issue or a cancellation."""
        found = self._many("WHERE c.cash_receipt_id = ? ORDER BY c.entry LIMIT ?", cash_receipt_id)
        return found[0] if found else None

    def of_sale(self, sale_id: bytes) -> tuple[CashReceiptRecord, ...]:
        """Every request about a sale, oldest first."""
        return self._many("WHERE s.sale_id = ? ORDER BY c.entry LIMIT ?", sale_id)

    def standing(self, sale_id: bytes) -> CashReceiptRecord | None:
        """The one that stands for a sale now."""
        return next((receipt for receipt in self.of_sale(sale_id) if not receipt.is_over), None)

    def unanswered(self) -> tuple[CashReceiptRecord, ...]:
        """Requests without an approval, rejected ones among them, the oldest sale first."""
        return self._many("WHERE c.answer IS NULL OR c.answer = 'rejected' ORDER BY c.traded_s LIMIT ?")

    def unsettled(self) -> tuple[CashReceiptRecord, ...]:
        """Requests of which more may still be told: not approved yet, or not confirmed."""
        return self._many("WHERE c.answer IS NOT 'confirmed' ORDER BY c.entry DESC LIMIT ?")

    def of_day(self, business_date: str) -> tuple[CashReceiptRecord, ...]:
        """Requests made on a business day, oldest first."""
        return self._many("WHERE c.business_date = ? ORDER BY c.entry LIMIT ?", business_date)

    def _many(self, where: str, *keys: SqlValue) -> tuple[CashReceiptRecord, ...]:
        return tuple(map(_receipt, self._database.rows(f"{_RECEIPTS} {where}", *keys, RECEIPTS_MAX)))


def _receipt(row: Row) -> CashReceiptRecord:
    entry, cash_receipt_id, sale_id, sale_receipt, amount_won = row[:5]
    purpose, identifier_kind, identifier, traded_s, is_acknowledged = row[9:14]
    answer, approval_number, approved_s, failure, original_id, refund_id, cancel_reason, cancelled_won = row[14:]
    return CashReceiptRecord(
        entry=entry,
        cash_receipt_id=cash_receipt_id,
        sale_id=sale_id,
        sale_receipt=sale_receipt or "",
        amount_won=amount_won,
        tax=TaxSplit(taxable_won=row[5], vat_won=row[6], exempt_won=row[7], service_won=row[8]),
        purpose=CashReceiptPurpose(purpose),
        identifier_kind=IdentifierKind(identifier_kind),
        identifier=identifier,
        traded_s=traded_s,
        is_acknowledged=bool(is_acknowledged),
        answer=None if answer is None else CashReceiptAnswer(answer),
        approval_number=approval_number,
        approved_s=approved_s,
        failure=failure,
        original_id=original_id,
        refund_id=refund_id,
        cancel_reason=None if cancel_reason is None else CashReceiptReason(cancel_reason),
        cancelled_won=cancelled_won,
    )
