"""The device page: each device, how it is, what it answered, what to do; its tests and the shop's choices about it.

The page looks again every second, so that plugging something in is seen without a key. A device's own row leads to its
test; the rows behind the devices lead to what has no row of its own.
"""

from collections.abc import Callable

from pos.link.calls import (
    ChoosePrinting,
    ChooseShownOn,
    DevicePage,
    ListDevices,
    OpenDrawer,
)
from pos.link.equipment import DeviceKind, DeviceView
from pos.tui.answers import said_of
from pos.tui.host import Host
from pos.tui.screens.choice import ChoiceScreen
from pos.tui.screens.listing import ListScreen, Row
from pos.tui.screens.printers import PrintersScreen
from pos.tui.screens.scan_test import ScanTestScreen
from pos.tui.screens.trial import TrialScreen
from pos.tui.screens.wifi import WifiScreen
from pos.words import DrawerCause, Notice
from pos.words.columns import columns_of
from pos.words.findings import device_code

LOOK_S = 1.0
DETAIL_COLUMNS = 74
"""What stands beside a row on the smallest screen."""
_PRINTING = ("always", "ask", "never")
_SHOWN_ON = ("customer", "turned", "paper")
_DRAWER, _SEARCH, _WHEN, _WHERE, _WIFI = range(len(DeviceKind), len(DeviceKind) + 5)


class DevicesScreen(ListScreen):
    """Devices by number, then tests and choices."""

    def __init__(self, host: Host) -> None:
        super().__init__(host)
        self._page: DevicePage | None = None

    def on_mount(self) -> None:
        super().on_mount()
        self.run_worker(self.load())
        self.set_interval(LOOK_S, self._look_again)

    def title_text(self) -> str:
        return self.labels.devices_title

    def draw(self) -> None:
        if self._page is not None:
            self._rows = self._page_rows(self._page)
        super().draw()

    def chosen(self, index: int) -> None:
        if index < len(DeviceKind):
            self._test(tuple(DeviceKind)[index])
        elif index == _DRAWER:
            self.run_worker(self._open_drawer())
        elif index == _SEARCH:
            self.app.push_screen(PrintersScreen(self.host))
        elif index == _WHEN:
            labels = self.labels
            self._ask(labels.printing_title, labels.printing_choices, self._choose_printing)
        elif index == _WHERE:
            labels = self.labels
            self._ask(labels.shown_on_title, labels.shown_on_choices, self._choose_shown_on)
        elif index == _WIFI:
            self.app.push_screen(WifiScreen(self.host))

    def _test(self, kind: DeviceKind) -> None:
        match kind:
            case DeviceKind.PRINTER:
                self.app.push_screen(TrialScreen(self.host))
            case DeviceKind.SCANNER:
                self.app.push_screen(ScanTestScreen(self.host))
            case DeviceKind.DISPLAY | DeviceKind.LAMP | DeviceKind.VOICE:
                self.host.notify_cashier(Notice.NOTHING_HERE)

    def _ask(self, title: str, choices: tuple[str, ...], answer: Callable[[int | None], None]) -> None:
        self.app.push_screen(ChoiceScreen(self.host, title=title, lines=(), choices=choices), answer)

    def _choose_printing(self, choice: int | None) -> None:
        if choice is not None:
            self.run_worker(self._tell_printing(_PRINTING[choice - 1]))

    async def _tell_printing(self, printing: str) -> None:
        said_of(self.host, await self.host.ask(ChoosePrinting(printing=printing)), Notice.DONE)
        await self.load()

    def _choose_shown_on(self, choice: int | None) -> None:
        if choice is not None:
            self.run_worker(self._tell_shown_on(_SHOWN_ON[choice - 1]))

    async def _tell_shown_on(self, shown_on: str) -> None:
        said_of(self.host, await self.host.ask(ChooseShownOn(shown_on=shown_on)), Notice.DONE)
        await self.load()

    async def _open_drawer(self) -> None:
        said_of(self.host, await self.host.ask(OpenDrawer(cause=DrawerCause.TEST)), Notice.DRAWER_OPENED)

    def _look_again(self) -> None:
        if self.is_current:
            self.run_worker(self.load(), group="look", exclusive=True)

    async def load(self) -> None:
        """Look at the devices again."""
        page = await self.host.ask(ListDevices())
        if page is not None:
            self._page = page
            self.fill(self._page_rows(page))

    def _page_rows(self, page: DevicePage) -> tuple[Row, ...]:
        labels = self.labels
        _, _, drawer, search, when, where = labels.devices_actions
        return (
            *map(self._device_row, page.devices),
            Row(text=drawer),
            Row(text=search),
            Row(text=when, detail=labels.printing_choices[_PRINTING.index(page.printing)]),
            Row(text=where, detail=labels.shown_on_choices[_SHOWN_ON.index(page.shown_on)]),
            Row(text=self.host.words.wifi.title),
        )

    def _device_row(self, device: DeviceView) -> Row:
        code = device_code(device.kind, device.condition)
        said = self.host.words.finding(code)
        more = "  ".join(part for part in (said.to_do, device.answered) if part)
        # What to do counts more than what it is called.
        fits = columns_of(more) <= DETAIL_COLUMNS
        return Row(text=f"{said.name}: {said.meaning} ({code})", detail=more if fits else said.to_do)
