"""Choosing items: a digit is a quick key, Back takes the last piece out, Enter goes on to paying.

The camera reads barcodes all the while. What is due stands in the title.
"""

from functools import partial

from pos.link.calls import AddItem, ListQuickKeys, QuickKey, QuickKeyPage, TakeItemBack
from pos.tui.actions import Action
from pos.tui.answers import said_of
from pos.tui.host import Host
from pos.tui.pad import PadKey
from pos.tui.screens.listing import ListScreen, Row
from pos.tui.screens.number import NumberScreen


class ItemsScreen(ListScreen):
    """The quick keys of the shop."""

    def __init__(self, host: Host) -> None:
        super().__init__(host)
        self._keys: tuple[QuickKey, ...] = ()

    def on_mount(self) -> None:
        super().on_mount()
        self.run_worker(self._load())

    def title_text(self) -> str:
        words = self.host.words
        till = self.host.desk.till
        sale = till.sale if till is not None else None
        if sale is None or not sale.items:
            return words.wares.items_title
        pieces = sum(item.quantity for item in sale.items)
        summed = words.wares.items_sum.format(count=pieces, won=words.won(sale.due_won))
        return f"{words.wares.items_title}  {summed}"

    def empty_text(self) -> str:
        return self.host.words.wares.no_items

    def chosen(self, index: int) -> None:
        key = self._keys[index]
        if key.price_won:
            self.run_worker(self._add(key.key, 0))
            return
        title = self.host.words.wares.price_title.format(name=key.name)
        self.app.push_screen(NumberScreen(self.host, title=title), partial(self._priced, key.key))

    def press(self, key: PadKey) -> None:
        if key is PadKey.ENTER:
            self.leave(None)
        elif key is PadKey.BACK and self._has_items:
            self.run_worker(self._take_back())
        else:
            super().press(key)

    @property
    def _has_items(self) -> bool:
        till = self.host.desk.till
        return till is not None and till.sale is not None and bool(till.sale.items)

    def _actions(self) -> tuple[Action, ...]:
        back = self.host.words.wares.take_back if self._has_items else self.labels.back
        enter = Action(key_text=self.labels.key_enter, label=self.labels.confirm, key=PadKey.ENTER)
        return (Action(key_text="-", label=back, key=PadKey.BACK), enter)

    def _priced(self, key: int, price_won: int | None) -> None:
        if price_won:
            self.run_worker(self._add(key, price_won))

    async def _load(self) -> None:
        answer = await self.host.ask(ListQuickKeys())
        if isinstance(answer, QuickKeyPage):
            self._keys = answer.keys
            self.fill(tuple(self._row(key) for key in answer.keys))

    def _row(self, key: QuickKey) -> Row:
        words = self.host.words
        price = words.won(key.price_won) if key.price_won else words.wares.typed_price
        exempt = f"  ({words.wares.exempt})" if key.is_exempt else ""
        return Row(text=f"{key.name}  {price}{exempt}", number=key.key)

    async def _add(self, key: int, price_won: int) -> None:
        said_of(self.host, await self.host.ask(AddItem(key=key, price_won=price_won)), None)
        self.refresh_words()

    async def _take_back(self) -> None:
        said_of(self.host, await self.host.ask(TakeItemBack()), None)
        self.refresh_words()
