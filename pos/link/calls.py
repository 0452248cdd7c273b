"""Every call and every answer between the processes.

A call names its answer in its type: `class OpenSale(Call["Done"])`. Calls are grouped by the role that may make them;
`ROLE_CALLS` is what a socket accepts. Pushes go from core to a subscribed client.
"""

from enum import StrEnum
from typing import Final, Generic, TypeAlias, TypeVar

import msgspec

from pos.link.state import Outcome, PrinterState, ScanHint, ScannerState, TillState

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


# -- answers ---------------------------------------------------------------------------------------------------------


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


class PrintJob(Answer, frozen=True, kw_only=True):
    """A receipt to be put on paper. `job` 0 means that none waits."""

    job: int
    receipt_number: str = ""
    rows: tuple[PrintRow, ...] = ()
    recover: bool = False
    """The job before this one ended unknown: the printer may hold half an image."""


class PayAnswer(Answer, frozen=True, kw_only=True):
    """The result of one presented code (`pos pay`)."""

    outcome: Outcome
    reason: str | None
    receipt_number: str | None
    entry: str | None
    """Lower-case hex SHA-256 of the journal entry."""
    entry_sequence: int
    amount_won: int
    checks: tuple[str, ...]


class RequestAnswer(Answer, frozen=True, kw_only=True):
    text: str
    nonce: bytes
    expires_s: int


class EntryPage(Answer, frozen=True, kw_only=True):
    """Raw entries, oldest first; empty at the end."""

    entries: tuple[bytes, ...]


class JournalReport(Answer, frozen=True, kw_only=True):
    """What `pos journal verify` and `rebuild` found."""

    entries: int
    head: str
    problems: tuple[str, ...]


class ReceiptPage(Answer, frozen=True, kw_only=True):
    """A stored receipt: as rows for paper, and as lines of a fixed pitch for a screen."""

    receipt_number: str
    columns: int
    rows: tuple[PrintRow, ...]
    lines: tuple[str, ...] = ()


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


class AttentionLine(msgspec.Struct, frozen=True, kw_only=True):
    """A sale to settle with the customer."""

    entry: bytes
    time_s: int
    amount_won: int
    receipt_number: str
    cause: str
    """ "not_shown", "not_printed", "paper_unknown", "recovered"."""


class AttentionPage(Answer, frozen=True, kw_only=True):
    lines: tuple[AttentionLine, ...]


class OutboxBatch(Answer, frozen=True, kw_only=True):
    """Entries for the ledger, behind the one of sequence `after`, and how many wait, these among them."""

    terminal: str
    ledger: str
    after: int
    entries: tuple[bytes, ...]
    waiting: int


class Token(Answer, frozen=True, kw_only=True):
    """A call token, made for one try."""

    authorization: str
    nonce: bytes


class DeliveryStep(StrEnum):
    """What sync does next after an acknowledgement."""

    CONTINUE = "continue"
    RESEND = "resend"
    FETCH = "fetch"
    STOP = "stop"
    IGNORE = "ignore"
    """The acknowledgement is not one: treat the try as failed."""


class Acknowledged(Answer, frozen=True, kw_only=True):
    step: DeliveryStep
    acknowledged: int = 0
    settled: int = 0
    duplicates: int = 0
    conflicts: int = 0
    refused: int = 0
    pending: int = 0
    fetch_after: int = 0


class SyncSummary(Answer, frozen=True, kw_only=True):
    acknowledged: int
    waiting: int
    settled: int
    conflicts: int
    refused: int
    pending: int
    trust_version: int


# -- calls: screen ---------------------------------------------------------------------------------------------------


class Watch(Call[State], frozen=True, kw_only=True):
    """Subscribe to pushes; the answer is the newest state (screen)."""


class EnterAmount(Call[Done | Refused], frozen=True, kw_only=True):
    """Begin a sale over this amount, or correct it while nothing is paid."""

    amount_won: int


class CancelSale(Call[Done | Refused], frozen=True, kw_only=True):
    """Leave the sale; approved tenders stay approved and are never taken back by this."""


class AnswerQuestion(Call[Done | Refused], frozen=True, kw_only=True):
    serial: int
    choice: int


class PayOther(Call[Done | Refused], frozen=True, kw_only=True):
    """Take another tender ("cash" or "other") for part or all of what is due."""

    kind: str
    amount_won: int


class OpenRequest(Call[RequestAnswer | Refused], frozen=True, kw_only=True):
    """Open a payment request over what is still due (screen), or over `amount_won` (control)."""

    amount_won: int = 0


class CloseRequest(Call[Done | Refused], frozen=True, kw_only=True):
    """Close the open request: its nonce is never accepted afterwards."""

    nonce: bytes = b""


class VerdictShown(Call[Done], frozen=True, kw_only=True):
    """The verdict for this entry stood on the screen."""

    entry_sequence: int


class ClearVerdict(Call[Done], frozen=True, kw_only=True):
    """Back to idle without a digit."""


class PrintWaiting(Call[Done | Refused], frozen=True, kw_only=True):
    """Print receipts that wait: "all", "last" or "none"."""

    which: str


class ListAttention(Call[AttentionPage], frozen=True, kw_only=True):
    pass


class CloseAttention(Call[Done | Refused], frozen=True, kw_only=True):
    """A person says how the open matter ended."""

    entry: bytes
    answer: str


class ListSales(Call[SalePage], frozen=True, kw_only=True):
    newest: int = 20


class SyncNow(Call[Done], frozen=True, kw_only=True):
    """The force-sync key."""


class OpenDrawer(Call[Done | Refused], frozen=True, kw_only=True):
    cause: str


