"""The second page of the menu: what is wanted rarely.

Numbers: 1 send now, 2 payment request, 3 refund by receipt, 4 change of clerk, 5 owner's page, 6 devices, 7 language,
9 leave the screen. A number whose item is not there stays free.
"""

from pos.link.calls import LogOut, SyncNow
from pos.tui.answers import said_of
from pos.tui.screens.devices import DevicesScreen
from pos.tui.screens.numbered import Item, NumberedMenu
from pos.tui.screens.request import RequestScreen
from pos.words import Notice


class MoreScreen(NumberedMenu):
    """The rest of the menu."""

    def title_text(self) -> str:
        return self.labels.menu_more

    def items(self) -> tuple[Item, ...]:
        labels, host = self.labels, self.host
        items = (
            Item(number=1, text=labels.menu_send, open=lambda: self.run_worker(self._send_now())),
            Item(number=2, text=labels.menu_request, open=lambda: self.app.push_screen(RequestScreen(host))),
            Item(number=4, text=host.words.day.menu_handover, open=lambda: self.run_worker(self._hand_over())),
            Item(number=6, text=labels.menu_devices, open=lambda: self.app.push_screen(DevicesScreen(host))),
            Item(number=7, text=labels.menu_language, open=host.switch_language),
        )
        return (*items, Item(number=9, text=labels.menu_quit, open=host.quit_screen)) if host.may_quit else items

    async def _hand_over(self) -> None:
        if said_of(self.host, await self.host.ask(LogOut()), None):
            self.leave(None)

    async def _send_now(self) -> None:
        if await self.host.ask(SyncNow()) is not None:
            self.host.notify_cashier(Notice.SENDING)
