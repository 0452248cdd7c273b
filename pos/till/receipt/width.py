"""How wide text is on receipt paper, and how it is broken into lines.

A character of KS X 1001 takes as many columns as it has bytes there. Unicode's East Asian Width says the same when
"ambiguous" counts as wide, which screens do not do: ①, ※, “ and … take two columns on paper and one on a terminal.
"""

import unicodedata
from typing import Final

_WIDE: Final = frozenset("WFA")


def columns_of(text: str) -> int:
    """Return the columns that `text` takes on paper at normal size."""
    return sum(2 if unicodedata.east_asian_width(character) in _WIDE else 1 for character in text)


def wrap(text: str, columns: int) -> tuple[str, ...]:
    """Break `text` into lines of at most `columns` (two or more): between words, or inside a word that is too long."""
    assert columns >= 2
    lines: list[str] = []
    rest = text.strip(" ")
    while columns_of(rest) > columns:
        end = _line_end(rest, columns)
        lines.append(rest[:end].rstrip(" "))
        rest = rest[end:].lstrip(" ")
    return (*lines, rest)


def _line_end(text: str, columns: int) -> int:
    end, used = 0, 0
    for character in text:
        used += columns_of(character)
        if used > columns:
            break
        end += 1
    space = text.rfind(" ", 0, end + 1)
    # A break that leaves the line more than half empty looks worse than a word cut in two.
    return space if space > 0 and columns_of(text[:space]) * 2 >= columns else end
