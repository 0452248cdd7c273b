"""A receipt on the screen as it stands on paper, and another copy of it."""

from textual import on
from textual.app import ComposeResult
from textual.containers import Center, Vertical
from textual.worker import WorkType

from pos.link.calls import Call, Done, PrintRow, ReceiptPage, Refused, ReprintReceipt, ShowReceipt
from pos.tui.actions import Action
from pos.tui.answers import said_of
from pos.tui.giving_back import GROUP, take_back
from pos.tui.host import Host
from pos.tui.messages import AnswerTouched
from pos.tui.pad import PadKey
from pos.tui.receipt_rows import lines_of
from pos.tui.screens.code import CodeScreen
from pos.tui.screens.pad_screen import PadScreen
from pos.tui.widgets.footer import ActionFooter
from pos.tui.widgets.line import Line
from pos.words import Notice

_REPRINT, _SHOW_CODE, _TAKE_BACK = 1, 2, 3
_FRAME_ROWS = 5
"""Title, notice and footer."""


class ReceiptScreen(PadScreen):
    """Pages through a receipt; 1 prints it again, 2 shows its code for a customer who wants no paper."""

    def __init__(self, host: Host, receipt_number: str) -> None:
        super().__init__(host)
        self._number = receipt_number
        self._page: ReceiptPage | None = None
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
        return f"{self.labels.receipt_title} {self._number}"

    def reprint_call(self) -> Call[Done | Refused]:
        """What puts it on paper."""
        return ReprintReceipt(receipt_number=self._number)

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
        code = self._code()
        if number == _REPRINT:
            self.run_worker(self._reprint())
        elif number == _SHOW_CODE and code:
            self.app.push_screen(CodeScreen(self.host, title=self.labels.code_title, text=code))
        elif number == _TAKE_BACK:
            work: WorkType[None] = self._take_back
            self.app.run_worker(work, group=GROUP, exclusive=True)
        else:
            self.host.notify_cashier(Notice.NOTHING_HERE)

    async def _take_back(self) -> None:
        if await take_back(self.app, self.host, receipt_number=self._number):
            self.leave(None)

    async def _load(self) -> None:
        answer = await self.host.ask(ShowReceipt(receipt_number=self._number))
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

    def _code(self) -> str:
        rows: tuple[PrintRow, ...] = self._page.rows if self._page is not None else ()
        return next((row.text for row in rows if row.kind == "qr"), "")

    @property
    def _rows_shown(self) -> int:
        return max(self.size.height - _FRAME_ROWS, 1)

    def _scroll(self, rows: int) -> None:
        last_top = max(len(self._lines()) - self._rows_shown, 0)
        self._top = min(max(self._top + rows, 0), last_top)

    def _actions(self) -> tuple[Action, ...]:
        labels = self.labels
        code = (Action(key_text="2", label=labels.show_code, choice=_SHOW_CODE),) if self._code() else ()
        pages = (
            Action(key_text="/", label=labels.previous_page, key=PadKey.NOTES),
            Action(key_text="+", label=labels.next_page, key=PadKey.TENDER),
        )
        long = len(self._lines()) > self._rows_shown
        return (
            Action(key_text="1", label=labels.reprint, choice=_REPRINT),
            *code,
            Action(key_text="3", label=labels.cancel_sale, choice=_TAKE_BACK),
            *(pages if long else ()),
            Action(key_text="-", label=labels.back, key=PadKey.BACK),
        )
