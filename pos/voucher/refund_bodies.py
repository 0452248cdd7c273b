"""Entries about money that goes back to a customer.

One refund gives back parts of one or more tenders of one sale; each part is an entry of its own, all of one refund
are recorded together and share its id and its paper. A voucher's part is a claim that the ledger executes as a new
voucher; cash goes back over the counter. Imported from `pos.voucher.bodies`.
"""

from dataclasses import dataclass
from typing import ClassVar

from pos.errors import MalformedError
from pos.voucher import body_fields as key
from pos.voucher.body_fields import EntryBody


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundRequested(EntryBody):
    """A part of a tender goes back; exactly one of `payment_entry` and `tender_entry` names the tender."""

    KIND: ClassVar[str] = "refund.requested"

    receipt_number: key.ReceiptNumber
    """Of the refund's own paper."""
    sale_id: key.SaleId
    amount_won: key.AmountWon
    business_date: key.BusinessDate
    """The day on which the money goes back."""
    reason: key.Reason
    refund_id: key.RefundId
    sale_receipt: key.SaleReceipt
    kind: key.KindOfRefund
    tender_sequence: key.TenderSequence
    """Sequence of the entry that recorded the tender; its hash is one of the two below."""
    payment_entry: key.OtherEntry | None = None
    """Hash of the `payment.approved` entry: the ledger owes the customer a new voucher over `amount_won`."""
    tender_entry: key.TenderEntry | None = None
    """Hash of the `tender.recorded` entry: settled at the counter."""
    total_won: key.TotalWon | None = None
    """Of the whole refund; with its last part."""
    tax: key.SplitOfTax | None = None
    """Of the whole refund; with its last part."""
    clerk: key.Clerk | None = None

    def __post_init__(self) -> None:
        if (self.payment_entry is None) == (self.tender_entry is None):
            raise MalformedError("a refund names either a payment or another tender")
