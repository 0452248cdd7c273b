"""Counting the drawer by notes and coins: how many of each value, from the largest."""

from dataclasses import dataclass

from pos.link.calls import Pieces
from pos.money import is_banknote
from pos.tui.host import Host
from pos.tui.pad import PadKey
from pos.tui.screens.number import NumberScreen

VALUES_WON = (50_000, 10_000, 5_000, 1_000, 500, 100, 50, 10)
COUNT_MAX = 9_999


@dataclass(slots=True)
class Counted:
    """What was counted so far."""

    pieces: tuple[Pieces, ...] = ()

    @property
    def total_won(self) -> int:
        return sum(piece.won * piece.count for piece in self.pieces)


class PiecesScreen(NumberScreen):
    """Asks for one value after the other; Enter without digits is none of it. Closes with the total."""

    def __init__(self, host: Host, counted: Counted) -> None:
        super().__init__(host, title="", proposed=0)
        self._counted = counted

    def draw(self) -> None:
        words = self.host.words
        value_won = VALUES_WON[min(len(self._counted.pieces), len(VALUES_WON) - 1)]
        pattern = words.day.pieces_title if is_banknote(value_won) else words.day.coins_title
        self._title = pattern.format(won=words.won(value_won))
        self._lines = (words.day.pieces_line.format(won=words.won(self._counted.total_won)),)
        super().draw()

    def shown(self) -> str:
        return self.typed or "0"

    def _type(self, digits: str) -> None:
        typed = (self.typed + digits).lstrip("0") or "0"
        self.typed = typed if int(typed) <= COUNT_MAX else self.typed

    def _back(self) -> None:
        if not self.typed and self._counted.pieces:
            self._counted.pieces = self._counted.pieces[:-1]
        else:
            super()._back()

    def press(self, key: PadKey) -> None:
        if key is not PadKey.ENTER:
            super().press(key)
            return
        value_won = VALUES_WON[len(self._counted.pieces)]
        self._counted.pieces = (*self._counted.pieces, Pieces(won=value_won, count=int(self.typed or "0")))
        self.typed = ""
        if len(self._counted.pieces) == len(VALUES_WON):
            self.leave(self._counted.total_won)
