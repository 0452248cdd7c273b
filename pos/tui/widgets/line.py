"""Text that is never markup.

Everything on the screen that is not drawn goes through `Line`: names and codes come from strangers, and `[@click=…]` in
a shop's name must be four brackets and some letters, nothing more.
"""

from textual.content import Content
from textual.widgets import Static

from pos.text import safe_text

TEXT_CHARACTERS_MAX = 400


class Line(Static):
    """Plain text in the widget's style; as many rows as the style gives it."""

    def __init__(self, text: str = "", *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        super().__init__(Content(text), id=id, classes=classes, markup=False)
        self._said: object = text

    def say(self, text: str) -> None:
        """Show `text`, which may have come from anywhere."""
        if text != self._said:
            self._said = text
            self.update(Content(safe_text(text, characters_max=TEXT_CHARACTERS_MAX)), layout=False)

    def say_rows(self, rows: tuple[str, ...], *, title: str = "") -> None:
        """Show rows under each other, under a title in bold if there is one."""
        if (title, rows) == self._said:
            return
        self._said = (title, rows)
        parts: list[Content] = [Content.styled(_safe(title), "bold")] if title else []
        parts.extend(Content(_safe(row)) for row in rows)
        self.update(Content("\n").join(parts), layout=False)


def _safe(text: str) -> str:
    return safe_text(text, characters_max=TEXT_CHARACTERS_MAX)
