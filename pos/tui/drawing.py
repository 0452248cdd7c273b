"""Letters, figures and signs drawn from half blocks, two pixels to a row.

Rules: only U+2580, U+2584 and U+2588 and blanks are drawn, which every terminal draws without gaps and one column
wide. The bitmaps are in `glyphs.toml`; colours are the widget's.
"""

import tomllib
from enum import IntEnum
from functools import cache
from importlib import resources
from typing import Final, TypeAlias

Bitmap: TypeAlias = tuple[str, ...]
"""Rows of "#" and ".", all of one length."""


class Pixels(IntEnum):
    """Heights for which there are glyphs."""

    FIGURES = 10
    LETTERS = 14
    LARGE_LETTERS = 20


_HALVES: Final = {("#", "#"): "\u2588", ("#", "."): "\u2580", (".", "#"): "\u2584", (".", "."): " "}
_GAP: Final = "."


@cache
def _glyphs(height: Pixels) -> dict[str, Bitmap]:
    document = tomllib.loads(resources.files("pos.tui").joinpath("glyphs.toml").read_text("utf-8"))
    return {name: tuple(rows) for name, rows in document[str(int(height))].items()}


def has_glyph(name: str, height: Pixels) -> bool:
    return name in _glyphs(height)


def glyph(name: str, height: Pixels) -> Bitmap:
    """The bitmap of one letter, figure or sign; KeyError where none is drawn."""
    return _glyphs(height)[name]


@cache
def word(text: str, height: Pixels) -> Bitmap:
    """The bitmaps of each character of `text`, one pixel apart, without the blank columns at the end."""
    if not text:
        return ("",) * height
    joined = [_GAP.join(rows) for rows in zip(*(glyph(character, height) for character in text), strict=True)]
    width = max(len(row.rstrip(_GAP)) for row in joined)
    return tuple(row[:width] for row in joined)


@cache
def half_blocks(bitmap: Bitmap) -> tuple[str, ...]:
    """The bitmap as rows of text, half as many as it has rows of pixels."""
    padded = bitmap if len(bitmap) % 2 == 0 else (*bitmap, "." * len(bitmap[0]))
    return tuple(
        "".join(_HALVES[pair] for pair in zip(upper, lower, strict=True))
        for upper, lower in zip(padded[::2], padded[1::2], strict=True)
    )
