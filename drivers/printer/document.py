"""Rows of a printed page, top to bottom, before any printer is known.

Rules:
- a row says what stands on the paper, never how: no control byte, no code page, no dot of a font;
- text may be any string: the encoder keeps control characters off the wire, wraps what is too long and never cuts
  a Hangul syllable in two;
- a width is counted in columns of the printed font: Latin letters take one, Hangul and other two-byte characters two.

Leaves the choice of text or raster, sizes in dots and every ESC/POS byte to `encoder`.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final, TypeAlias

QR_CHARACTERS_MAX: Final = 800
"""Longest text of a code; more than that no counter scanner reads from thermal paper."""


class Align(StrEnum):
    """Where a text row stands between the margins."""

    LEFT = "left"
    CENTRE = "centre"
    RIGHT = "right"


class Size(StrEnum):
    """Size of the letters; a wide letter takes twice the columns."""

    NORMAL = "normal"
    WIDE = "wide"
    TALL = "tall"
    DOUBLE = "double"

    @property
    def width(self) -> int:
        """How many times wider than normal."""
        return 2 if self in (Size.WIDE, Size.DOUBLE) else 1

    @property
    def height(self) -> int:
        """How many times taller than normal."""
        return 2 if self in (Size.TALL, Size.DOUBLE) else 1


class Rule(StrEnum):
    """A line across the paper."""

    THIN = "-"
    THICK = "="


@dataclass(frozen=True, slots=True, kw_only=True)
class TextRow:
    """One paragraph; longer than the paper is wide, it goes on in the next line."""

    text: str
    align: Align = Align.LEFT
    bold: bool = False
    size: Size = Size.NORMAL


@dataclass(frozen=True, slots=True, kw_only=True)
class PairRow:
    """A name at the left and an amount at the right; where both do not fit, the amount takes its own line."""

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
    """A QR code in the middle: printable ASCII, at most `QR_CHARACTERS_MAX`; smaller modules where it would not fit."""

    data: str
    module_dots: int = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class BlankRow:
    """Empty lines."""

    lines: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Bitmap:
    """Black and white dots: `height_dots` rows of `width_bytes` bytes, most significant bit leftmost, 1 is black."""

    width_bytes: int
    height_dots: int
    bits: bytes

    def __post_init__(self) -> None:
        assert len(self.bits) == self.width_bytes * self.height_dots

    @property
    def width_dots(self) -> int:
        """Width in dots, a multiple of eight."""
        return self.width_bytes * 8


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageRow:
    """A picture in the middle of the paper, already black and white, not wider than the paper."""

    bitmap: Bitmap


@dataclass(frozen=True, slots=True, kw_only=True)
class CutRow:
    """The end of one receipt: feed past the blade and cut, or feed where there is no blade."""


Row: TypeAlias = TextRow | PairRow | RuleRow | QrRow | BlankRow | ImageRow | CutRow
