"""A code to be photographed from the screen, with words beside it."""

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical

from pos.tui.actions import Action
from pos.tui.host import Host
from pos.tui.pad import PadKey
from pos.tui.qr import qr_rows
from pos.tui.screens.pad_screen import PadScreen
from pos.tui.sixel import module_px, qr_sixel, side_px
from pos.tui.widgets.footer import KeyButton
from pos.tui.widgets.line import Line

_WORDS_COLUMNS = 34
"""What the words and buttons beside the code take."""


class CodeScreen(PadScreen):
    """The code takes every row; where even that is too small, the words say what to do instead."""

    def __init__(self, host: Host, *, title: str, text: str = "") -> None:
        super().__init__(host)
        self._title = title
        self.code_text = text

    def compose(self) -> ComposeResult:
        with Horizontal():
            yield Line(id="code")
            with Vertical(id="beside"):
                yield Line(id="code-words")
                yield Line(id="notice")
                for action in self.actions():
                    yield KeyButton(action)

    def actions(self) -> tuple[Action, ...]:
        return (Action(key_text="-", label=self.labels.back, key=PadKey.BACK),)

    def words_beside(self) -> tuple[str, ...]:
        return ()

    def draw(self) -> None:
        self.query_one("#notice", Line).say(self.host.told())
        code, words = self.query_one("#code", Line), self.query_one("#code-words", Line)
        if not self.code_text:
            code.display = False
            words.say_rows(self.words_beside(), title=self._title)
            return
        if self._draw_picture(code):
            words.say_rows(self.words_beside(), title=self._title)
            return
        rows = qr_rows(self.code_text, columns=self.size.width - _WORDS_COLUMNS, rows=self.size.height)
        code.display = rows is not None
        if rows is None:
            words.say_rows(self.labels.request_too_small, title=self._title)
            return
        code.styles.width = len(rows[0])
        code.styles.height = len(rows)
        code.say_rows(rows)
        words.say_rows(self.words_beside(), title=self._title)

    def _draw_picture(self, code: Line) -> bool:
        """Draw the code in dots, where the terminal has them and they are enough."""
        graphics = self.host.graphics
        if graphics is None:
            return False
        width_px = (self.size.width - _WORDS_COLUMNS) * graphics.cell_width_px
        dots = module_px(self.code_text, width_px=width_px, height_px=self.size.height * graphics.cell_height_px)
        if dots is None:
            return False
        side = side_px(self.code_text, module_px=dots)
        code.display = True
        code.styles.width = -(-side // graphics.cell_width_px)
        code.styles.height = -(-side // graphics.cell_height_px)
        code.say("")
        # Behind the blank cells, or they would wipe it out.
        self.call_after_refresh(self._put_picture, code, qr_sixel(self.code_text, module_px=dots))
        return True

    def _put_picture(self, code: Line, picture: str) -> None:
        if self.is_current:
            self.host.draw_picture(picture, column=code.region.x, row=code.region.y)

    def press(self, key: PadKey) -> None:
        if key is PadKey.BACK:
            self.leave(None)
