"""The sheet that goes to the bank with paper notes: how many of each, and every number. Pure.

One sheet for one submission, which is of one programme; the bank counts against it, and an inspection compares it.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from pos.money import format_won
from pos.till.receipt.rows import Align, BlankRow, CutRow, Row, RuleRow, Size
from pos.till.receipt.sheet import Sheet


@dataclass(frozen=True, slots=True, kw_only=True)
class BankSheetWords:
    """What the paper says by itself."""

    title: str
    shop: str
    business_number: str
    number: str
    business_date: str
    voucher: str
    pieces: str
    """{number}"""
    total: str
    received: str
    """Before a blank line for whoever takes the notes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """The notes of one value."""

    denomination_won: int
    serials: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BankSheet:
    """One submission."""

    shop_name: str
    business_number: str
    number: int
    business_date: str
    voucher: str
    """Issuer and programme by name."""
    bundles: tuple[Bundle, ...]


def bank_sheet_rows(bank: BankSheet, *, columns: int, words: BankSheetWords) -> tuple[Row, ...]:
    """Return the rows for paper of `columns`."""
    return tuple(_rows(bank, Sheet(columns=columns, takes_back=False), words))


def _rows(bank: BankSheet, sheet: Sheet, words: BankSheetWords) -> Iterator[Row]:
    yield from sheet.text(words.title, align=Align.CENTRE, bold=True, size=Size.TALL)
    yield RuleRow()
    yield from sheet.pair(words.shop, bank.shop_name)
    yield from sheet.pair(words.business_number, bank.business_number)
    yield from sheet.pair(words.number, str(bank.number))
    yield from sheet.pair(words.business_date, bank.business_date)
    yield from sheet.pair(words.voucher, bank.voucher)
    yield RuleRow()
    for bundle in bank.bundles:
        count = len(bundle.serials)
        name = f"{format_won(bundle.denomination_won)} {words.pieces.format(number=count)}"
        yield from sheet.pair(name, format_won(bundle.denomination_won * count), bold=True)
        for serial in bundle.serials:
            yield from sheet.text(f"  {serial}")
    yield RuleRow()
    count = sum(len(bundle.serials) for bundle in bank.bundles)
    won = sum(bundle.denomination_won * len(bundle.serials) for bundle in bank.bundles)
    yield from sheet.pair(f"{words.total} {words.pieces.format(number=count)}", format_won(won), bold=True)
    yield BlankRow(lines=2)
    yield from sheet.text(words.received)
    yield BlankRow()
    yield CutRow()
