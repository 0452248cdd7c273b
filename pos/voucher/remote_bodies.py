"""Entries about orders and payments that came from elsewhere, and what the shop said to them.

Imported from `pos.voucher.bodies`.
"""

from dataclasses import dataclass
from typing import ClassVar

from pos.voucher import body_fields as key
from pos.voucher.body_fields import EntryBody


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteAccepted(EntryBody):
    """A payment that the ledger took elsewhere is a sale of this shop."""

    KIND: ClassVar[str] = "remote.accepted"

    subject: key.RemoteSubject
    """The payment's id at the ledger, or the order's."""
    payment_id: key.RemotePayment
    sale_id: key.SaleId
    receipt_number: key.ReceiptNumber
    amount_won: key.AmountWon
    business_date: key.BusinessDate
    issuer: key.RemoteIssuer
    program: key.RemoteProgram
    total_won: key.TotalWon
    tax: key.SplitOfTax
    clerk: key.Clerk | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteAnswered(EntryBody):
    """An order without a payment was accepted, or something was refused: no money moved here."""

    KIND: ClassVar[str] = "remote.answered"

    subject: key.RemoteSubject
    answer: key.RemoteAnswer
    business_date: key.BusinessDate
    reason: key.Reason | None = None
    clerk: key.Clerk | None = None
