"""The sales of late, each leading to its receipt; 0 finds others by receipt number, code, amount or time."""

from textual.worker import WorkType

from pos.link.calls import ListSales, SaleLine, SalePage
from pos.tui.actions import Action
from pos.tui.giving_back import GROUP
from pos.tui.host import Host
from pos.tui.pad import PadKey
from pos.tui.screens.choice import ChoiceScreen
from pos.tui.screens.listing import ListScreen, Row
from pos.tui.screens.number import NumberScreen
from pos.tui.screens.receipt import ReceiptScreen
from pos.tui.screens.receipt_number import FindReceiptScreen, MomentScreen
from pos.words.moments import moment_text
from pos.words.typed import typed_moment

_SALES_SHOWN = 45
_BY_NUMBER, _BY_AMOUNT = 1, 2


class HistoryScreen(ListScreen):
    """Newest first."""

    def __init__(self, host: Host) -> None:
        super().__init__(host)
        self._sales: tuple[SaleLine, ...] = ()

    def on_mount(self) -> None:
        self.run_worker(self._load())

    def title_text(self) -> str:
        return self.labels.menu_history

    def empty_text(self) -> str:
        return self.labels.history_empty

    def chosen(self, index: int) -> None:
        self.app.push_screen(ReceiptScreen(self.host, self._sales[index].receipt_number))

    def press(self, key: PadKey) -> None:
        if key is PadKey.D0:
            work: WorkType[None] = self._find
            self.app.run_worker(work, group=GROUP, exclusive=True)
        else:
            super().press(key)

    def _actions(self) -> tuple[Action, ...]:
        return (Action(key_text="0", label=self.host.words.giving_back.find, key=PadKey.D0), *super()._actions())

    async def _find(self) -> None:
        labels = self.host.words.giving_back
        asked = ChoiceScreen(self.host, title=labels.find_title, lines=(), choices=labels.find_ways)
        way = await self.app.push_screen_wait(asked)
        if way == _BY_NUMBER:
            typed = FindReceiptScreen(self.host, title=labels.find_ways[0], lines=labels.find_lines)
            if await self.app.push_screen_wait(typed) is not None:
                self.app.push_screen(ReceiptScreen(self.host, typed.receipt_number))
        elif way == _BY_AMOUNT:
            amount_won = await self.app.push_screen_wait(NumberScreen(self.host, title=labels.find_amount))
            if amount_won:
                await self._load(amount_won=amount_won)
        elif way is not None:
            await self._find_by_time()

    async def _find_by_time(self) -> None:
        labels = self.host.words.giving_back
        typed = MomentScreen(self.host, title=labels.find_time, lines=labels.find_time_lines)
        if await self.app.push_screen_wait(typed) is None:
            return
        moment_s = typed_moment(typed.typed, now_s=self.host.wall_s())
        if moment_s is None:
            self.host.tell(self.host.words.papers.no_moment)
        else:
            await self._load(around_s=moment_s)

    async def _load(self, *, amount_won: int = 0, around_s: int = 0) -> None:
        page = await self.host.ask(ListSales(newest=_SALES_SHOWN, amount_won=amount_won, around_s=around_s))
        # Whoever may not see it is told so instead.
        if isinstance(page, SalePage):
            self._sales = page.sales
            self.fill(tuple(map(self._row, page.sales)))

    def _row(self, sale: SaleLine) -> Row:
        words = self.host.words
        moment = moment_text(sale.time_s, now_s=self.host.wall_s())
        facts = (words.receipt_number(sale.receipt_number), words.paper(sale.paper), words.delivery(sale.delivery))
        return Row(
            text=f"{moment}  {words.won(sale.amount_won)}  {sale.program_name}",
            detail="  ".join(fact for fact in facts if fact),
        )
