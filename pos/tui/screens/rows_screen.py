"""A screen that only tells: a title, one line that matters, rows below it, and what can be done."""

from textual.app import ComposeResult
from textual.containers import Vertical

from pos.tui.screens.pad_screen import PadScreen
from pos.tui.widgets.footer import ActionFooter
from pos.tui.widgets.line import Line


class RowsScreen(PadScreen):
    """What it tells is drawn by each screen."""

    def compose(self) -> ComposeResult:
        yield Line(classes="title")
        with Vertical(id="checks"):
            yield Line(id="reason")
            yield Line(id="ran")
        yield Line(id="notice")
        yield ActionFooter()
