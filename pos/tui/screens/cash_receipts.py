"""Cash receipts of the shop's own: those without an approval first, the oldest sale on top, then those of today."""

from textual.worker import WorkType

from pos.link.calls import CashReceiptLine, CashReceiptPage, ListCashReceipts
from pos.till.cash_receipt import CashReceiptState
from pos.tui.giving_back import GROUP, ask_cash_receipt
from pos.tui.host import Host
from pos.tui.screens.listing import ListScreen, Row
from pos.tui.screens.receipt import ReceiptScreen
from pos.tui.screens.receipt_number import ReceiptNumberScreen
from pos.words.moments import moment_text


class CashReceiptsScreen(ListScreen):
    """The first row asks for one by receipt number; every other leads to its sale's receipt."""

    def __init__(self, host: Host) -> None:
        super().__init__(host)
        self._receipts: tuple[CashReceiptLine, ...] = ()

    def on_mount(self) -> None:
        super().on_mount()
        self.run_worker(self._load())

    def title_text(self) -> str:
        return self.host.words.giving_back.menu_cash_receipts

    def chosen(self, index: int) -> None:
        if index == 0:
            work: WorkType[None] = self._ask
            self.app.run_worker(work, group=GROUP, exclusive=True)
        else:
            self.app.push_screen(ReceiptScreen(self.host, self._receipts[index - 1].receipt_number))

    async def _ask(self) -> None:
        labels = self.host.words.giving_back
        asked = ReceiptNumberScreen(self.host, title=labels.receipt_title, lines=labels.receipt_lines[1:])
        if await self.app.push_screen_wait(asked) is not None:
            await ask_cash_receipt(self.app, self.host, receipt_number=asked.receipt_number)
            await self._load()

    async def _load(self) -> None:
        page = await self.host.ask(ListCashReceipts())
        # Whoever may not see it is told so instead.
        if isinstance(page, CashReceiptPage):
            self._receipts = page.lines
        labels = self.host.words.giving_back
        empty = "" if self._receipts else labels.list_empty
        self.fill((Row(text=labels.new_one, detail=empty), *map(self._row, self._receipts)))

    def _row(self, line: CashReceiptLine) -> Row:
        words, labels = self.host.words, self.host.words.giving_back
        moment = moment_text(line.traded_s, now_s=self.host.wall_s())
        cancelled = f"  {labels.cancelled}" if line.is_cancel else ""
        late = labels.late.format(days=line.lateness_days) if line.lateness_days else ""
        facts = (line.identifier, self._state(line), late)
        return Row(
            text=f"{moment}  {words.won(line.amount_won)}  {words.receipt_number(line.receipt_number)}{cancelled}",
            detail="  ".join(fact for fact in facts if fact),
        )

    def _state(self, line: CashReceiptLine) -> str:
        labels = self.host.words.giving_back
        states = {
            CashReceiptState.QUEUED: labels.state_queued,
            CashReceiptState.REQUESTED: labels.state_requested,
            CashReceiptState.APPROVED: labels.state_approved,
            CashReceiptState.CONFIRMED: labels.state_confirmed,
            CashReceiptState.REJECTED: labels.state_rejected,
        }
        known = line.state in tuple(CashReceiptState)
        return states[CashReceiptState(line.state)].format(number=line.approval_number) if known else line.state