# -- calls: devices --------------------------------------------------------------------------------------------------


class WatchDevices(Call[Done], frozen=True, kw_only=True):
    """Subscribe to `DevicesState`."""


class ScanSeen(Call[Done], frozen=True, kw_only=True):
    """A code was read. `text` is cut to 801 characters; `length` is its true length."""

    text: str
    length: int


class ReportScanner(Call[Done], frozen=True, kw_only=True):
    state: ScannerState
    hint: ScanHint | None = None
    unread_s: int = 0


class ReportPrinter(Call[Done], frozen=True, kw_only=True):
    state: PrinterState


class NextPrintJob(Call[PrintJob], frozen=True, kw_only=True):
    """The oldest receipt that should be printed now; it counts as being sent from here on."""


class EndPrintJob(Call[Done], frozen=True, kw_only=True):
    """What became of the paper: "printed", "not_started", "unknown", "unverified"."""

    job: int
    outcome: str
    cause: str = ""


# -- calls: sync -----------------------------------------------------------------------------------------------------


class WatchSync(Call[Done], frozen=True, kw_only=True):
    """Subscribe to `SyncWork`."""


class NextBatch(Call[OutboxBatch], frozen=True, kw_only=True):
    """Unacknowledged entries, oldest first. `after` None means: after the acknowledged one."""

    entries_max: int = 256
    bytes_max: int = 1_000_000
    after: int | None = None


class SignCall(Call[Token], frozen=True, kw_only=True):
    """Make a call token for one try; `request_hash` as the protocol's call token has it."""

    request_hash: bytes


class TakeAcknowledgement(Call[Acknowledged], frozen=True, kw_only=True):
    """`nonce` is that of the call's token; core knows when it made it."""

    raw: bytes
    nonce: bytes


class TakeSignedTime(Call[Done | Refused], frozen=True, kw_only=True):
    raw: bytes
    nonce: bytes


class AdoptEntries(Call[Done | Refused], frozen=True, kw_only=True):
    """Entries of this terminal that only the ledger still had."""

    entries: tuple[bytes, ...]


class ReportNetwork(Call[Done], frozen=True, kw_only=True):
    online: bool
    cause: str = ""


# -- calls: control --------------------------------------------------------------------------------------------------


class Pay(Call[PayAnswer | Refused], frozen=True, kw_only=True):
    """One sale with one code."""

    text: str
    amount_won: int


class ReadJournal(Call[EntryPage], frozen=True, kw_only=True):
    after: int
    entries_max: int = 256


class CheckJournal(Call[JournalReport], frozen=True, kw_only=True):
    rebuild: bool = False


class ShowReceipt(Call[ReceiptPage | Refused], frozen=True, kw_only=True):
    receipt_number: str


class ReprintReceipt(Call[Done | Refused], frozen=True, kw_only=True):
    receipt_number: str


class SummariseSync(Call[SyncSummary], frozen=True, kw_only=True):
    pass


class ReadState(Call[State], frozen=True, kw_only=True):
    pass


class Stop(Call[Done], frozen=True, kw_only=True):
    """End core in order (tests and `pos run`)."""


# -- pushes ----------------------------------------------------------------------------------------------------------


class StateChanged(Push, frozen=True, kw_only=True):
    till: TillState


class DevicesState(Push, frozen=True, kw_only=True):
    """What the counter's devices should be doing."""

    armed: bool
    """A code may be shown now."""
    jobs_waiting: int
    drawer_serial: int = 0
    """Counts drawer openings asked for."""
    verdict_serial: int = 0
    verdict: str = ""
    """Outcome for lamp and sound."""
    amount_won: int = 0


class SyncWork(Push, frozen=True, kw_only=True):
    """There is something to deliver, or the cashier pressed the key."""

    waiting: int
    force_serial: int = 0


AnyAnswer: TypeAlias = (
    Done
    | Refused
    | State
    | PrintJob
    | PayAnswer
    | RequestAnswer
    | EntryPage
    | JournalReport
    | ReceiptPage
    | SalePage
    | AttentionPage
    | OutboxBatch
    | Token
    | Acknowledged
    | SyncSummary
)
AnyPush: TypeAlias = StateChanged | DevicesState | SyncWork
ScreenCall: TypeAlias = (
    Watch
    | EnterAmount
    | CancelSale
    | AnswerQuestion
    | PayOther
    | OpenRequest
    | CloseRequest
    | VerdictShown
    | ClearVerdict
    | PrintWaiting
    | ListAttention
    | CloseAttention
    | ListSales
    | SyncNow
    | OpenDrawer
    | ShowReceipt
    | ReprintReceipt
    | SummariseSync
)
DevicesCall: TypeAlias = WatchDevices | ScanSeen | ReportScanner | ReportPrinter | NextPrintJob | EndPrintJob
SyncCall: TypeAlias = (
    WatchSync
    | NextBatch
    | SignCall
    | TakeAcknowledgement
    | TakeSignedTime
    | AdoptEntries
    | ReportNetwork
    | SummariseSync
)
ControlCall: TypeAlias = (
    Pay
    | VerdictShown
    | OpenRequest
    | CloseRequest
    | ReadJournal
    | CheckJournal
    | ShowReceipt
    | ReprintReceipt
    | ListSales
    | SyncNow
    | SummariseSync
    | ReadState
    | Stop
)
AnyCall: TypeAlias = ScreenCall | DevicesCall | SyncCall | ControlCall

ROLE_CALLS: Final[dict[Role, object]] = {
    Role.SCREEN: ScreenCall,
    Role.DEVICES: DevicesCall,
    Role.SYNC: SyncCall,
    Role.CONTROL: ControlCall,
}
