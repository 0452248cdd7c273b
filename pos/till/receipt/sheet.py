"""A sheet of receipt paper: how wide it is, and rows that fit it."""

from collections.abc import Iterator
from dataclasses import dataclass

from pos.money import format_won
from pos.till.receipt.rows import Align, PairRow, Row, Size, TextRow
from pos.till.receipt.width import columns_of, wrap


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """Paper of `columns`; `takes_back` puts a minus before what is paid back."""

    columns: int
    takes_back: bool

    def __post_init__(self) -> None:
        assert self.columns >= 24

    def won(self, amount_won: int) -> str:
        """Return an amount with the sign that this receipt gives it."""
        return format_won(-amount_won if self.takes_back else amount_won)

    def fits(self, left: str, right: str, *, size: Size) -> bool:
        """Whether a name and an amount stand in one line, a blank between them."""
        return columns_of(left) + 1 + columns_of(right) <= self.columns // size.width

    def text(
        self, text: str, *, align: Align = Align.LEFT, bold: bool = False, size: Size = Size.NORMAL
    ) -> Iterator[Row]:
        """Yield `text` in as many lines as it needs."""
        for line in wrap(text, self.columns // size.width):
            yield TextRow(text=line, align=align, bold=bold, size=size)

    def pair(self, left: str, right: str, *, bold: bool = False, size: Size = Size.NORMAL) -> Iterator[Row]:
        """Yield a name and an amount, in one line where both fit."""
        if self.fits(left, right, size=size):
            yield PairRow(left=left, right=right, bold=bold, size=size)
            return
        lines = wrap(left, self.columns // size.width)
        yield from (TextRow(text=line, bold=bold, size=size) for line in lines[:-1])
        if self.fits(lines[-1], right, size=size):
            yield PairRow(left=lines[-1], right=right, bold=bold, size=size)
            return
        yield TextRow(text=lines[-1], bold=bold, size=size)
        yield from self.text(right, align=Align.RIGHT, bold=bold, size=size)

    def either(self, first: str, second: str, *, align: Align) -> Iterator[Row]:
        """Yield two facts in one line where both fit, in two otherwise."""
        together = f"{first}  {second}"
        if columns_of(together) <= self.columns:
            yield TextRow(text=together, align=align)
            return
        yield from self.text(first, align=align)
        yield from self.text(second, align=align)
