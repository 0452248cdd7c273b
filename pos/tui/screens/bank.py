"""Paper notes after the sale: numbers that are missing, the trip to the bank, the money that arrived."""

from collections.abc import Callable
from functools import partial
from itertools import groupby

from pos.link.calls import (
    CreditNotes,
    Done,
    DrawerPage,
    ListDrawer,
    NumberNotes,
    Refused,
    SubmissionLine,
    SubmitNotes,
    UnnumberedLine,
)
from pos.tui.answers import said_of
from pos.tui.host import Host
from pos.tui.screens.listing import ListScreen, Row
from pos.tui.screens.number import NumberScreen
from pos.tui.screens.serial import SerialScreen
from pos.words import Notice


class BankScreen(ListScreen):
    """What is to be done, one row each; what is done, below."""

    def __init__(self, host: Host) -> None:
        super().__init__(host)
        self._acts: tuple[Callable[[], None], ...] = ()

    def on_mount(self) -> None:
        super().on_mount()
        self.run_worker(self._load())

    def title_text(self) -> str:
        return self.host.words.wares.bank_title

    def empty_text(self) -> str:
        return self.host.words.wares.bank_empty

    def chosen(self, index: int) -> None:
        self._acts[index]()

    async def _load(self) -> None:
        answer = await self.host.ask(ListDrawer())
        if not isinstance(answer, DrawerPage):
            said_of(self.host, answer, None)
            self.leave(None)
            return
        listed = (*self._unnumbered(answer), *self._to_submit(answer), *map(self._submission, answer.submissions))
        self._acts = tuple(act for _, act in listed)
        self.fill(tuple(Row(text=text) for text, _ in listed))

    def _unnumbered(self, page: DrawerPage) -> list[tuple[str, Callable[[], None]]]:
        words = self.host.words
        return [
            (
                words.wares.bank_unnumbered.format(
                    name=line.name, won=words.won(line.denomination_won), count=line.count
                ),
                partial(self._ask_serial, line, ()),
            )
            for line in page.unnumbered
        ]

    def _to_submit(self, page: DrawerPage) -> list[tuple[str, Callable[[], None]]]:
        words = self.host.words
        rows: list[tuple[str, Callable[[], None]]] = []
        for (issuer, program, name), group in groupby(
            page.lines, key=lambda line: (line.issuer, line.program, line.name)
        ):
            lines = tuple(group)
            reported = sum(line.reported for line in lines)
            won = words.won(sum(line.denomination_won * (line.count - line.reported) for line in lines))
            count = sum(line.count for line in lines) - reported
            text = words.wares.bank_submit.format(name=name, count=count, won=won)
            if reported:
                text = words.wares.bank_reported.format(text=text, count=reported)
            rows.append((text, partial(self._send, SubmitNotes(issuer=issuer, program=program))))
        return rows

    def _submission(self, line: SubmissionLine) -> tuple[str, Callable[[], None]]:
        words = self.host.words
        pattern = words.wares.bank_credited if line.credited_date else words.wares.bank_credit
        won = words.won(line.credited_won or line.amount_won)
        date = line.credited_date or line.business_date
        text = pattern.format(number=line.number, name=line.name, won=won, date=date)
        return text, partial(self._ask_credit, line)

    def _ask_serial(self, line: UnnumberedLine, serials: tuple[str, ...]) -> None:
        wares = self.host.words.wares
        title = wares.serial_title.format(number=len(serials) + 1, count=line.count)
        screen = SerialScreen(self.host, title=title, lines=(wares.serial_line,))
        self.app.push_screen(screen, partial(self._numbered, line, serials, screen))

    def _numbered(self, line: UnnumberedLine, serials: tuple[str, ...], screen: SerialScreen, done: int | None) -> None:
        typed = serials if done is None else (*serials, screen.typed)
        if done is not None and len(typed) < line.count:
            self._ask_serial(line, typed)
        elif typed:
            self._send(NumberNotes(entry=line.entry, serials=typed))

    def _ask_credit(self, line: SubmissionLine) -> None:
        if line.credited_date:
            self.host.notify_cashier(Notice.NOTHING_HERE)
            return
        title = self.host.words.wares.credit_title.format(won=self.host.words.won(line.amount_won))
        screen = NumberScreen(self.host, title=title, proposed=line.amount_won)
        self.app.push_screen(screen, partial(self._credited, line.number))

    def _credited(self, number: int, amount_won: int | None) -> None:
        if amount_won:
            self._send(CreditNotes(number=number, amount_won=amount_won))

    def _send(self, call: SubmitNotes | NumberNotes | CreditNotes) -> None:
        self.run_worker(self._ask(call))

    async def _ask(self, call: SubmitNotes | NumberNotes | CreditNotes) -> None:
        answer: Done | Refused | None = await self.host.ask(call)
        said_of(self.host, answer, Notice.DONE)
        await self._load()
