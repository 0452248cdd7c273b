"""Entries about a terminal's end, and about the one that takes its place.

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


@dataclass(frozen=True, slots=True, kw_only=True)
class FormerRead(EntryBody):
    """The second medium of the terminal whose place this one took was read to its last whole entry."""

    KIND: ClassVar[str] = "terminal.former_read"

    former: key.FormerTerminal
    entries: key.FormerEntries
    """How many, one behind the other from the first."""
    head: key.FormerHead
    """Hash of the last."""
