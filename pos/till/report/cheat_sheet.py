"""The key card: one page of paper beside the till that says which key does what. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass

from pos.till.receipt.rows import Align, BlankRow, CutRow, Row, Rule, RuleRow, Size, TextRow
from pos.till.receipt.sheet import Sheet


@dataclass(frozen=True, slots=True, kw_only=True)
class CheatSheetWords:
    """What stands on it: sections of keys with what they do, then sentences for what goes wrong."""

    title: str
    sections: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]
    """A heading, and pairs of what is wanted and the keys for it."""
    trouble_title: str
    trouble: tuple[str, ...]


def cheat_sheet_rows(words: CheatSheetWords, *, columns: int) -> tuple[Row, ...]:
    """Return the rows for paper of `columns`."""
    return tuple(_rows(words, Sheet(columns=columns, takes_back=False)))


def _rows(words: CheatSheetWords, sheet: Sheet) -> Iterator[Row]:
    yield from sheet.text(words.title, align=Align.CENTRE, bold=True, size=Size.DOUBLE)
    for heading, keys in words.sections:
        yield RuleRow()
        yield TextRow(text=heading, bold=True)
        for wanted, pressed in keys:
            yield from sheet.pair(wanted, pressed)
    yield RuleRow(rule=Rule.THICK)
    yield from sheet.text(words.trouble_title, bold=True)
    for sentence in words.trouble:
        yield from sheet.text(sentence)
        yield BlankRow()
    yield CutRow()
