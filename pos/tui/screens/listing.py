"""Rows to look at and to choose from by number, nine to a page at the smallest size."""

from dataclasses import dataclass

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Vertical

from pos.tui.actions import Action
from pos.tui.host import Host
from pos.tui.messages import RowTouched
from pos.tui.pad import PadKey
from pos.tui.screens.pad_screen import PadScreen
from pos.tui.widgets.footer import ActionFooter
from pos.tui.widgets.line import Line
from pos.words import Notice

ROWS_MAX = 9
"""As many as there are digits to choose with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row: two lines, so that a finger can hit it."""

    text: str
    detail: str = ""
    number: int | None = None
    """The digit that chooses it on every page; without one, its place on the page does, counted from 1."""


class ListedRow(Line):
    """A row under a finger."""

    def __init__(self, index: int) -> None:
        super().__init__(classes="row")
        self._index = index

    def on_click(self, event: events.Click) -> None:
        event.stop()
        self.post_message(RowTouched(self._index))


class ListScreen(PadScreen):
    """A title and pages of rows. What a row leads to is `chosen`'s."""

    def __init__(self, host: Host) -> None:
        super().__init__(host)
        self.page = 0
        self._rows: tuple[Row, ...] | None = None

    def compose(self) -> ComposeResult:
        yield Line(classes="title")
        with Vertical(id="rows"):
            for index in range(ROWS_MAX):
                yield ListedRow(index)
        yield Line(id="notice")
        yield ActionFooter()

    def title_text(self) -> str:
        return ""

    def empty_text(self) -> str:
        return ""

    def chosen(self, index: int) -> None:
        """A row was chosen, counted from 0 over all pages."""

    def fill(self, rows: tuple[Row, ...]) -> None:
        """Show these rows."""
        self._rows = rows
        self.page = min(self.page, self._pages - 1)
        self.refresh_words()

    def draw(self) -> None:
        self.query_one(".title", Line).say(self._title_with_page())
        self.query_one("#notice", Line).say(self.host.told())
        shown = self._shown()
        for index, line in enumerate(self.query(ListedRow)):
            row = shown[index] if index < len(shown) else None
            line.display = row is not None
            if row is not None:
                line.say_rows((f"   {row.detail}",) if row.detail else (), title=f"{_number(row, index)}  {row.text}")
        if self._rows == ():
            first = self.query(ListedRow).first()
            first.display = True
            first.say_rows((), title=self.empty_text())
        self.query_one(ActionFooter).show(self._actions())

    def press(self, key: PadKey) -> None:
        match key:
            case PadKey.BACK:
                self.leave(None)
            case PadKey.TENDER:
                self.page = min(self.page + 1, self._pages - 1)
            case PadKey.NOTES:
                self.page = max(self.page - 1, 0)
            case _:
                numbers = [_number(row, index) for index, row in enumerate(self._shown())]
                self._choose(numbers.index(key.number) if key.number in numbers else None)

    @on(RowTouched)
    def _touch(self, message: RowTouched) -> None:
        message.stop()
        if self.is_active:
            self.host.tell("")
            self._choose(message.index)
            self.refresh_words()

    def _choose(self, index: int | None) -> None:
        if index is not None and 0 <= index < len(self._shown()):
            self.chosen(self.page * ROWS_MAX + index)
        else:
            self.host.notify_cashier(Notice.NOTHING_HERE)

    @property
    def _pages(self) -> int:
        return max(-(-len(self._rows or ()) // ROWS_MAX), 1)

    def _shown(self) -> tuple[Row, ...]:
        return (self._rows or ())[self.page * ROWS_MAX : (self.page + 1) * ROWS_MAX]

    def _title_with_page(self) -> str:
        pages = f"  {self.page + 1}/{self._pages}" if self._pages > 1 else ""
        return self.title_text() + pages

    def _actions(self) -> tuple[Action, ...]:
        back = Action(key_text="-", label=self.labels.back, key=PadKey.BACK)
        if self._pages == 1:
            return (back,)
        before = Action(key_text="/", label=self.labels.previous_page, key=PadKey.NOTES)
        after = Action(key_text="+", label=self.labels.next_page, key=PadKey.TENDER)
        return (before, after, back)


def _number(row: Row, index: int) -> int:
    return index + 1 if row.number is None else row.number
