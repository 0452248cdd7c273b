"""Rows of a laid-out receipt. Each is as wide as the paper or narrower; field by field they are the printer's rows.

A width is counted in columns of the printed font, Hangul two; letters of double width take twice as many.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias


class Align(StrEnum):
    """Where a text row stands between the margins."""

    LEFT = "left"
    CENTRE = "centre"
    RIGHT = "right"


class Size(StrEnum):
    """Size of the letters."""

    NORMAL = "normal"
    WIDE = "wide"
    TALL = "tall"
    DOUBLE = "double"

    @property
    def width(self) -> int:
        """How many times wider than normal."""
        return 2 if self in (Size.WIDE, Size.DOUBLE) else 1


class Rule(StrEnum):
    """A line across the paper; the value is the character it is drawn with."""

    THIN = "-"
    THICK = "="


@dataclass(frozen=True, slots=True, kw_only=True)
class TextRow:
    """One line of text."""

    text: str
    align: Align = Align.LEFT
    bold: bool = False
    size: Size = Size.NORMAL


@dataclass(frozen=True, slots=True, kw_only=True)
class PairRow:
    """One line: a name at the left margin, an amount at the right one, at least one blank between them."""

    left: str
    right: str
    bold: bool = False
    size: Size = Size.NORMAL


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleRow:
    """A rule from margin to margin."""

    rule: Rule = Rule.THIN


@dataclass(frozen=True, slots=True, kw_only=True)
class QrRow:
    """A QR code in the middle."""

    data: str
    module_dots: int = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class BlankRow:
    """Empty lines."""

    lines: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class CutRow:
    """The end of the receipt."""


Row: TypeAlias = TextRow | PairRow | RuleRow | QrRow | BlankRow | CutRow
