"""A sale that is given up when something was paid in it: everything goes back the way it came.

Rules:

- one transaction says that the sale is cancelled and what goes back of each tender;
- cash and notes go back over the counter, at once; what a voucher paid is a claim that the ledger executes as a new
  voucher, never cash;
- nothing paid means nothing to give back: only the end is written, and only where the journal knows the sale.
"""

import secrets

from pos.clock import Clock, Reading
from pos.core.checkout import Clerk, business_date
from pos.core.paper import Paper
from pos.core.sale import Sale
from pos.journal.journal import Journal
from pos.journal.records import TenderForm, TenderRecord
from pos.voucher.bodies import EntryBody, RefundKind, RefundRequested, SaleCancelled

_BY_LEDGER = (TenderForm.VOUCHER, TenderForm.CONFIRMATION)
_FROM_DRAWER = (TenderForm.CASH, TenderForm.NOTE, TenderForm.SCANNED_NOTE)
REFUND_ID_BYTES = 16


class GivingBack:
    """Ends sales that nobody finishes."""

    def __init__(self, *, journal: Journal, paper: Paper, clock: Clock, clerk: Clerk) -> None:
        self._journal = journal
        self._paper = paper
        self._clock = clock
        self._clerk = clerk

    def give_up(self, sale: Sale, *, reason: str) -> None:
        """Cancel the sale, durably, and say what goes back."""
        reading = self._clock.read()
        cancelled = SaleCancelled(
            sale_id=sale.sale_id,
            business_date=business_date(self._journal, reading),
            reason=reason,
            clerk=self._clerk() or None,
        )
        record = self._journal.sales.sale(sale.sale_id)
        tenders = () if record is None else record.tenders
        self._journal.record([cancelled, *self._refunds(sale, tenders, reason, reading)], reading=reading)
        if any(tender.form in _FROM_DRAWER for tender in tenders):
            self._paper.open_drawer_for_sale()

    def _refunds(self, sale: Sale, tenders: tuple[TenderRecord, ...], reason: str, reading: Reading) -> list[EntryBody]:
        number = self._journal.sales.next_receipt_number()
        refund_id = secrets.token_bytes(REFUND_ID_BYTES)
        total_won = sum(tender.amount_won for tender in tenders)
        return [
            self._part(sale, tender, number, refund_id, reason, reading, total_won if tender is tenders[-1] else None)
            for tender in tenders
        ]

    def _part(
        self,
        sale: Sale,
        tender: TenderRecord,
        number: str,
        refund_id: bytes,
        reason: str,
        reading: Reading,
        total_won: int | None,
    ) -> RefundRequested:
        entry = self._journal.entry(tender.entry)
        assert entry is not None, "a tender is an entry"
        is_by_ledger = tender.form in _BY_LEDGER
        return RefundRequested(
            receipt_number=number,
            sale_id=sale.sale_id,
            amount_won=tender.amount_won,
            business_date=business_date(self._journal, reading),
            reason=reason,
            refund_id=refund_id,
            sale_receipt=sale.receipt_number or "",
            kind=RefundKind.VOID,
            tender_sequence=tender.entry,
            payment_entry=entry.hash if is_by_ledger else None,
            tender_entry=None if is_by_ledger else entry.hash,
            total_won=total_won,
            clerk=self._clerk() or None,
        )
