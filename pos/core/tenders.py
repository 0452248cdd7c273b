"""Money that is no code: cash with its change, and what was paid elsewhere and is only recorded.

Rules:

- a tender is durable before the screen shows it, with the items of the sale where it is the first;
- cash may be more than is due: what counts is what is due, the rest is handed back; every other tender is at most what
  is due;
- the drawer opens for cash.
"""

from typing import Final

from pos.core.checkout import business_date
from pos.core.counterparts import Counterparts
from pos.core.merchant_qr import MerchantQr
from pos.link.calls import Done, PayOther, Refused
from pos.link.state import TenderView
from pos.till.reasons import Refusal
from pos.voucher.bodies import TenderKind, TenderMethod, TenderRecorded

CHANGE_MAX_WON: Final = 100_000
"""The largest thing that a customer hands over is a cheque of 100 000 won; more change is a slip of the finger."""


class Tenders:
    """Takes cash and other tenders for the open sale."""

    def __init__(self, at: Counterparts, merchant_qr: MerchantQr) -> None:
        self._at = at
        self._merchant_qr = merchant_qr

    def pay(self, call: PayOther) -> Done | Refused:
        """Take part or all of what is due."""
        sale = self._at.counter.sale
        if sale is None or sale.due_won is None or sale.remaining_won is None:
            return Refused(cause=Refusal.NO_SALE)
        refusal = _refusal(call, sale.remaining_won)
        if refusal is not None:
            return Refused(cause=refusal)
        if call.method == TenderMethod.MERCHANT_QR and call.program not in self._merchant_qr.codes:
            return Refused(cause=Refusal.NOT_ACCEPTABLE)
        self._at.counter.make_way()
        amount_won = min(call.amount_won, sale.remaining_won)
        is_completed = amount_won == sale.remaining_won
        kind = TenderKind(call.kind)
        method = TenderMethod(call.method or TenderMethod.OTHER) if kind is TenderKind.OTHER else None
        is_shop_code = method is TenderMethod.MERCHANT_QR
        number = sale.receipt_number or self._at.journal.sales.next_receipt_number()
        reading = self._at.clock.read()
        body = TenderRecorded(
            sale_id=sale.sale_id,
            amount_won=amount_won,
            business_date=business_date(self._at.journal, reading),
            tender=kind,
            receipt_number=number,
            clerk=self._at.clerk() or None,
            total_won=sale.due_won,
            tax=self._at.checkout.tax(sale.due_won, sale.items) if is_completed else None,
            given_won=call.amount_won if call.amount_won > amount_won else None,
            method=method,
            reference=self._merchant_qr.reference(sale, call.program) if is_shop_code else None,
            program=call.program if is_shop_code else None,
        )
        before = () if sale.tenders else self._at.checkout.itemised(sale.sale_id, sale.items, reading)
        self._at.journal.record([*before, body], reading=reading)
        view = TenderView(kind=kind.value, amount_won=amount_won, method=method or "")
        self._at.counter.tender_taken(sale, view, number, handed_won=call.amount_won)
        if kind is TenderKind.CASH:
            self._at.paper.open_drawer_for_sale()
        return Done()


def _refusal(call: PayOther, remaining_won: int) -> Refusal | None:
    if call.amount_won <= 0:
        return Refusal.AMOUNT_ZERO
    if call.kind not in tuple(TenderKind) or (call.method and call.method not in tuple(TenderMethod)):
        return Refusal.NOT_ACCEPTABLE
    most_won = remaining_won + (CHANGE_MAX_WON - 1 if call.kind == TenderKind.CASH else 0)
    return Refusal.TENDER_OVER if call.amount_won > most_won else None
