"""Entries about a terminal's end.

Imported from `pos.voucher.bodies`.
"""

from dataclasses import dataclass
from typing import ClassVar

from pos.voucher import body_fields as key
from pos.voucher.body_fields import EntryBody


@dataclass(frozen=True, slots=True, kw_only=True)
class WipeBegun(EntryBody):
    """The ledger ordered this terminal to destroy its secrets, and it begins."""

    KIND: ClassVar[str] = "terminal.wiping"

    reason: key.Reason
    """As the order says: stolen, replaced."""
