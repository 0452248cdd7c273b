"""Opening, closing, reports, and cash that moves without a sale."""

import msgspec

from pos.link.base_calls import Answer, Call, Done, PrintRow, Refused


class Pieces(msgspec.Struct, frozen=True, kw_only=True):
    """So many notes or coins of one value."""

    won: int
    count: int


class OpenDay(Call[Done | Refused], frozen=True, kw_only=True):
    """Begin a business day with this much change in the drawer; a day that nobody closed is closed first, uncounted."""

    float_won: int


class DayClosing(Answer, frozen=True, kw_only=True):
    """The day is over, and its report waits for the printer."""

    z_number: int
    expected_won: int
    counted_won: int | None
    difference_won: int
    """Counted less expected; 0 where nobody counted."""


class CloseDay(Call[DayClosing | Refused], frozen=True, kw_only=True):
    """End the business day; `counted_won` None where nobody counts."""

    counted_won: int | None
    pieces: tuple[Pieces, ...] = ()


class MoveCash(Call[Done | Refused], frozen=True, kw_only=True):
    """Put money into the drawer, or take some out."""

    amount_won: int
    is_in: bool
    reason: str


class FigureLine(msgspec.Struct, frozen=True, kw_only=True):
    """One figure of a report, for programs."""

    group: str
    labels: tuple[str, ...]
    count: int
    won: int


class ReportPage(Answer, frozen=True, kw_only=True):
    """A report: for paper, for a screen and for programs."""

    name: str
    """What it is called on paper and in the journal."""
    business_date: str
    z_number: int
    """0 for a report without one."""
    float_won: int
    expected_won: int
    counted_won: int | None
    customers: int
    """Completed sales without the cancelled ones."""
    average_won: int | None
    """Net sales for each customer, rounded down; None where there was none."""
    first_receipt: str
    """First and last receipt number of the day; both empty where there was none, and for a period."""
    last_receipt: str
    unsent: int
    """Entries that the ledger does not have now, or did not have before the closing; 0 for a period, and so below."""
    unsent_payments: int
    """Payments among them."""
    unsent_won: int
    figures: tuple[FigureLine, ...]
    rows: tuple[PrintRow, ...]
    lines: tuple[str, ...]
    columns: int


class ReadReport(Call[ReportPage | Refused], frozen=True, kw_only=True):
    """A report by its name, or "x" for the day so far and "z" for the last closing."""

    name: str


class PrintDocument(Call[Done | Refused], frozen=True, kw_only=True):
    """Put a report or another document on paper, by its name; "x" and "z" as above."""

    name: str
