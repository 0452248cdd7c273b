"""What is known of the ledger's side: values, never rows."""

from dataclasses import dataclass

from pos.voucher.outcomes import OutcomeStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """Approved payments, confirmed ones too, that the ledger has not acknowledged."""

    count: int
    value_won: int
    entries: int
    """Entries of any kind that wait."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledged:
    """What the ledger is known to hold."""

    sequence: int
    hash: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """When the ledger was last heard: its time, and this machine's boot time at that moment."""

    ledger_time_s: int
    boot_id: bytes
    boot_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentOutcome:
    """What the ledger decided about the payment in an entry."""

    entry: int
    status: OutcomeStatus
    reason: str | None
    """Of a refusal."""
    other_entry: bytes | None
    """Of a conflict: the other payment's entry."""
    other_certificate: bytes | None
    """Of a conflict: the certificate of the terminal that approved the other payment."""
