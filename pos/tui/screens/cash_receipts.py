"""Cash receipts of the shop's own: those without an approval first, the oldest sale on top, then those of today."""

from functools import partial

from textual.worker import WorkType

from pos.link.calls import CancelCashReceipt, CashReceiptLine, CashReceiptPage, ListCashReceipts
from pos.till.cash_receipt import CashReceiptState
from pos.tui.answers import said_of
from pos.tui.giving_back import GROUP, ask_cash_receipt
from pos.tui.host import Host
from pos.tui.screens.choice import ChoiceScreen
from pos.tui.screens.listing import ListScreen, Row
from pos.tui.screens.receipt import ReceiptScreen
from pos.tui.screens.receipt_number import ReceiptNumberScreen
from pos.voucher.bodies import CashReceiptReason
from pos.words.moments import moment_text

_SHOW = 1


class CashReceiptsScreen(ListScreen):
    """The first row asks for one by receipt number; every other leads to its sale's receipt, or to taking it back."""

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
            line = self._receipts[index - 1]
            offer: WorkType[None] = partial(self._offer, line)
            self.app.run_worker(offer, group=GROUP, exclusive=True)

    async def _offer(self, line: CashReceiptLine) -> None:
        labels, row = self.host.words.papers, self._row(line)
        may_cancel = not line.is_cancel and line.state != CashReceiptState.REJECTED
        choices = labels.cash_choices if may_cancel else labels.cash_choices[:1]
        asked = ChoiceScreen(self.host, title=row.text, lines=(row.detail,), choices=choices)
        choice = await self.app.push_screen_wait(asked)
        if choice == _SHOW:
            self.app.push_screen(ReceiptScreen(self.host, line.receipt_number))
        elif choice is not None:
            await self._cancel(line, row)

    async def _cancel(self, line: CashReceiptLine, row: Row) -> None:
        labels = self.host.words.papers
        asked = ChoiceScreen(
            self.host, title=labels.cash_cancel_title, lines=(row.text, row.detail), choices=labels.cash_reasons
        )
        reason = await self.app.push_screen_wait(asked)
        if reason is None:
            return
        call = CancelCashReceipt(receipt_number=line.receipt_number, reason=tuple(CashReceiptReason)[reason - 1])
        if said_of(self.host, await self.host.ask(call), None):
            self.host.tell(labels.cash_cancelled)
            await self._load()

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
