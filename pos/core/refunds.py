"""Taking sales back: what can go back of one, and the record of what did.

Rules:

- everything is planned from the journal at the moment it is recorded, so two quick keys never give back twice;
- all parts of a refund, and the cancellation of its cash receipt, are one transaction;
- the sale just made may be taken back without its receipt for as long as the strictest of its programmes allows;
- a receipt code counts only when this terminal signed it, and then stands for its number: the amounts are the
  journal's. Another till of the shop is told by its certificate and sent there;
- cash leaves the drawer only for what was paid in cash.

What the ledger makes of a voucher's part is the ledger's; how it is said is for the words.
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from pos.clock import Clock, Reading
from pos.core.cash_receipts import CashReceipts
from pos.core.checkout import business_date
from pos.core.paper import Paper
from pos.core.receipt_codes import ReceiptCodes
from pos.core.receipts import Receipts
from pos.core.trust_store import TrustStore
from pos.journal.journal import Journal
from pos.journal.records import Delivery, SaleRecord, SaleState, TenderForm, TenderRecord
from pos.link.calls import MakeRefund, PreviewRefund, RefundMade, RefundPlan, Refused
from pos.money import AMOUNT_MAX_WON
from pos.text import safe_text
from pos.till.policy import Program
from pos.till.reasons import Refusal
from pos.till.refund import Refund, Refundable, Way, plan_refund
from pos.voucher.bodies import CashDirection, CashMoved, EntryBody, RefundKind, RefundRequested

CAUSE_CHARACTERS_MAX: Final = 40
CHANGE_BACK: Final = "change_back"
_WAYS: Final = {
    TenderForm.VOUCHER: Way.VOUCHER,
    TenderForm.CONFIRMATION: Way.VOUCHER,
    TenderForm.NOTE: Way.NOTE,
    TenderForm.SCANNED_NOTE: Way.NOTE,
    TenderForm.CASH: Way.CASH,
    TenderForm.OTHER: Way.ELSEWHERE,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Planned:
    sale: SaleRecord
    refund: Refund
    left_won: int
    kind: RefundKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Refunds:
    """Answers the calls about taking sales back."""

    journal: Journal
    trust: TrustStore
    receipts: Receipts
    cash_receipts: CashReceipts
    paper: Paper
    codes: ReceiptCodes
    clock: Clock
    clerk: Callable[[], str]

    def answer(self, call: PreviewRefund | MakeRefund) -> RefundPlan | RefundMade | Refused:
        reading = self.clock.read()
        planned = self._planned(call, reading)
        if isinstance(planned, Refusal):
            return Refused(cause=planned)
        plan = self._told(planned)
        if isinstance(call, PreviewRefund):
            return plan
        number = self._record(planned, call.cause, reading)
        return RefundMade(receipt_number=number, plan=plan)

    def take_back(self, sale: SaleRecord, cause: str, *, reading: Reading) -> tuple[EntryBody, ...] | Refusal:
        """What to record so that everything paid in a sale goes back, for whoever records more with it."""
        refund = plan_refund(self._refundable(sale), amount_won=None, tax=None)
        if isinstance(refund, Refusal):
            return refund
        left_won = refund.amount_won
        planned = _Planned(sale=sale, refund=refund, left_won=left_won, kind=RefundKind.VOID)
        return self._bodies(planned, cause, reading)

    def _planned(self, call: PreviewRefund | MakeRefund, reading: Reading) -> _Planned | Refusal:
        sale = self._sale(call.receipt_number)
        if sale is None:
            return Refusal.NOT_FOUND
        if call.code and self.codes.read(call.code) != call.receipt_number:
            return Refusal.NOT_A_RECEIPT
        if sale.state is SaleState.OPEN:
            return Refusal.SALE_STILL_OPEN
        if not 0 <= call.amount_won <= AMOUNT_MAX_WON:
            return Refusal.AMOUNT_TOO_LARGE
        tenders = self._refundable(sale)
        left_won = sum(tender.left_won for tender in tenders)
        refund = plan_refund(tenders, amount_won=call.amount_won or None, tax=sale.tax)
        if isinstance(refund, Refusal):
            return refund
        refusal = self._refusal(call, sale, refund, left_won, reading)
        if refusal is not None:
            return refusal
        is_void = refund.amount_won == sale.paid_won and sale.business_date == business_date(self.journal, reading)
        kind = RefundKind.VOID if is_void else RefundKind.REFUND
        return _Planned(sale=sale, refund=refund, left_won=left_won, kind=kind)

    def _refusal(
        self, call: PreviewRefund | MakeRefund, sale: SaleRecord, refund: Refund, left_won: int, reading: Reading
    ) -> Refusal | None:
        programs = [program for tender in sale.tenders if (program := self._program(tender)) is not None]
        has_voucher = refund.won_by(Way.VOUCHER) > 0
        if has_voucher and refund.amount_won < left_won and not all(item.is_part_refund_allowed for item in programs):
            return Refusal.PART_REFUND_NOT_ALLOWED
        age_s = reading.time_s - (sale.ended_s or sale.opened_s)
        if not call.receipt_number and programs and age_s > min(item.cancel_s for item in programs):
            return Refusal.CANCEL_TOO_LATE
        return None

    def _sale(self, number: str) -> SaleRecord | None:
        if not number:
            return self.journal.sales.last_sale()
        if self.journal.refunds.of_receipt(number) is not None:
            return None
        return self.journal.sales.sale_of_receipt(number)

    def _refundable(self, sale: SaleRecord) -> tuple[Refundable, ...]:
        refunded = {item.tender: item.amount_won for item in self.journal.refunds.refunded(sale.sale_id)}
        return tuple(
            Refundable(
                entry=self._hash(tender.entry),
                sequence=tender.entry,
                way=_WAYS[tender.form],
                amount_won=tender.amount_won,
                refunded_won=refunded.get(tender.entry, 0),
                # Only the tender that ends a sale is more than what was left.
                change_won=sale.change_won if tender is sale.tenders[-1] else 0,
                is_conflict=tender.delivery is Delivery.CONFLICT,
            )
            for tender in sale.tenders
        )

    def _told(self, planned: _Planned) -> RefundPlan:
        sale, refund = planned.sale, planned.refund
        return RefundPlan(
            receipt_number=sale.receipt_number or "",
            sold_s=sale.ended_s or sale.opened_s,
            total_won=sale.paid_won,
            left_won=planned.left_won,
            amount_won=refund.amount_won,
            voucher_won=refund.won_by(Way.VOUCHER),
            cash_won=refund.won_by(Way.CASH),
            note_won=refund.won_by(Way.NOTE),
            elsewhere_won=refund.won_by(Way.ELSEWHERE),
            stage=_stage(sale, refund),
            cash_receipt_won=self.cash_receipts.to_take_back_won(sale, refund),
            change_won=refund.change_won,
            is_void=planned.kind is RefundKind.VOID,
        )

    def _record(self, planned: _Planned, cause: str, reading: Reading) -> str:
        bodies = self._bodies(planned, cause, reading)
        taken_back = self.cash_receipts.take_back(
            planned.sale, planned.refund, refund_id=_refund_id(bodies), reading=reading
        )
        change = self._change(planned.refund, reading)
        self.journal.record([*bodies, *taken_back, *change], reading=reading)
        number = bodies[0].receipt_number
        self.paper.sale_ended(number)
        if planned.refund.won_by(Way.CASH) or change:
            self.paper.open_drawer_for_sale()
        return number

    def _change(self, refund: Refund, reading: Reading) -> tuple[EntryBody, ...]:
        """What the customer gives back of the change on notes: it lies in the drawer again."""
        if not refund.change_won:
            return ()
        return (
            CashMoved(
                amount_won=refund.change_won,
                direction=CashDirection.IN,
                reason=CHANGE_BACK,
                business_date=business_date(self.journal, reading),
                clerk=self.clerk() or None,
            ),
        )

    def _bodies(self, planned: _Planned, cause: str, reading: Reading) -> tuple[RefundRequested, ...]:
        number, refund_id = self.journal.sales.next_receipt_number(), secrets.token_bytes(16)
        sale, parts = planned.sale, planned.refund.parts
        return tuple(
            RefundRequested(
                receipt_number=number,
                sale_id=sale.sale_id,
                amount_won=part.amount_won,
                business_date=business_date(self.journal, reading),
                reason=safe_text(cause, characters_max=CAUSE_CHARACTERS_MAX),
                refund_id=refund_id,
                sale_receipt=sale.receipt_number or number,
                kind=planned.kind,
                tender_sequence=part.tender.sequence,
                payment_entry=part.tender.entry if part.tender.way is Way.VOUCHER else None,
                tender_entry=None if part.tender.way is Way.VOUCHER else part.tender.entry,
                total_won=planned.refund.sold_won if part is parts[-1] else None,
                tax=planned.refund.tax if part is parts[-1] else None,
                clerk=self.clerk() or None,
            )
            for part in parts
        )

    def _program(self, tender: TenderRecord) -> Program | None:
        voucher = self.receipts.voucher(tender.entry)
        return None if voucher is None else self.trust.program(voucher.issuer, voucher.program)

    def _hash(self, sequence: int) -> bytes:
        entry = self.journal.entry(sequence)
        assert entry is not None, "a tender is an entry"
        return entry.hash


def _refund_id(bodies: tuple[RefundRequested, ...]) -> bytes:
    return bodies[0].refund_id


def _stage(sale: SaleRecord, refund: Refund) -> str:
    """The furthest that the money of any voucher part has gone."""
    entries = {part.tender.sequence for part in refund.parts if part.tender.way is Way.VOUCHER}
    deliveries = {tender.delivery for tender in sale.tenders if tender.entry in entries}
    if not deliveries:
        return ""
    if Delivery.SETTLED in deliveries:
        return "settled"
    return "not_sent" if deliveries == {Delivery.WAITING} else "sent"
