"""The menu. Number 1 is kept for cancelling the last sale, so that no number changes its meaning later."""

from collections.abc import Callable
from dataclasses import dataclass

from pos.link.calls import OpenDrawer, PrintWaiting, SyncNow
from pos.tui.answers import said_of
from pos.tui.host import Host
from pos.tui.screens.attention import AttentionScreen
from pos.tui.screens.choice import ChoiceScreen
from pos.tui.screens.history import HistoryScreen
from pos.tui.screens.listing import ListScreen, Row
from pos.tui.screens.pad_screen import PadScreen
from pos.tui.screens.request import RequestScreen
from pos.tui.screens.why import WhyScreen
from pos.words import DrawerCause, Notice

_FIRST_NUMBER = 2
_PRINTED = ("all", "last", "none")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Item:
    text: str
    open: Callable[[], None]


class MenuScreen(ListScreen):
    """Everything that is not part of an ordinary sale."""

    def __init__(self, host: Host) -> None:
        super().__init__(host, first_number=_FIRST_NUMBER)
        self.fill(self._menu_rows())

    def title_text(self) -> str:
        return self.labels.menu_title

    def chosen(self, index: int) -> None:
        self._items()[index].open()

    def draw(self) -> None:
        self._rows = self._menu_rows()
        super().draw()

    def _menu_rows(self) -> tuple[Row, ...]:
        return tuple(Row(text=item.text) for item in self._items())

    def _items(self) -> tuple[_Item, ...]:
        labels, host = self.labels, self.host
        items = (
            _Item(text=labels.menu_history, open=lambda: self._show(HistoryScreen(host))),
            _Item(text=labels.menu_why, open=lambda: self._show(WhyScreen(host))),
            _Item(text=labels.menu_attention, open=lambda: self._show(AttentionScreen(host))),
            _Item(text=labels.menu_printer, open=self._ask_printing),
            _Item(text=labels.menu_send, open=self._send_now),
            _Item(text=labels.menu_drawer, open=self._ask_drawer),
            _Item(text=labels.menu_language, open=host.switch_language),
            _Item(text=labels.menu_request, open=lambda: self._show(RequestScreen(host))),
        )
        return (*items, _Item(text=labels.menu_quit, open=host.quit_screen)) if host.may_quit else items

    def _show(self, screen: PadScreen) -> None:
        self.app.push_screen(screen)

    def _send_now(self) -> None:
        self.run_worker(self._ask_to_send())

    async def _ask_to_send(self) -> None:
        if await self.host.ask(SyncNow()) is not None:
            self.host.notify_cashier(Notice.SENDING)

    def _ask_printing(self) -> None:
        till, labels = self.host.desk.till, self.labels
        lines = (self.host.words.printer(till.printer),) if till is not None else ()
        screen = ChoiceScreen(self.host, title=labels.printer_title, lines=lines, choices=labels.printer_actions)
        self.app.push_screen(screen, self._print_waiting)

    def _print_waiting(self, choice: int | None) -> None:
        if choice is not None:
            self.run_worker(self._ask_to_print(_PRINTED[choice - 1]))

    async def _ask_to_print(self, which: str) -> None:
        said_of(self.host, await self.host.ask(PrintWaiting(which=which)), Notice.DONE)

    def _ask_drawer(self) -> None:
        labels = self.labels
        screen = ChoiceScreen(self.host, title=labels.drawer_title, lines=(), choices=labels.drawer_causes)
        self.app.push_screen(screen, self._open_drawer)

    def _open_drawer(self, choice: int | None) -> None:
        if choice is not None:
            self.run_worker(self._ask_for_drawer(tuple(DrawerCause)[choice - 1]))

    async def _ask_for_drawer(self, cause: DrawerCause) -> None:
        said_of(self.host, await self.host.ask(OpenDrawer(cause=cause)), Notice.DRAWER_OPENED)
