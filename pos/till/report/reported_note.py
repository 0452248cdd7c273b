"""A note in the drawer that was reported after it was taken, on paper: to lie with the note, for whoever comes for it.

Pure. It says when and for which sale the note was taken, and names nobody who works in the shop.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from pos.money import format_won
from pos.till.receipt.moment import date_of, minute_of
from pos.till.receipt.rows import Align, BlankRow, CutRow, Row, RuleRow, Size
from pos.till.receipt.sheet import Sheet


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportedNoteWords:
    """What the paper says by itself."""

    title: str
    shop: str
    voucher: str
    amount: str
    serial: str
    taken: str
    receipt: str
    told: str
    cause: str
    causes: tuple[str, str, str, str, str]
    """Stolen, forged, void, redeemed, anything else."""
    what_to_do: tuple[str, ...]
    """{issuer}"""


CAUSES = ("stolen", "forged", "void", "redeemed", "other")
"""As they stand in the journal; `ReportedNoteWords.causes` are in this order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportedNotePaper:
    """What is known of it."""

    shop_name: str
    issuer: str
    """By name."""
    voucher: str
    """Issuer and programme by name."""
    amount_won: int
    serial: str
    taken_s: int
    receipt_number: str
    told_s: int
    cause: str


def reported_note_rows(note: ReportedNotePaper, *, columns: int, words: ReportedNoteWords) -> tuple[Row, ...]:
    """Return the rows for paper of `columns`."""
    return tuple(_rows(note, Sheet(columns=columns, takes_back=False), words))


def _rows(note: ReportedNotePaper, sheet: Sheet, words: ReportedNoteWords) -> Iterator[Row]:
    yield from sheet.text(words.title, align=Align.CENTRE, bold=True, size=Size.TALL)
    yield RuleRow()
    yield from sheet.pair(words.shop, note.shop_name)
    yield from sheet.pair(words.voucher, note.voucher)
    yield from sheet.pair(words.amount, format_won(note.amount_won), bold=True)
    yield from sheet.pair(words.serial, note.serial, bold=True)
    yield from sheet.pair(words.taken, f"{date_of(note.taken_s)} {minute_of(note.taken_s)}")
    yield from sheet.pair(words.receipt, note.receipt_number)
    yield from sheet.pair(words.told, f"{date_of(note.told_s)} {minute_of(note.told_s)}")
    cause = CAUSES.index(note.cause) if note.cause in CAUSES else -1
    yield from sheet.pair(words.cause, words.causes[cause])
    yield RuleRow()
    for line in words.what_to_do:
        yield from sheet.text(line.format(issuer=note.issuer))
    yield BlankRow()
    yield CutRow()
