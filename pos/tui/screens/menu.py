"""The menu.

Numbers: 1 cancel the last sale, 2 sales, 3 why was it declined, 4 matters to settle with customers, 5 printer and
receipts, 6 opening, closing and reports, 7 drawer, 8 more, 9 support number. A number whose item is not there stays
free, so that none changes its meaning.
"""

from textual.worker import WorkType

from pos.link.calls import OpenDrawer, PrintWaiting
from pos.tui.answers import said_of
from pos.tui.giving_back import GROUP, take_back
from pos.tui.screens.attention import AttentionScreen
from pos.tui.screens.choice import ChoiceScreen
from pos.tui.screens.day import DayScreen
from pos.tui.screens.history import HistoryScreen
from pos.tui.screens.more import MoreScreen
from pos.tui.screens.numbered import Item, NumberedMenu
from pos.tui.screens.pad_screen import PadScreen
from pos.tui.screens.remotes import RemotesScreen
from pos.tui.screens.support import SupportScreen
from pos.tui.screens.why import WhyScreen
from pos.words import DrawerCause, Notice

_PRINTED = ("all", "last", "none")


class MenuScreen(NumberedMenu):
    """Everything that is not part of an ordinary sale."""

    def title_text(self) -> str:
        return self.labels.menu_title

    def items(self) -> tuple[Item, ...]:
        labels, host = self.labels, self.host
        return (
            Item(number=1, text=host.words.giving_back.menu_cancel_last, open=self._cancel_last),
            Item(number=2, text=labels.menu_history, open=lambda: self._show(HistoryScreen(host))),
            Item(number=3, text=labels.menu_why, open=lambda: self._show(WhyScreen(host))),
            self._matters(),
            Item(number=5, text=labels.menu_printer, open=self._ask_printing),
            Item(number=6, text=host.words.day.menu_day, open=lambda: self._show(DayScreen(host))),
            Item(number=7, text=labels.menu_drawer, open=self._ask_drawer),
            Item(number=8, text=labels.menu_more, open=lambda: self._show(MoreScreen(host))),
            Item(number=9, text=host.words.support.menu, open=lambda: self._show(SupportScreen(host))),
        )

    def _show(self, screen: PadScreen) -> None:
        self.app.push_screen(screen)

    def _matters(self) -> Item:
        """What waits for a person: first whoever waits for an answer."""
        till, host = self.host.desk.till, self.host
        if till is not None and till.remotes_waiting:
            title = host.words.giving_back.remotes_title
            return Item(number=4, text=title, open=lambda: self._show(RemotesScreen(host)))
        return Item(number=4, text=self.labels.menu_attention, open=lambda: self._show(AttentionScreen(host)))

    def _cancel_last(self) -> None:
        work: WorkType[None] = self._take_back
        self.app.run_worker(work, group=GROUP, exclusive=True)

    async def _take_back(self) -> None:
        if await take_back(self.app, self.host):
            self.leave(None)

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
