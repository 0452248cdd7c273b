"""What each kind of journal entry says, as types.

Rules:

- a kind and its keys never change their meaning; keys are added, and unknown keys are ignored;
- an unknown kind is not an error: it is stored and carried as it came (`UnknownBody`);
- every entry also carries the boot it was written in and the milliseconds since then (`stamped`), so that the order
  and the distance of entries can be judged where the clock could not be trusted.

The bodies themselves are in the modules `…_bodies`; everybody imports them from here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import ClassVar, Final

from pos.voucher import body_fields as key
from pos.voucher.archive_bodies import ArchiveAcknowledged, ArchivedDropped
from pos.voucher.body_fields import EntryBody
from pos.voucher.body_values import (
    CashDirection,
    CashReceiptPurpose,
    CashReceiptReason,
    ChangeRuling,
    IdentifierKind,
    NoteMark,
    PersonRole,
    PrintOutcome,
    RefundKind,
    RemoteAnswerKind,
    RequestEnd,
    SoldItem,
    TaxClass,
    TaxSplit,
    TenderKind,
    TenderMethod,
)
from pos.voucher.cash_receipt_bodies import (
    CashReceiptCancelRequested,
    CashReceiptConfirmed,
    CashReceiptIssued,
    CashReceiptRejected,
    CashReceiptRequested,
)
from pos.voucher.counter_bodies import (
    AttentionClosed,
    DrawerOpened,
    ReceiptElectronic,
    ReceiptPrinted,
    ReceiptReprinted,
    SaleCancelled,
    TenderRecorded,
)
from pos.voucher.day_bodies import CashMoved, DayClosed, DayOpened, DocumentAsked
from pos.voucher.delivery_bodies import AlarmRaised
from pos.voucher.device_bodies import PrinterChosen, SettingChosen
from pos.voucher.entry import Body
from pos.voucher.note_bodies import NoteNumbered, NoteReported, NotesCredited, NotesSubmitted, NoteTaken
from pos.voucher.payment_bodies import (
    InboxAcknowledged,
    JournalOpened,
    PaymentApproved,
    PaymentDeclined,
    PaymentReferred,
    RequestClosed,
    RequestOpened,
)
from pos.voucher.people_bodies import (
    ActAllowed,
    LockedOut,
    LoggedIn,
    LoggedOut,
    PersonAdded,
    PersonChanged,
    PersonRemoved,
    TrainingBegun,
    TrainingEnded,
    WrongPin,
)
from pos.voucher.refund_bodies import RefundRequested
from pos.voucher.remote_bodies import RemoteAccepted, RemoteAnswered
from pos.voucher.replacement_bodies import FormerRead, WipeBegun
from pos.voucher.sale_bodies import SaleItemised, SaleResumed, SaleSuspended
from pos.voucher.selftest_bodies import SelftestCompleted, SelftestPayment, SelftestRead
from pos.voucher.trust_bodies import TrustUpdated, TrustWithdrawn

__all__ = [
    "ActAllowed",
    "AlarmRaised",
    "ArchiveAcknowledged",
    "ArchivedDropped",
    "AttentionClosed",
    "BootStamp",
    "CashDirection",
    "CashMoved",
    "CashReceiptCancelRequested",
    "CashReceiptConfirmed",
    "CashReceiptIssued",
    "CashReceiptPurpose",
    "CashReceiptReason",
    "CashReceiptRejected",
    "CashReceiptRequested",
    "ChangeRuling",
    "DayClosed",
    "DayOpened",
    "DocumentAsked",
    "DrawerOpened",
    "EntryBody",
    "FormerRead",
    "IdentifierKind",
    "InboxAcknowledged",
    "JournalOpened",
    "LockedOut",
    "LoggedIn",
    "LoggedOut",
    "NoteMark",
    "NoteNumbered",
    "NoteReported",
    "NoteTaken",
    "NotesCredited",
    "NotesSubmitted",
    "PaymentApproved",
    "PaymentDeclined",
    "PaymentReferred",
    "PersonAdded",
    "PersonChanged",
    "PersonRemoved",
    "PersonRole",
    "PrintOutcome",
    "PrinterChosen",
    "ReceiptElectronic",
    "ReceiptPrinted",
    "ReceiptReprinted",
    "RefundKind",
    "RefundRequested",
    "RemoteAccepted",
    "RemoteAnswerKind",
    "RemoteAnswered",
    "RequestClosed",
    "RequestEnd",
    "RequestOpened",
    "SaleCancelled",
    "SaleItemised",
    "SaleResumed",
    "SaleSuspended",
    "SelftestCompleted",
    "SelftestPayment",
    "SelftestRead",
    "SettingChosen",
    "SoldItem",
    "TaxClass",
    "TaxSplit",
    "TenderKind",
    "TenderMethod",
    "TenderRecorded",
    "TrainingBegun",
    "TrainingEnded",
    "TrustUpdated",
    "TrustWithdrawn",
    "UnknownBody",
    "WipeBegun",
    "WrongPin",
    "boot_of",
    "parse_body",
    "stamped",
]


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
            SaleCancelled,
            SaleItemised,
            SaleSuspended,
            SaleResumed,
            NoteTaken,
            NoteNumbered,
            NoteReported,
            NotesSubmitted,
            NotesCredited,
            ReceiptPrinted,
            ReceiptReprinted,
            ReceiptElectronic,
            AttentionClosed,
            DrawerOpened,
            InboxAcknowledged,
            CashMoved,
            DayClosed,
            DayOpened,
            DocumentAsked,
            PersonAdded,
            PersonChanged,
            PersonRemoved,
            LoggedIn,
            LoggedOut,
            WrongPin,
            LockedOut,
            ActAllowed,
            TrainingBegun,
            TrainingEnded,
            AlarmRaised,
            RefundRequested,
            RemoteAccepted,
            RemoteAnswered,
            CashReceiptRequested,
            CashReceiptCancelRequested,
            CashReceiptIssued,
            CashReceiptConfirmed,
            CashReceiptRejected,
            TrustUpdated,
            TrustWithdrawn,
            PrinterChosen,
            SettingChosen,
            ArchiveAcknowledged,
            ArchivedDropped,
            SelftestRead,
            SelftestPayment,
            SelftestCompleted,
            WipeBegun,
            FormerRead,
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
