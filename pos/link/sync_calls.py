"""What the sync process asks of core on the ledger's behalf, and what it is told."""

from enum import StrEnum

from pos.link.base_calls import Answer, Call, Done, Push, Refused


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
    """For technicians, in English."""
    reason: str = ""
    """A value of `LedgerAway`."""


class SyncWork(Push, frozen=True, kw_only=True):
    """There is something to deliver, or the cashier pressed the key."""

    waiting: int
    force_serial: int = 0
    head: int = 0
    """The newest entry: whoever tells other tills looks whether it approves something."""
