"""What each kind of journal entry says, as types.

Rules:

- a kind and its keys never change their meaning; keys are added, and unknown keys are ignored;
- an unknown kind is not an error: it is stored and carried as it came (`UnknownBody`);
- every entry also carries the boot it was written in and the milliseconds since then (`stamped`), so that the order
  and the distance of entries can be judged where the clock could not be trusted.

Key 1 of `payment.approved` is the scanned object's bytes, unchanged: they are the evidence.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import ClassVar, Final

from pos.voucher import body_fields as key
from pos.voucher.body_fields import EntryBody, PrintOutcome, RequestEnd, TaxSplit, TenderKind
from pos.voucher.entry import Body

__all__ = [
    "AttentionClosed",
    "BootStamp",
    "DrawerOpened",
    "EntryBody",
    "InboxAcknowledged",
    "JournalOpened",
    "PaymentApproved",
    "PaymentDeclined",
    "PaymentReferred",
    "PrintOutcome",
    "ReceiptPrinted",
    "ReceiptReprinted",
    "RequestClosed",
    "RequestEnd",
    "RequestOpened",
    "SaleCancelled",
    "SaleCompleted",
    "TaxSplit",
    "TenderKind",
    "TenderRecorded",
    "UnknownBody",
    "boot_of",
    "parse_body",
    "stamped",
]


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
class TenderRecorded(EntryBody):
    """Money that is no voucher."""

    KIND: ClassVar[str] = "tender.recorded"

    sale_id: key.SaleId
    amount_won: key.AmountWon
    business_date: key.BusinessDate
    tender: key.KindOfTender
    receipt_number: key.ReceiptNumber | None = None
    clerk: key.Clerk | None = None
    total_won: key.TotalWon | None = None
    """What the whole sale owes; the sale is complete when its tenders reach it."""
    tax: key.SplitOfTax | None = None
    """Of the whole sale; with the tender that completes it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SaleCompleted(EntryBody):
    """Everything owed has been paid."""

    KIND: ClassVar[str] = "sale.completed"

    receipt_number: key.ReceiptNumber
    sale_id: key.SaleId
    business_date: key.BusinessDate
    total_won: key.TotalWon
    tax: key.SplitOfTax
    clerk: key.Clerk | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SaleCancelled(EntryBody):
    """A sale that was begun and given up."""

    KIND: ClassVar[str] = "sale.cancelled"

    sale_id: key.SaleId
    business_date: key.BusinessDate
    reason: key.Reason
    clerk: key.Clerk | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptPrinted(EntryBody):
    """How the printing of a receipt ended."""

    KIND: ClassVar[str] = "receipt.printed"

    receipt_number: key.ReceiptNumber
    copy_number: key.CopyNumber
    outcome: key.OutcomeOfPrint


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptReprinted(EntryBody):
    """Somebody asked for another copy."""

    KIND: ClassVar[str] = "receipt.reprinted"

    receipt_number: key.ReceiptNumber
    copy_number: key.CopyNumber
    clerk: key.Clerk | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AttentionClosed(EntryBody):
    """A person dealt with what the entry named here had left open."""

    KIND: ClassVar[str] = "attention.closed"

    entry: key.OtherEntry
    reason: key.Reason
    clerk: key.Clerk | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawerOpened(EntryBody):
    """The drawer was told to open."""

    KIND: ClassVar[str] = "drawer.opened"

    reason: key.Reason
    clerk: key.Clerk | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxAcknowledged(EntryBody):
    """Messages up to this number are stored."""

    KIND: ClassVar[str] = "inbox.acknowledged"

    number: key.MessageNumber


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownBody:
    """The body of a kind that this version does not know."""

    kind: str
    body: Body


@dataclass(frozen=True, slots=True, kw_only=True)
class BootStamp(EntryBody):
    """Keys that every entry carries beside its own."""

    KIND: ClassVar[str] = "boot stamp"

    boot_id: key.BootId
    boot_ms: key.BootMs
    """CLOCK_BOOTTIME in milliseconds."""


_KINDS: Final[Mapping[str, type[EntryBody]]] = MappingProxyType(
    {
        kind.KIND: kind
        for kind in (
            JournalOpened,
            PaymentApproved,
            PaymentDeclined,
            PaymentReferred,
            RequestOpened,
            RequestClosed,
            TenderRecorded,
            SaleCompleted,
            SaleCancelled,
            ReceiptPrinted,
            ReceiptReprinted,
            AttentionClosed,
            DrawerOpened,
            InboxAcknowledged,
        )
    }
)


def parse_body(kind: str, body: Body) -> EntryBody | UnknownBody:
    """Read the body of an entry. Raises MalformedError if the kind is known and the body is not of its form."""
    known = _KINDS.get(kind)
    return UnknownBody(kind=kind, body=body) if known is None else known.from_body(body)


def stamped(body: EntryBody, boot: BootStamp) -> Body:
    """Return the whole body of an entry: what it says, and the boot it was written in."""
    return body.to_body() | boot.to_body()


def boot_of(body: Body) -> BootStamp:
    """The boot that an entry was written in. Raises MalformedError."""
    return BootStamp.from_body(body)
