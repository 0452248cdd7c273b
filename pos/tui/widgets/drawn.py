"""Drawn letters, figures and signs."""

from textual.content import Content
from textual.widgets import Static

from pos.tui.drawing import Bitmap, half_blocks


class Drawn(Static):
    """A bitmap in the widget's colour, in half blocks; as wide as the bitmap."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        super().__init__(markup=False, id=id, classes=classes)
        self._bitmap: Bitmap = ()

    def draw(self, bitmap: Bitmap) -> None:
        if bitmap == self._bitmap:
            return
        self._bitmap = bitmap
        self.update(Content("\n".join(half_blocks(bitmap)) if bitmap else ""))


class Edge(Static):
    """One row over or under the band that gives it half a row more, or a hatched border."""

    def __init__(self, pattern: str, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        super().__init__(markup=False, id=id, classes=classes)
        self.pattern = pattern

    def render(self) -> Content:
        return Content((self.pattern * self.size.width)[: self.size.width])
