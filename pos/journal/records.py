"""What the journal answers with: values, never rows.

Amounts are won, times are seconds since 1970 UTC as the terminal's clock gave them, business dates are YYYY-MM-DD.
`entry` is a journal sequence.
"""

from dataclasses import dataclass
from enum import StrEnum

from pos.voucher.bodies import (
    CashReceiptPurpose,
    CashReceiptReason,
    IdentifierKind,
    PrintOutcome,
    RefundKind,
    RequestEnd,
    SoldItem,
    TaxSplit,
    TenderMethod,
)


class SaleState(StrEnum):
    """Where a sale stands. Members are added, never renamed."""

    OPEN = "open"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


class TenderForm(StrEnum):
    """What a tender is."""

    VOUCHER = "voucher"
    CONFIRMATION = "confirmation"
    """Paid online, confirmed by the ledger."""
    NOTE = "note"
    """A paper note that was counted by hand."""
    SCANNED_NOTE = "scanned_note"
    CASH = "cash"
    OTHER = "other"


class Delivery(StrEnum):
    """What the ledger said about an approved payment."""

    WAITING = "waiting"
    """Not acknowledged yet."""
    PENDING = "pending"
    """Acknowledged, not decided."""
    SETTLED = "settled"
    DUPLICATE = "duplicate"
    CONFLICT = "conflict"
    REFUSED = "refused"


class PrintState(StrEnum):
    """Where a receipt stands on its way to paper. Persisted; members are added, never renamed."""

    QUEUED = "queued"
    HELD = "held"
    """Waits until somebody asks for it."""
    SENDING = "sending"
    UNKNOWN = "unknown"
    PRINTED = "printed"
    UNVERIFIED = "unverified"
    SKIPPED = "skipped"


