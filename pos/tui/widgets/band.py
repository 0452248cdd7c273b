"""The band in the middle: the verdict in drawn letters with its reason beside it, or what to do next."""

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical

from pos.tui.drawing import Pixels, glyph, has_glyph, word
from pos.tui.face import Band, Look
from pos.tui.widgets.drawn import Drawn, Edge
from pos.tui.widgets.line import Line

_UPPER_HALF, _LOWER_HALF = "\u2580", "\u2584"
_HATCHED = "\u259e"
_ROWS, _ROWS_LARGE = 7, 10


class BandPanel(Vertical):
    """Sign, word and text; colour and edge follow from the look's style class."""

    def compose(self) -> ComposeResult:
        yield Edge(_LOWER_HALF, classes="upper")
        with Horizontal(id="band-body"):
            yield Drawn(id="sign")
            yield Drawn(id="word")
            yield Line(id="band-text")
        yield Edge(_UPPER_HALF, classes="lower")

    def show(self, band: Band, *, is_large: bool) -> None:
        height = Pixels.LARGE_LETTERS if is_large else Pixels.LETTERS
        sign_height = height if has_glyph(band.sign, height) else Pixels.LETTERS
        sign, drawn_word = self.query_one("#sign", Drawn), self.query_one("#word", Drawn)
        sign.draw(glyph(band.sign, sign_height) if band.sign else ())
        sign.display = bool(band.sign)
        drawn_word.draw(word(band.word, height))
        drawn_word.display = bool(band.word)
        rows = _ROWS_LARGE if is_large else _ROWS
        self.query_one("#band-text", Line).say_rows(_rows(band, rows), title=band.title)
        if not self.has_class(f"-{band.look}"):
            # All at once: each change of a class styles everything in the band again.
            self.set_classes(f"-{band.look}")
            self._edge(band.look)

    def _edge(self, look: Look) -> None:
        """An amber band is hatched like a barrier: told apart from green without its colour."""
        is_hatched = look is Look.REFERRED
        for name, pattern in (("upper", _LOWER_HALF), ("lower", _UPPER_HALF)):
            edge = self.query_one(f".{name}", Edge)
            edge.pattern = _HATCHED if is_hatched else pattern
            edge.refresh()


def _rows(band: Band, rows_max: int) -> tuple[str, ...]:
    """The rows under the title; blanks only where there is room, the foot on the last row."""
    room = rows_max - 1
    foot = (band.foot,) if band.foot else ()
    lines = band.lines[: room - len(foot)]
    spare = room - len(lines) - len(foot)
    if spare > 0:
        lines = ("", *lines)
        spare -= 1
    return (*lines, *("" for _ in range(spare)), *foot) if foot else lines
