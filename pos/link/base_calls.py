"""What every call, answer and push is, and the answers that more than one role gets.

A call names its answer in its type: `class OpenSale(Call["Done"])`. Calls are grouped by the role that may make them,
or by the part of the day that they belong to, in a module each; `pos.link.calls` brings them together.
"""

from enum import StrEnum
from typing import Generic, TypeVar

import msgspec

from pos.link.state import TillState

R_co = TypeVar("R_co", covariant=True)


class Role(StrEnum):
    """Who is asking; one socket each, in a folder of this name."""

    SCREEN = "screen"
    DEVICES = "devices"
    SYNC = "sync"
    CONTROL = "control"


class PaperState(StrEnum):
    """Where a receipt on paper stands. Add members, never rename: they are persisted."""

    QUEUED = "queued"
    HELD = "held"
    """Waits for the sale to end, or for the cashier to ask for it."""
    SENDING = "sending"
    PRINTED = "printed"
    UNVERIFIED = "unverified"
    """Sent to a printer that cannot tell."""
    UNKNOWN = "unknown"
    SKIPPED = "skipped"


class Answer(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """What core answers."""


class Call(msgspec.Struct, Generic[R_co], frozen=True, kw_only=True, tag=True):
    """What a client asks; `R_co` is the answer's type."""


class Push(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """What core tells without being asked."""


class Done(Answer, frozen=True, kw_only=True):
    """It was done."""


class Refused(Answer, frozen=True, kw_only=True):
    """It cannot be done now; `cause` is a value of `pos.till.reasons.Refusal`."""

    cause: str


class State(Answer, frozen=True, kw_only=True):
    till: TillState


class PrintRow(msgspec.Struct, frozen=True, kw_only=True):
    """One row of a receipt, ready for paper. `kind` decides which fields count."""

    kind: str
    """ "text", "pair", "rule", "qr", "feed", "cut"."""
    text: str = ""
    right: str = ""
    align: str = "left"
    bold: bool = False
    wide: bool = False
    tall: bool = False
    rows: int = 0


class RequestAnswer(Answer, frozen=True, kw_only=True):
    text: str
    nonce: bytes
    expires_s: int


class ReceiptPage(Answer, frozen=True, kw_only=True):
    """A stored receipt: as rows for paper, and as lines of a fixed pitch for a screen."""

    receipt_number: str
    columns: int
    rows: tuple[PrintRow, ...]
    lines: tuple[str, ...] = ()
    issued_s: int = 0
    """0, as `total_won`, of a document that is no receipt."""
    total_won: int = 0


class SaleLine(msgspec.Struct, frozen=True, kw_only=True):
    time_s: int
    amount_won: int
    receipt_number: str
    program_name: str
    paper: str
    delivery: str
    """ "waiting", "settled", "conflict", "refused", "duplicate" or "pending"."""


class SalePage(Answer, frozen=True, kw_only=True):
    sales: tuple[SaleLine, ...]


class VerdictShown(Call[Done], frozen=True, kw_only=True):
    """The verdict for this entry stood on the screen."""

    entry_sequence: int


class ListSales(Call[SalePage], frozen=True, kw_only=True):
    newest: int = 20
    amount_won: int = 0
    """Only sales of this total, or with a tender of it; 0 for all."""
    around_s: int = 0
    """Only sales begun within half an hour of this moment; 0 for all."""


class SyncNow(Call[Done], frozen=True, kw_only=True):
    """The force-sync key."""


class ShowReceipt(Call[ReceiptPage | Refused], frozen=True, kw_only=True):
    receipt_number: str


class ReprintReceipt(Call[Done | Refused], frozen=True, kw_only=True):
    receipt_number: str


class OpenRequest(Call[RequestAnswer | Refused], frozen=True, kw_only=True):
    """Open a payment request over what is still due (screen), or over `amount_won` (control)."""

    amount_won: int = 0


class CloseRequest(Call[Done | Refused], frozen=True, kw_only=True):
    """Close the open request: its nonce is never accepted afterwards."""

    nonce: bytes = b""


class SyncSummary(Answer, frozen=True, kw_only=True):
    acknowledged: int
    waiting: int
    settled: int
    conflicts: int
    refused: int
    pending: int
    trust_version: int


class SummariseSync(Call[SyncSummary], frozen=True, kw_only=True):
    pass
