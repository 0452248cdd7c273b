"""The paper of the simulated printer: what stands on it, as a grid of characters and as dots.

Rules:
- the grid is column by column: a Hangul syllable takes two columns, letters of double width are followed by blanks;
- dots are drawn as thermal printers do: 12 × 24 dots a letter, larger sizes by repeating dots;
- a cut ends a receipt; what stands on the paper before the first cut, or after the last, hangs from the printer.
"""

import io
from dataclasses import dataclass, field
from typing import Final

from PIL import Image

from drivers.printer.document import Align
from drivers.printer.raster import COLUMN_DOTS, LINE_DOTS, Letter, Typeface

MARGIN_DOTS: Final = 32
"""White that no head reaches, left and right; also shown above and below each receipt."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One character in the line that is being filled."""

    character: str
    byte_count: int
    """One or two bytes are one or two columns, whatever Unicode says of the character."""
    letter: Letter
    left_dots: int
    """From the left margin."""

    @property
    def columns(self) -> int:
        """Columns that the character takes."""
        return self.byte_count * self.letter.size.width

    @property
    def right_dots(self) -> int:
        """Where the next character stands."""
        return self.left_dots + self.columns * COLUMN_DOTS


@dataclass(frozen=True, slots=True, kw_only=True)
class Patch:
    """Dots that stand in the line among the letters."""

    picture: Image.Image
    left_dots: int
    """From the left margin."""

    @property
    def right_dots(self) -> int:
        """Where the next character stands."""
        return self.left_dots + self.picture.width


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintedReceipt:
    """What was on the paper when it was cut."""

    lines: tuple[str, ...]
    """The grid, without blanks at line ends; a line that is a picture or a code is empty."""
    codes: tuple[str, ...]
    """Texts of the codes that the printer drew itself."""
    picture: Image.Image
    """Dots, mode "1"."""

    @property
    def text(self) -> str:
        """The grid as one string."""
        return "".join(f"{line}\n" for line in self.lines)

    def png(self) -> bytes:
        """Return the receipt as a PNG file."""
        buffer = io.BytesIO()
        self.picture.save(buffer, "PNG")
        return buffer.getvalue()


@dataclass(slots=True, kw_only=True)
class Paper:
    """A roll with a print head of `dots` dots."""

    dots: int
    typeface: Typeface
    receipts: list[PrintedReceipt] = field(default_factory=list)
    lines_printed: int = 0
    """Lines of the whole roll, images counted by their height."""
    _lines: list[str] = field(default_factory=list)
    _codes: list[str] = field(default_factory=list)
    _strips: list[Image.Image] = field(default_factory=list)

    @property
    def hanging(self) -> tuple[str, ...]:
        """The grid of what has not been cut off yet."""
        return tuple(self._lines)

    def print_line(
        self, cells: list[Cell], patches: list[Patch], *, align: Align, left_dots: int, pitch_dots: int
    ) -> None:
        """Print one line and feed it out: by `pitch_dots`, or as high as what stands in it."""
        used_dots = max([0, *(cell.right_dots for cell in cells), *(patch.right_dots for patch in patches)])
        slack_dots = max(0, self.dots - left_dots - used_dots)
        start = left_dots + {Align.LEFT: 0, Align.CENTRE: slack_dots // 2, Align.RIGHT: slack_dots}[align]
        height = max([cell.letter.size.height for cell in cells], default=1)
        self._lines.append(_grid(cells, start_dots=start))
        # Letters bring the white below them along.
        tallest = [LINE_DOTS * height if cells else 0, *(patch.picture.height for patch in patches)]
        strip = self._drawn(cells, start_dots=start, height_dots=max(pitch_dots, *tallest))
        for patch in patches:
            strip.paste(patch.picture, (start + patch.left_dots, 0))
        self._add(strip, lines=height)

    def print_dots(self, picture: Image.Image, *, align: Align, code: str | None = None) -> None:
        """Print a picture (mode "1"); `code` is the text of a code that the printer drew itself."""
        slack = max(0, self.dots - picture.width)
        left = {Align.LEFT: 0, Align.CENTRE: slack // 2, Align.RIGHT: slack}[align]
        strip = Image.new("1", (self.dots, picture.height), 1)
        strip.paste(picture, (left, 0))
        if code is not None:
            self._codes.append(code)
        self._lines += [""] * max(1, picture.height // LINE_DOTS)
        self._add(strip, lines=max(1, picture.height // LINE_DOTS))

    def feed(self, dots: int) -> None:
        """Move the paper without printing."""
        self._lines += [""] * (dots // LINE_DOTS)
        self._add(Image.new("1", (self.dots, dots), 1), lines=dots // LINE_DOTS)

    def cut(self) -> PrintedReceipt:
        """Cut off what has been printed and return it."""
        receipt = PrintedReceipt(lines=_trimmed(self._lines), codes=tuple(self._codes), picture=self._whole())
        self.receipts.append(receipt)
        self._lines, self._codes, self._strips = [], [], []
        return receipt

    def _add(self, strip: Image.Image, *, lines: int) -> None:
        if strip.height:
            self._strips.append(strip)
        self.lines_printed += lines

    def _drawn(self, cells: list[Cell], *, start_dots: int, height_dots: int) -> Image.Image:
        strip = Image.new("1", (self.dots, height_dots), 1)
        for cell in cells:
            if cell.character != " ":
                glyph = self.typeface.draw_cell(cell.character, letter=cell.letter, columns=cell.byte_count)
                strip.paste(glyph, (start_dots + cell.left_dots, height_dots - glyph.height))
        return strip

    def _whole(self) -> Image.Image:
        height = sum(strip.height for strip in self._strips)
        sheet = Image.new("1", (self.dots + 2 * MARGIN_DOTS, height + 2 * MARGIN_DOTS), 1)
        top = MARGIN_DOTS
        for strip in self._strips:
            sheet.paste(strip, (MARGIN_DOTS, top))
            top += strip.height
        return sheet


def _grid(cells: list[Cell], *, start_dots: int) -> str:
    line, used = "", 0
    for cell in sorted(cells, key=lambda cell: cell.left_dots):
        column = (start_dots + cell.left_dots) // COLUMN_DOTS
        line += " " * (column - used) + cell.character + " " * (cell.columns - cell.byte_count)
        used = max(column, used) + cell.columns
    return line.rstrip(" ")


def _trimmed(lines: list[str]) -> tuple[str, ...]:
    end = len(lines)
    while end and not lines[end - 1]:
        end -= 1
    return tuple(lines[:end])
