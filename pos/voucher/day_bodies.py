"""Entries about the shop's day: opening, closing, cash that moves without a sale, and reports asked for on paper.

Imported from `pos.voucher.bodies`. Every entry of the journal belongs to exactly one closing: those behind the one
before it, up to its own.
"""

from dataclasses import dataclass
from typing import ClassVar

from pos.voucher import body_fields as key
from pos.voucher.body_fields import EntryBody


@dataclass(frozen=True, slots=True, kw_only=True)
class DayOpened(EntryBody):
    """A business day begins, with this much change in the drawer."""

    KIND: ClassVar[str] = "day.opened"

    business_date: key.BusinessDate
    float_won: key.FloatWon
    clerk: key.Clerk | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DayClosed(EntryBody):
    """A business day is over, and this is what it added up to."""

    KIND: ClassVar[str] = "day.closed"

    business_date: key.BusinessDate
    z_number: key.ZNumber
    """Counts closings of this terminal from 1."""
    figures: key.DayFigures
    """`pos.till.report.figures`, as JSON: what the entries of the day add up to, signed with the closing."""
    counted_won: key.CountedWon | None = None
    """What was counted in the drawer; absent where nobody counted."""
    counted: key.CountedPieces | None = None
    """By denomination, where somebody said."""
    unsent: key.UnsentAtClosing | None = None
    """Entries before the closing that the ledger had not acknowledged, payments among them, and their won."""
    clerk: key.Clerk | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CashMoved(EntryBody):
    """Money was put into the drawer or taken out of it, without a sale."""

    KIND: ClassVar[str] = "day.cash_moved"

    amount_won: key.AmountWon
    direction: key.DirectionOfCash
    reason: key.Reason
    business_date: key.BusinessDate
    clerk: key.Clerk | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentAsked(EntryBody):
    """Somebody wants a paper that is no receipt; `receipt_number` is its name (`pos.core.documents`)."""

    KIND: ClassVar[str] = "document.asked"

    receipt_number: key.ReceiptNumber
    copy_number: key.CopyNumber
    clerk: key.Clerk | None = None