class AttentionCause(StrEnum):
    """Why something is to be settled with a customer. Persisted; members are added, never renamed."""

    NOT_SHOWN = "not_shown"
    """Approved, and the power went before the verdict stood on the screen."""
    RECOVERED = "recovered"
    """Approved in the past, and found again on another medium or at the ledger."""
    PAPER_UNKNOWN = "paper_unknown"
    """Nobody knows whether the receipt came out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where in the journal an entry stands."""

    sequence: int
    time_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredEntry:
    """An entry as it is sent: its bytes and their place."""

    sequence: int
    hash: bytes
    raw: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovedPayment:
    """A voucher payment that this terminal approved, with its evidence."""

    entry: int
    entry_hash: bytes
    time_s: int
    receipt_number: str
    sale_id: bytes
    sequence: int
    spent_before_won: int
    amount_won: int
    program: str
    object_bytes: bytes
    """The scanned object, unchanged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PresentedPayment:
    """An authentic payment that was presented, whatever came of it."""

    entry: int
    entry_hash: bytes
    time_s: int
    is_approved: bool
    reason: str | None
    """Why not; None when it was approved."""
    object_bytes: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestRecord:
    """A payment request of this terminal."""

    entry: int
    nonce: bytes
    sale_id: bytes
    amount_won: int
    expires_s: int
    request: bytes
    """The signed request as it was shown."""
    closed: RequestEnd | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Exposure:
    """Approved voucher payments that the ledger has not acknowledged: what offline fraud could cost."""

    count: int
    value_won: int
    oldest_s: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TenderRecord:
    """One tender of a sale."""

    entry: int
    time_s: int
    form: TenderForm
    amount_won: int
    program: str | None
    delivery: Delivery | None
    """None for money that the ledger has nothing to do with."""
    method: TenderMethod | None = None
    """Of another tender than cash."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SaleRecord:
    """A sale with its tenders."""

    sale_id: bytes
    state: SaleState
    business_date: str
    opened_s: int
    ended_s: int | None
    total_won: int | None
    """None while nobody has said what is owed."""
    paid_won: int
    tax: TaxSplit | None
    receipt_number: str | None
    print_state: PrintState | None
    """Of the original receipt; None where there is none to print."""
    tenders: tuple[TenderRecord, ...]
    items: tuple[SoldItem, ...] = ()

    @property
    def change_won(self) -> int:
        """Cash given back on paper notes."""
        return max(self.paid_won - self.total_won, 0) if self.total_won is not None else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class SuspendedSale:
    """A sale that was put aside."""

    sale_id: bytes
    hold_number: int
    time_s: int
    total_won: int
    """0 where nobody said what is owed."""
    paid_won: int
    items: tuple[SoldItem, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundPartRecord:
    """What went back of one tender."""

    entry: int
    entry_hash: bytes
    tender: int
    """Entry of the tender."""
    form: TenderForm
    program: str | None
    amount_won: int
    is_acknowledged: bool
    """Whether the ledger has the claim."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundRecord:
    """What went back together."""

    refund_id: bytes
    sale_id: bytes
    sale_receipt: str
    receipt_number: str
    kind: RefundKind
    reason: str
    business_date: str
    time_s: int
    clerk: str | None
    total_won: int
    """What of the sale went back: the parts, less the change that came back on notes."""
    tax: TaxSplit | None
    parts: tuple[RefundPartRecord, ...]


class CashReceiptAnswer(StrEnum):
    """What the provider said. Persisted; members are added, never renamed."""

    APPROVED = "approved"
    CONFIRMED = "confirmed"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True, kw_only=True)
class CashReceiptRecord:
    """One cash receipt of a sale, with what was taken back of it."""

    entry: int
    cash_receipt_id: bytes
    sale_id: bytes
    sale_receipt: str
    amount_won: int
    tax: TaxSplit
    purpose: CashReceiptPurpose
    identifier_kind: IdentifierKind
    identifier: str
    """Masked."""
    traded_s: int
    is_acknowledged: bool
    answer: CashReceiptAnswer | None
    approval_number: str | None
    approved_s: int | None
    failure: str | None
    original_id: bytes | None
    """Of a cancellation: what it takes back."""
    refund_id: bytes | None
    """Of a cancellation: the refund that it came with."""
    cancel_reason: CashReceiptReason | None
    cancelled_won: int
    """Taken back of it by cancellations that were not rejected."""

    @property
    def left_won(self) -> int:
        return self.amount_won - self.cancelled_won

    @property
    def is_over(self) -> bool:
        """Whether it stands for nothing any more, or never did."""
        return self.original_id is not None or self.answer is CashReceiptAnswer.REJECTED or self.left_won == 0


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintJob:
    """A receipt that should be on paper."""

    job: int
    """The entry that asked for it."""
    receipt_number: str
    copy_number: int
    """1 is the original."""
    state: PrintState
    attempts: int
    time_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AttentionItem:
    """Something to settle with a customer; open until a person closes it."""

    entry: int
    entry_hash: bytes
    """What an `attention.closed` entry has to name."""
    cause: AttentionCause
    time_s: int
    amount_won: int
    receipt_number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FormTotal:
    """The tenders of one form, and of one programme where it has one, on a business day."""

    form: TenderForm
    program: str | None
    count: int
    value_won: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DayTotals:
    """What a business day adds up to; completed sales only, except that every approved payment counts."""

    business_date: str
    sales: int
    total_won: int
    taxable_won: int
    vat_won: int
    exempt_won: int
    service_won: int
    tenders: tuple[FormTotal, ...]


PROVEN: dict[PrintOutcome, PrintState] = {
    PrintOutcome.PRINTED: PrintState.PRINTED,
    PrintOutcome.UNKNOWN: PrintState.UNKNOWN,
    PrintOutcome.SKIPPED: PrintState.SKIPPED,
    PrintOutcome.UNVERIFIED: PrintState.UNVERIFIED,
}
"""What an outcome in the chain makes of a job; NOT_STARTED leaves it where it was."""
