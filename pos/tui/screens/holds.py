"""Sales that were put aside; a number calls one back."""

from pos.link.calls import ListSuspended, ResumeSale, SuspendedLine, SuspendedPage
from pos.tui.answers import said_of
from pos.tui.host import Host
from pos.tui.screens.listing import ListScreen, Row
from pos.words.moments import clock_text


class HoldsScreen(ListScreen):
    """One row for each."""

    def __init__(self, host: Host) -> None:
        super().__init__(host)
        self._lines: tuple[SuspendedLine, ...] = ()

    def on_mount(self) -> None:
        super().on_mount()
        self.run_worker(self._load())

    def title_text(self) -> str:
        return self.host.words.wares.held_title

    def chosen(self, index: int) -> None:
        self.run_worker(self._resume(self._lines[index].sale_id))

    async def _load(self) -> None:
        answer = await self.host.ask(ListSuspended())
        if isinstance(answer, SuspendedPage):
            self._lines = answer.lines
            self.fill(tuple(map(self._row, answer.lines)))

    def _row(self, line: SuspendedLine) -> Row:
        words = self.host.words
        paid = words.wares.held_paid.format(won=words.won(line.paid_won)) if line.paid_won else ""
        won = words.won(line.total_won)
        text = words.wares.held_line.format(number=line.hold_number, time=clock_text(line.time_s), won=won)
        return Row(
            text=text, detail="  ".join(part for part in (line.first_item, paid) if part), number=line.hold_number
        )

    async def _resume(self, sale_id: bytes) -> None:
        if said_of(self.host, await self.host.ask(ResumeSale(sale_id=sale_id)), None):
            self.leave(None)
