"""Sales that wait: put aside durably, called back by their number.

Rules:

- a sale put aside is an entry before the counter is free again, with its items and whatever was paid in it;
- called back, it stays kept until it ends or is put aside again: a power cut in between loses nothing;
- numbers are the smallest that are free, so that they fit one digit of the pad.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import assert_never

from pos.core.checkout import business_date
from pos.core.counterparts import Counterparts
from pos.core.sale import Sale, sale_of
from pos.journal.records import SuspendedSale
from pos.link.calls import Done, HoldCall, ListSuspended, Refused, ResumeSale, SuspendedLine, SuspendedPage, SuspendSale
from pos.text import safe_text
from pos.till.reasons import Refusal
from pos.voucher.bodies import SaleResumed, SaleSuspended

HOLDS_MAX = 9
"""As many as there are digits to call them back with."""


class Holds:
    """The sales put aside at one till."""

    def __init__(self, at: Counterparts, *, program_name: Callable[[int], str]) -> None:
        self._at = at
        self._program_name = program_name

    def answer(self, call: HoldCall) -> SuspendedPage | Done | Refused:
        match call:
            case SuspendSale():
                return self._suspend()
            case ListSuspended():
                return SuspendedPage(lines=tuple(map(_line, self._waiting())))
            case ResumeSale(sale_id=sale_id):
                return self._resume(sale_id)
            case _:
                assert_never(call)

    def count(self) -> int:
        """How many wait."""
        return len(self._waiting())

    def _waiting(self) -> tuple[SuspendedSale, ...]:
        open_sale = self._at.counter.sale
        at_counter = None if open_sale is None else open_sale.sale_id
        return tuple(sale for sale in self._at.journal.sales.suspended() if sale.sale_id != at_counter)

    def _suspend(self) -> Done | Refused:
        sale = self._at.counter.sale
        if sale is None or sale.due_won is None:
            return Refused(cause=Refusal.NO_SALE)
        taken = {waiting.hold_number for waiting in self._waiting()}
        free = next((number for number in range(1, HOLDS_MAX + 1) if number not in taken), None)
        if free is None:
            return Refused(cause=Refusal.TOO_MANY_HELD)
        self._at.counter.make_way()
        reading = self._at.clock.read()
        body = SaleSuspended(
            sale_id=sale.sale_id,
            business_date=business_date(self._at.journal, reading),
            total_won=sale.due_won,
            hold_number=free,
            items=sale.items or None,
            clerk=self._at.clerk() or None,
        )
        self._at.journal.record([body], reading=reading)
        self._at.counter.put(None)
        return Done()

    def _resume(self, sale_id: bytes) -> Done | Refused:
        waiting = next((sale for sale in self._waiting() if sale.sale_id == sale_id), None)
        if waiting is None:
            return Refused(cause=Refusal.NOT_FOUND)
        if self._at.counter.sale is not None:
            return Refused(cause=Refusal.SALE_OPEN)
        self._at.counter.make_way()
        record = self._at.journal.sales.sale(sale_id)
        if record is None:
            held = Sale(sale_id=sale_id, due_won=waiting.total_won, items=waiting.items, is_held=True)
            self._at.counter.put(held)
            return Done()
        self._at.journal.record(
            [SaleResumed(sale_id=sale_id, clerk=self._at.clerk() or None)], reading=self._at.clock.read()
        )
        self._at.counter.put(replace(sale_of(record, self._program_name), is_held=True))
        return Done()


def _line(sale: SuspendedSale) -> SuspendedLine:
    return SuspendedLine(
        sale_id=sale.sale_id,
        hold_number=sale.hold_number,
        time_s=sale.time_s,
        total_won=sale.total_won,
        paid_won=sale.paid_won,
        first_item=safe_text(sale.items[0].name) if sale.items else "",
    )
