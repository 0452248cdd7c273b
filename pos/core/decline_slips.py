"""Slips that prove a refusal: for a customer who asks for one after an authentic code was declined.

Rules:

- a slip is for a `payment.declined` entry that holds the code's bytes, and for nothing else: what could not be verified
  might be anybody's, and what was referred was not declined;
- its name is D and the entry's number; like every document it is made anew whenever it is wanted, and its receipt code
  (protocol, "Receipt code", kind 4) has the same bytes on every copy;
- nobody prints one by itself.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from pos.journal.journal import Journal
from pos.link.state import Outcome, VerdictView
from pos.text import SafeText, safe_text
from pos.till.reasons import Reason
from pos.voucher.bodies import PaymentDeclined, parse_body
from pos.voucher.claims import Payment
from pos.voucher.entry import Entry
from pos.voucher.signed import decode_payment

_SLIP: Final = re.compile(r"D([1-9][0-9]{0,12})", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """A payment that was declined, and what its holder was told."""

    entry: Entry
    payment: Payment
    object_bytes: bytes
    business_date: str
    told: SafeText


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclineSlips:
    """Finds what a slip is about."""

    journal: Journal
    sentence: Callable[[VerdictView], str]
    """The reason in the customer's words."""

    def refusal(self, name: str) -> Refusal | None:
        """What the slip of this name proves; None where there is no such refusal."""
        match = _SLIP.fullmatch(name)
        entry = None if match is None else self.journal.entry(int(match[1]))
        if entry is None:
            return None
        body = parse_body(entry.kind, entry.body)
        if not isinstance(body, PaymentDeclined) or body.object_bytes is None:
            return None
        payment = decode_payment(body.object_bytes).claims
        return Refusal(
            entry=entry,
            payment=payment,
            object_bytes=body.object_bytes,
            business_date=body.business_date,
            told=safe_text(self._told(body, payment, entry)),
        )

    def _told(self, body: PaymentDeclined, payment: Payment, entry: Entry) -> str:
        if body.reason not in tuple(Reason):
            return body.reason
        view = VerdictView(
            serial=0,
            outcome=Outcome.DECLINED,
            reason=body.reason,
            amount_won=payment.amount_won,
            difference_won=abs(payment.amount_won - (body.amount_won or payment.amount_won)),
            limit_won=payment.spent_before_won + payment.amount_won,
            entry_sequence=entry.sequence,
            time_s=entry.time_s,
        )
        return self.sentence(view)


def slip_name(entry: int) -> str:
    """What the slip about this entry is called."""
    return f"D{entry}"
