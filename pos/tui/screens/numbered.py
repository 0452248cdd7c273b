"""A menu whose numbers keep their meaning: each item has its own, whichever others and whichever page are shown."""

from collections.abc import Callable
from dataclasses import dataclass

from pos.tui.host import Host
from pos.tui.pad import PadKey
from pos.tui.screens.listing import ListScreen, Row


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One thing to choose."""

    number: int
    text: str
    open: Callable[[], object]


class NumberedMenu(ListScreen):
    """Rows of `items`, asked for anew whenever the words may have changed."""

    def __init__(self, host: Host) -> None:
        super().__init__(host)
        self.fill(self._item_rows())

    def items(self) -> tuple[Item, ...]:
        """The items in the order of their numbers."""
        return ()

    def press(self, key: PadKey) -> None:
        numbers = [item.number for item in self.items()]
        if key.number in numbers:
            self.chosen(numbers.index(key.number))
        else:
            super().press(key)

    def chosen(self, index: int) -> None:
        self.items()[index].open()

    def draw(self) -> None:
        self._rows = self._item_rows()
        super().draw()

    def _item_rows(self) -> tuple[Row, ...]:
        return tuple(Row(text=item.text, number=item.number) for item in self.items())
