"""Printers that were found; choosing one prints there from then on."""

from pos.link.calls import AdoptPrinter, DevicePage, Done, ListDevices, SearchPrinters
from pos.tui.answers import said_of
from pos.tui.host import Host
from pos.tui.screens.listing import ListScreen, Row

LOOK_S = 0.5


class PrintersScreen(ListScreen):
    """What a search found, as it is found."""

    def __init__(self, host: Host) -> None:
        super().__init__(host)
        self._page: DevicePage | None = None

    def on_mount(self) -> None:
        super().on_mount()
        self.run_worker(self._begin())
        self.set_interval(LOOK_S, self._look_again)

    def title_text(self) -> str:
        return self.labels.search_title

    def empty_text(self) -> str:
        is_over = self._page is not None and not self._page.is_searching
        return self.labels.search_empty if is_over else self.labels.search_running

    def draw(self) -> None:
        self._rows = self._found_rows()
        super().draw()

    def chosen(self, index: int) -> None:
        if self._page is not None:
            self.run_worker(self._adopt(self._page.found[index].url))

    async def _begin(self) -> None:
        if not said_of(self.host, await self.host.ask(SearchPrinters()), None):
            self.leave(None)

    async def _adopt(self, url: str) -> None:
        answer = await self.host.ask(AdoptPrinter(url=url))
        if said_of(self.host, answer, None) and isinstance(answer, Done):
            self.leave(None)
            self.host.tell(self.labels.printer_adopted)

    def _look_again(self) -> None:
        if self.is_current and (self._page is None or self._page.is_searching):
            self.run_worker(self.load(), group="look", exclusive=True)

    async def load(self) -> None:
        """Look at the devices again."""
        page = await self.host.ask(ListDevices())
        if page is not None:
            self._page = page
            self.refresh_words()

    def _found_rows(self) -> tuple[Row, ...]:
        found = self._page.found if self._page is not None else ()
        return tuple(Row(text=f"{one.model}  {one.url}", detail=one.answered) for one in found)
