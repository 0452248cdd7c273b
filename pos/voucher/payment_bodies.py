"""Entries about codes: whose journal it is, what was approved, declined, referred, requested, acknowledged.

Imported from `pos.voucher.bodies`. Key 1 of `payment.approved` is the scanned object's bytes, unchanged: they are the
evidence.
"""

from dataclasses import dataclass
from typing import ClassVar

from pos.voucher import body_fields as key
from pos.voucher.body_fields import EntryBody


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalOpened(EntryBody):
    """The first entry: whose journal this is, and the certificate of its key."""

    KIND: ClassVar[str] = "journal.opened"

    terminal: key.TerminalId
    merchant: key.MerchantId
    ledger: key.LedgerId
    certificate: key.ObjectBytes


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentApproved(EntryBody):
    """A payment, paper voucher or paid confirmation was accepted for this amount."""

    KIND: ClassVar[str] = "payment.approved"

    object_bytes: key.ObjectBytes
    receipt_number: key.ReceiptNumber
    sale_id: key.SaleId
    amount_won: key.AmountWon
    business_date: key.BusinessDate
    checks: key.Checks
    clerk: key.Clerk | None = None
    nonce: key.Nonce | None = None
    """Of the payment request that it answers, and thereby closes."""
    total_won: key.TotalWon | None = None
    """What the whole sale owes; the sale is complete when its tenders reach it."""
    tax: key.SplitOfTax | None = None
    """Of the whole sale; with the tender that completes it."""
    change_won: key.ChangeWon | None = None
    """Cash given back on a paper note."""
    ruling: key.RulingOnChange | None = None
    marks: key.NoteMarks | None = None
    features_checked: key.FeaturesChecked | None = None
    """The security features of a paper note that somebody looked at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentDeclined(EntryBody):
    """A code was refused; its bytes are kept when they were authentic, so that its money can come back."""

    KIND: ClassVar[str] = "payment.declined"

    business_date: key.BusinessDate
    checks: key.Checks
    reason: key.Reason
    scanned_sha256: key.ScannedSha256
    object_bytes: key.ObjectBytes | None = None
    receipt_number: key.ReceiptNumber | None = None
    """Of the slip that the customer asked for."""
    sale_id: key.SaleId | None = None
    amount_won: key.AmountWon | None = None
    clerk: key.Clerk | None = None
    details: key.Details | None = None
    issuer: key.IssuerCode | None = None
    """Of a paper note, and so on below."""
    program: key.ProgramId | None = None
    denomination_won: key.DenominationWon | None = None
    serials: key.Serials | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentReferred(EntryBody):
    """A code needed a person, a payment request or the network."""

    KIND: ClassVar[str] = "payment.referred"

    business_date: key.BusinessDate
    checks: key.Checks
    reason: key.Reason
    scanned_sha256: key.ScannedSha256
    object_bytes: key.ObjectBytes | None = None
    sale_id: key.SaleId | None = None
    amount_won: key.AmountWon | None = None
    clerk: key.Clerk | None = None
    details: key.Details | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestOpened(EntryBody):
    """A payment request is about to be shown."""

    KIND: ClassVar[str] = "request.opened"

    request: key.ObjectBytes
    sale_id: key.SaleId
    amount_won: key.AmountWon
    expires_s: key.ExpiryS
    nonce: key.Nonce


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestClosed(EntryBody):
    """A nonce that will never be approved again."""

    KIND: ClassVar[str] = "request.closed"

    nonce: key.Nonce
    reason: key.ReasonOfRequestEnd


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxAcknowledged(EntryBody):
    """Messages up to this number are stored."""

    KIND: ClassVar[str] = "inbox.acknowledged"

    number: key.MessageNumber
