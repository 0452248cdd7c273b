"""The sales of late, each leading to its receipt."""

from pos.link.calls import ListSales, SaleLine
from pos.tui.host import Host
from pos.tui.screens.listing import ListScreen, Row
from pos.tui.screens.receipt import ReceiptScreen
from pos.words.moments import moment_text

_SALES_SHOWN = 45


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

    async def _load(self) -> None:
        page = await self.host.ask(ListSales(newest=_SALES_SHOWN))
        if page is not None:
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
