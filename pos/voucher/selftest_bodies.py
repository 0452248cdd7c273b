"""Entries about the terminal trying itself when it is installed: outside all totals, stored by ledgers and ignored.

Imported from `pos.voucher.bodies`.
"""

from dataclasses import dataclass
from typing import ClassVar

from pos.voucher import body_fields as key
from pos.voucher.body_fields import EntryBody


@dataclass(frozen=True, slots=True, kw_only=True)
class SelftestRead(EntryBody):
    """The terminal's own paper was read by its own camera."""

    KIND: ClassVar[str] = "selftest.read"

    token: key.SelftestToken


@dataclass(frozen=True, slots=True, kw_only=True)
class SelftestPayment(EntryBody):
    """A payment of the test programme was decided as any other; no money moved."""

    KIND: ClassVar[str] = "selftest.payment"

    object_bytes: key.ObjectBytes
    amount_won: key.AmountWon
    checks: key.Checks


@dataclass(frozen=True, slots=True, kw_only=True)
class SelftestCompleted(EntryBody):
    """The terminal was handed over to the shop."""

    KIND: ClassVar[str] = "selftest.completed"

    version: key.ProgramVersion
    machine: key.MachineNumber | None = None
    """The board's serial number, where it has one."""
    skipped: key.SkippedTests | None = None
    """Steps that a person passed over, separated by blanks."""
