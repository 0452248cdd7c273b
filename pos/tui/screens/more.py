"""The second page of the menu: what is wanted rarely.

Numbers: 1 send now, 2 payment request, 3 refund by receipt, 4 change of clerk, 5 owner's page, 6 devices, 7 language,
8 cash receipts, 9 leave the screen, 0 paper notes to the bank. A number whose item is not there stays free.
"""

from textual.worker import WorkType

from pos.link.calls import LogOut, SyncNow
from pos.tui.answers import said_of
from pos.tui.giving_back import GROUP, take_back
from pos.tui.screens.bank import BankScreen
from pos.tui.screens.cash_receipts import CashReceiptsScreen
from pos.tui.screens.devices import DevicesScreen
from pos.tui.screens.numbered import Item, NumberedMenu
from pos.tui.screens.owner import OwnerScreen
from pos.tui.screens.receipt_number import ReceiptNumberScreen
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
            Item(number=3, text=host.words.giving_back.menu_refund, open=self._refund),
            Item(number=4, text=host.words.day.menu_handover, open=lambda: self.run_worker(self._hand_over())),
            Item(number=5, text=host.words.day.menu_owner, open=lambda: self.app.push_screen(OwnerScreen(host))),
            Item(number=6, text=labels.menu_devices, open=lambda: self.app.push_screen(DevicesScreen(host))),
            Item(number=7, text=labels.menu_language, open=host.switch_language),
            Item(
                number=8,
                text=host.words.giving_back.menu_cash_receipts,
                open=lambda: self.app.push_screen(CashReceiptsScreen(host)),
            ),
        )
        bank = Item(number=0, text=host.words.wares.bank_title, open=lambda: self.app.push_screen(BankScreen(host)))
        leave = (Item(number=9, text=labels.menu_quit, open=host.quit_screen),) if host.may_quit else ()
        return (*items, *leave, bank)

    def _refund(self) -> None:
        work: WorkType[None] = self._take_back
        self.app.run_worker(work, group=GROUP, exclusive=True)

    async def _take_back(self) -> None:
        labels = self.host.words.giving_back
        asked = ReceiptNumberScreen(self.host, title=labels.receipt_title, lines=labels.receipt_lines)
        if await self.app.push_screen_wait(asked) is not None:
            await take_back(self.app, self.host, receipt_number=asked.receipt_number)

    async def _hand_over(self) -> None:
        if said_of(self.host, await self.host.ask(LogOut()), None):
            self.leave(None)

    async def _send_now(self) -> None:
        if await self.host.ask(SyncNow()) is not None:
            self.host.notify_cashier(Notice.SENDING)
