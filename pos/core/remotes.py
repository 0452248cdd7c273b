"""Orders from delivery apps and malls, and payments from elsewhere: shown until a person answers them.

Rules:

- what the ledger was paid for becomes a sale when it is accepted, once; it is in the day's totals like any other and
  has a receipt of its own, the slip for the kitchen and the bag;
- an order without a payment is only answered: the sale is made when the customer pays;
- a refusal is an entry with its cause; the ledger gives the money back.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from pos.clock import Clock
from pos.core.checkout import Checkout, business_date, new_sale_id
from pos.core.paper import Paper
from pos.core.remote_words import items_of, who_of
from pos.journal.journal import Journal
from pos.link.calls import AnswerRemote, Done, ListRemotes, Refused, RemoteLine, RemotePage
from pos.text import safe_text
from pos.till.reasons import Refusal
from pos.voucher.bodies import EntryBody, RemoteAccepted, RemoteAnswered, RemoteAnswerKind
from pos.voucher.message_bodies import OrderTold, RemotePaymentTold

CAUSE_CHARACTERS_MAX: Final = 40
_NO_PROGRAM: Final = "remote"


@dataclass(frozen=True, slots=True, kw_only=True)
class Remotes:
    """Answers the calls about what came from elsewhere."""

    journal: Journal
    checkout: Checkout
    paper: Paper
    clock: Clock
    clerk: Callable[[], str]

    def answer(self, call: ListRemotes | AnswerRemote) -> RemotePage | Done | Refused:
        if isinstance(call, ListRemotes):
            return RemotePage(lines=tuple(map(_line, self._waiting())))
        told = next((told for told in self._waiting() if _subject(told) == call.subject), None)
        if told is None:
            return Refused(cause=Refusal.NOT_FOUND)
        number = self.journal.sales.next_receipt_number()
        body = self._accepted(told, number) if call.is_accepted else self._refused(told, call.cause)
        self.journal.record([body], reading=self.clock.read())
        if isinstance(body, RemoteAccepted):
            self.paper.sale_ended(number)
        return Done()

    def waiting(self) -> int:
        """How many nobody has answered."""
        return len(self._waiting())

    def _waiting(self) -> tuple[OrderTold | RemotePaymentTold, ...]:
        inbox, remotes = self.journal.inbox, self.journal.remotes
        orders = [told for _, told in inbox.told(OrderTold)]
        ordered = {told.payment_id for told in orders}
        # What answers a request of this till ends a sale by itself, or goes back: nobody is asked.
        payments = [
            told
            for _, told in inbox.told(RemotePaymentTold)
            if told.payment_id not in ordered and told.confirmation is None
        ]
        waiting: tuple[OrderTold | RemotePaymentTold, ...] = (*orders, *payments)
        return tuple(told for told in waiting if not remotes.is_answered(_subject(told)))

    def _accepted(self, told: OrderTold | RemotePaymentTold, number: str) -> EntryBody:
        today = business_date(self.journal, self.clock.read())
        clerk = self.clerk() or None
        if told.payment_id is None or told.issuer is None:
            return RemoteAnswered(
                subject=_subject(told), answer=RemoteAnswerKind.ACCEPTED, business_date=today, clerk=clerk
            )
        amount_won = _amount_won(told)
        return RemoteAccepted(
            subject=_subject(told),
            payment_id=told.payment_id,
            sale_id=new_sale_id(),
            receipt_number=number,
            amount_won=amount_won,
            business_date=today,
            issuer=told.issuer,
            program=told.program or _NO_PROGRAM,
            total_won=amount_won,
            tax=self.checkout.tax(amount_won),
            clerk=clerk,
        )

    def _refused(self, told: OrderTold | RemotePaymentTold, cause: str) -> EntryBody:
        return RemoteAnswered(
            subject=_subject(told),
            answer=RemoteAnswerKind.REFUSED,
            business_date=business_date(self.journal, self.clock.read()),
            reason=safe_text(cause or "other", characters_max=CAUSE_CHARACTERS_MAX),
            clerk=self.clerk() or None,
        )


def _subject(told: OrderTold | RemotePaymentTold) -> bytes:
    return told.order_id if isinstance(told, OrderTold) else told.payment_id


def _amount_won(told: OrderTold | RemotePaymentTold) -> int:
    return told.total_won if isinstance(told, OrderTold) else told.amount_won


def _line(told: OrderTold | RemotePaymentTold) -> RemoteLine:
    return RemoteLine(
        subject=_subject(told),
        time_s=told.placed_s if isinstance(told, OrderTold) else told.paid_s,
        amount_won=_amount_won(told),
        who=who_of(told),
        what=items_of(told),
        is_order=isinstance(told, OrderTold),
        is_paid=told.payment_id is not None,
        answer_until_s=(told.answer_until_s or 0) if isinstance(told, OrderTold) else 0,
    )
