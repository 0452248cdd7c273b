"""The support slip: eight digits to read over the telephone, what is red, and what to do about it. Pure."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final, Protocol

from pos.till.receipt.rows import Align, BlankRow, CutRow, Row, Rule, RuleRow, Size
from pos.till.receipt.sheet import Sheet

SLIP_CODES_MAX: Final = 5
"""A document's name has room for so many."""


class SaidOf(Protocol):
    """One finding in words."""

    @property
    def name(self) -> str: ...

    @property
    def meaning(self) -> str: ...

    @property
    def to_do(self) -> str: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class SupportSlipWords:
    """What stands on it."""

    title: str
    how_to_use: str
    terminal: str
    fine: str
    """Where nothing is red."""
    more: str
    """Where more is red than has room."""
    say: Callable[[int], SaidOf]


def support_slip_rows(
    number: str, codes: tuple[int, ...], words: SupportSlipWords, *, terminal: str, columns: int
) -> tuple[Row, ...]:
    """Return the rows for paper of `columns`; `codes` are red, `SLIP_CODES_MAX` at most."""
    return tuple(_rows(number, codes, words, terminal, Sheet(columns=columns, takes_back=False)))


def _rows(number: str, codes: tuple[int, ...], words: SupportSlipWords, terminal: str, sheet: Sheet) -> Iterator[Row]:
    yield from sheet.text(words.title, align=Align.CENTRE, bold=True)
    yield from sheet.text(f"{number[:4]} {number[4:]}", align=Align.CENTRE, bold=True, size=Size.DOUBLE)
    yield from sheet.text(words.how_to_use)
    yield from sheet.pair(words.terminal, terminal)
    yield RuleRow(rule=Rule.THICK)
    if not codes:
        yield from sheet.text(words.fine)
    for code in codes:
        said = words.say(code)
        yield from sheet.pair(said.name, str(code), bold=True)
        yield from sheet.text(said.meaning)
        yield from sheet.text(said.to_do)
        yield BlankRow()
    if len(codes) == SLIP_CODES_MAX:
        yield from sheet.text(words.more)
    yield CutRow()
