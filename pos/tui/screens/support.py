"""The support number: eight digits to read over the telephone, on paper where wanted, and what is not in order.

The page looks again every second, so that what is mended disappears from it.
"""

from pos.link.calls import Examination, PrintDocument, ReadExamination, WantBundle
from pos.link.examination import BundleState, Colour, Finding
from pos.tui.answers import said_of
from pos.tui.host import Host
from pos.tui.screens.listing import ListScreen, Row
from pos.words import Notice
from pos.words.columns import columns_of
from pos.words.moments import moment_text

LOOK_S = 1.0
DETAIL_COLUMNS = 74
"""What stands beside a row on the smallest screen."""
_PRINT, _BUNDLE = range(2)


class SupportScreen(ListScreen):
    """What can be done with the number, then each finding that wants something."""

    def __init__(self, host: Host) -> None:
        super().__init__(host)
        self._page: Examination | None = None

    def on_mount(self) -> None:
        super().on_mount()
        self.run_worker(self.load())
        self.set_interval(LOOK_S, self._look_again)

    def title_text(self) -> str:
        support = self.host.words.support
        if self._page is None:
            return support.menu
        number = self._page.number
        return support.title.format(number=f"{number[:4]} {number[4:]}")

    def draw(self) -> None:
        if self._page is not None:
            self._rows = self._page_rows(self._page)
        super().draw()

    def chosen(self, index: int) -> None:
        if index == _PRINT and self._page is not None and self._page.slip:
            self.run_worker(self._print(self._page.slip))
        elif index == _BUNDLE:
            self.run_worker(self._want_bundle())
        else:
            self.host.notify_cashier(Notice.NOTHING_HERE)

    async def load(self) -> None:
        """Ask again."""
        page = await self.host.ask(ReadExamination())
        if page is not None:
            self._page = page
            self.fill(self._page_rows(page))

    def _look_again(self) -> None:
        if self.is_current:
            self.run_worker(self.load(), group="look", exclusive=True)

    async def _print(self, slip: str) -> None:
        said_of(self.host, await self.host.ask(PrintDocument(name=slip)), Notice.REPRINTING)

    async def _want_bundle(self) -> None:
        said_of(self.host, await self.host.ask(WantBundle()), None)
        await self.load()

    def _page_rows(self, page: Examination) -> tuple[Row, ...]:
        support = self.host.words.support
        wanting = [finding for finding in page.findings if self._wants_something(finding)]
        return (
            Row(text=support.print_slip, detail=self._examined(page)),
            Row(text=support.bundle, detail=support.bundle_states[BundleState(page.bundle)]),
            *(map(self._finding_row, wanting) if wanting else (Row(text=support.fine),)),
        )

    def _wants_something(self, finding: Finding) -> bool:
        return finding.colour is not Colour.GREEN and bool(self.host.words.finding(finding.code).to_do)

    def _examined(self, page: Examination) -> str:
        support = self.host.words.support
        if not page.examined_s:
            return support.never_examined
        return support.print_detail.format(moment=moment_text(page.examined_s, now_s=self.host.wall_s()))

    def _finding_row(self, finding: Finding) -> Row:
        said = self.host.words.finding(finding.code)
        more = "  ".join(part for part in (said.to_do, finding.answered) if part)
        # What to do counts more than what was measured.
        fits = columns_of(more) <= DETAIL_COLUMNS
        return Row(text=f"{said.name}: {said.meaning} ({finding.code})", detail=more if fits else said.to_do)
