"""Dots on their way into the simulated printer: GS v 0, row by row, and ESC *, column by column.

The header says how many bytes of dots follow, and that many are dots, whatever they look like: an image that was cut
off eats what comes next.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from PIL import Image

from drivers.printer.document import Bitmap
from drivers.printer.raster import picture_of

STEP_BYTES: Final = 72
"""So many dots are taken at once: a row of wide paper, so that a slow printer is slow inside an image too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Density:
    column_bytes: int
    width: int
    height: int


_DENSITIES: Final = {
    0: _Density(column_bytes=1, width=2, height=3),
    1: _Density(column_bytes=1, width=1, height=3),
    32: _Density(column_bytes=3, width=2, height=1),
    33: _Density(column_bytes=3, width=1, height=1),
}
"""By m of ESC *: how often a dot is repeated, on a head as fine in both directions."""


@dataclass(slots=True, kw_only=True)
class ArrivingImage:
    """The dots of one command."""

    missing_bytes: int
    is_in_line: bool
    """Whether it stands in the line like a letter, or is printed by itself."""
    draw: Callable[[bytes], Image.Image]
    _dots: bytearray = field(default_factory=bytearray)

    def take(self, data: bytes) -> int:
        """Take the next dots; return how many bytes were."""
        taken = data[: min(STEP_BYTES, self.missing_bytes)]
        self._dots += taken
        self.missing_bytes -= len(taken)
        return len(taken)

    def picture(self) -> Image.Image:
        """The whole image."""
        assert self.missing_bytes == 0
        return self.draw(bytes(self._dots))


def image_of_rows(parameters: bytes) -> ArrivingImage | None:
    """GS v 0 with its header; None where the image has no dots."""
    width_bytes, rows = (int.from_bytes(parameters[at : at + 2], "little") for at in (1, 3))

    def draw(dots: bytes) -> Image.Image:
        return picture_of(Bitmap(width_bytes=width_bytes, height_dots=rows, bits=dots))

    return _arriving(width_bytes * rows, draw, is_in_line=False)


def is_density(m: int) -> bool:
    """Whether ESC * takes this m."""
    return m in _DENSITIES


def image_of_columns(parameters: bytes) -> ArrivingImage | None:
    """ESC * with its header, whose m is a density; None where the image has no dots."""
    density, columns = _DENSITIES[parameters[0]], int.from_bytes(parameters[1:3], "little")

    def draw(dots: bytes) -> Image.Image:
        # Every column is a row of bits; turned over, it is a column.
        turned = picture_of(Bitmap(width_bytes=density.column_bytes, height_dots=columns, bits=dots))
        picture = turned.transpose(Image.Transpose.TRANSPOSE)
        return picture.resize((picture.width * density.width, picture.height * density.height))

    return _arriving(density.column_bytes * columns, draw, is_in_line=True)


def _arriving(size_bytes: int, draw: Callable[[bytes], Image.Image], *, is_in_line: bool) -> ArrivingImage | None:
    return ArrivingImage(missing_bytes=size_bytes, is_in_line=is_in_line, draw=draw) if size_bytes else None
