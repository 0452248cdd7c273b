"""A receipt on the screen as it stands on paper, and another copy of it."""

from functools import partial

from textual import on
from textual.app import ComposeResult
from textual.containers import Center, Vertical
from textual.worker import WorkType

from pos.link.calls import Call, Done, ReceiptPage, Refused, ReportPage, ReprintReceipt, ShowReceipt
from pos.tui.actions import Action
from pos.tui.answers import said_of
from pos.tui.electronic import code_in, give_electronic
from pos.tui.giving_back import GROUP, take_back
from pos.tui.host import Host
from pos.tui.messages import AnswerTouched
from pos.tui.pad import PadKey
from pos.tui.receipt_rows import lines_of
from pos.tui.screens.pad_screen import PadScreen
from pos.tui.widgets.footer import ActionFooter
from pos.tui.widgets.line import Line
from pos.words import Notice

_REPRINT, _SHOW_CODE, _TAKE_BACK = 1, 2, 3
_FRAME_ROWS = 5
"""Title, notice and footer."""


class ReceiptScreen(PadScreen):
    """Pages through a receipt; 1 prints it again, 2 asks a customer who may want no paper, 3 takes the sale back."""

    is_of_sale = True
    """Whether it is for a customer."""

    def __init__(self, host: Host, receipt_number: str) -> None:
        super().__init__(host)
        self._number = receipt_number
        self._page: ReceiptPage | ReportPage | None = None
        self._top = 0

    def compose(self) -> ComposeResult:
        yield Line(classes="title")
        with Vertical(id="paper"), Center():
            yield Line(id="receipt")
        yield Line(id="notice")
        yield ActionFooter()

    def on_mount(self) -> None:
        self.run_worker(self._load())

    def draw(self) -> None:
        self.query_one(".title", Line).say(self.title_text())
        self.query_one("#notice", Line).say(self.host.told())
        self.query_one(ActionFooter).show(self._actions())
        if self._page is not None:
            receipt = self.query_one("#receipt", Line)
            receipt.styles.width = self._page.columns + 4
            receipt.say_rows(self._lines()[self._top : self._top + self._rows_shown])

    def title_text(self) -> str:
        return self.host.words.receipt_number(self._number)

    def reprint_call(self) -> Call[Done | Refused]:
        """What puts it on paper."""
        return ReprintReceipt(receipt_number=self._number)

    def load_call(self) -> Call[ReceiptPage | Refused] | Call[ReportPage | Refused]:
        """What brings it."""
        return ShowReceipt(receipt_number=self._number)

    def press(self, key: PadKey) -> None:
        match key:
            case PadKey.BACK:
                self.leave(None)
            case PadKey.TENDER:
                self._scroll(self._rows_shown - 2)
            case PadKey.NOTES:
                self._scroll(2 - self._rows_shown)
            case _:
                self._choose(key.number)

    @on(AnswerTouched)
    def _touch(self, message: AnswerTouched) -> None:
        message.stop()
        self._choose(message.choice)

    def _choose(self, number: int | None) -> None:
        if number == _REPRINT:
            self.run_worker(self._reprint())
        elif number == _SHOW_CODE and self._has_code():
            giving: WorkType[None] = partial(give_electronic, self.app, self.host, receipt_number=self._number)
            self.app.run_worker(giving, group=GROUP, exclusive=True)
        elif number == _TAKE_BACK and self.is_of_sale:
            work: WorkType[None] = self._take_back
            self.app.run_worker(work, group=GROUP, exclusive=True)
        else:
            self.host.notify_cashier(Notice.NOTHING_HERE)

    async def _take_back(self) -> None:
        if await take_back(self.app, self.host, receipt_number=self._number):
            self.leave(None)

    async def _load(self) -> None:
        answer = await self.host.ask(self.load_call())
        if isinstance(answer, Refused):
            said_of(self.host, answer, None)
        elif answer is not None:
            self._page = answer
        self.refresh_words()

    async def _reprint(self) -> None:
        said_of(self.host, await self.host.ask(self.reprint_call()), Notice.REPRINTING)

    def _lines(self) -> tuple[str, ...]:
        if self._page is None:
            return ()
        return self._page.lines or lines_of(self._page.rows, columns=self._page.columns)

    def _has_code(self) -> bool:
        return isinstance(self._page, ReceiptPage) and self._page.issued_s > 0 and bool(code_in(self._page))

    @property
    def _rows_shown(self) -> int:
        return max(self.size.height - _FRAME_ROWS, 1)

    def _scroll(self, rows: int) -> None:
        last_top = max(len(self._lines()) - self._rows_shown, 0)
        self._top = min(max(self._top + rows, 0), last_top)

    def _actions(self) -> tuple[Action, ...]:
        labels = self.labels
        electronic = Action(key_text="2", label=self.host.words.papers.electronic, choice=_SHOW_CODE)
        back = Action(key_text="3", label=labels.cancel_sale, choice=_TAKE_BACK)
        pages = (
            Action(key_text="/", label=labels.previous_page, key=PadKey.NOTES),
            Action(key_text="+", label=labels.next_page, key=PadKey.TENDER),
        )
        long = len(self._lines()) > self._rows_shown
        return (
            Action(key_text="1", label=labels.reprint, choice=_REPRINT),
            *((electronic,) if self._has_code() else ()),
            *((back,) if self.is_of_sale else ()),
            *(pages if long else ()),
            Action(key_text="-", label=labels.back, key=PadKey.BACK),
        )
