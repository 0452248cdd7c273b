"""Lines, codes and pictures as black and white dots, for printers without Hangul and for syllables no ROM has.

Rules:
- letters stand in the same grid as a printer's font A: 12 dots a column, Hangul 24, so a receipt looks alike both ways;
- one bit a dot, never dithered; a character that the font lacks is a box of its width;
- no byte pair in the data looks like a real-time command (DLE EOT, DLE ENQ, DLE DC4): printers execute those even
  inside image data, and DLE DC4 opens the drawer. One dot is flipped where a pair would appear.

Leaves the commands around the dots to `commands`.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import segno
from PIL import Image, ImageDraw, ImageFont

from drivers.errors import DeviceSetupError
from drivers.printer.document import Bitmap, Size
from drivers.printer.hangul import columns_of

COLUMN_DOTS: Final = 12
LINE_DOTS: Final = 30
"""Pitch of one line at normal size: 24 dots of letters and the gap that printers leave by themselves."""
QUIET_MODULES: Final = 4
"""White around a QR code (ISO/IEC 18004, 6.3.8)."""
HEADER_BYTES: Final = 8
"""Of one raster command."""
MODULE_DOTS_MIN: Final = 2
"""A quarter of a millimetre at 203 dpi; finer modules bleed together on thermal paper."""

FONT_PATHS: Final = (
    Path("/usr/share/fonts/truetype/naver-d2coding/D2Coding.ttc"),
    Path("/usr/share/fonts/truetype/naver-d2coding"),
    Path("/usr/share/fonts/truetype/d2coding"),
    Path("/usr/local/share/fonts"),
)
"""Where D2Coding is looked for: font files, or folders that hold one."""

CELLS_MAX: Final = 4096
"""Drawn characters that are kept: more than a shop's receipts ever hold."""

_REAL_TIME: Final = re.compile(rb"\x10[\x04\x05\x14]")
_TEXT_TOP_DOTS: Final = 2
_FLIPPED_BIT: Final = 0x02
_BOLD_FACE: Final = 1
_NO_GLYPH: Final = "\U0010fffe"


def has_real_time_command(data: bytes) -> bool:
    """Whether a printer would find a real-time command in `data`."""
    return _REAL_TIME.search(data) is not None


def without_real_time_commands(bits: bytes) -> bytes:
    """Return raster `bits` with one dot flipped wherever a printer would find a real-time command."""
    return _REAL_TIME.sub(lambda pair: bytes((pair[0][0], pair[0][1] ^ _FLIPPED_BIT)), bits)


def find_font(paths: tuple[Path, ...] = FONT_PATHS) -> Path:
    """Return the first D2Coding font file under `paths`; DeviceSetupError says what to install."""
    for path in paths:
        candidates = sorted(path.glob("**/D2Coding*.tt[cf]")) if path.is_dir() else [path]
        for candidate in candidates:
            if candidate.is_file():
                return candidate
    raise DeviceSetupError(
        "the font D2Coding is in none of "
        + ", ".join(map(str, paths))
        + ": without it Hangul cannot be drawn; install the Debian package fonts-naver-d2coding"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """How the letters of one line look."""

    bold: bool = False
    size: Size = Size.NORMAL


class Typeface:
    """D2Coding, loaded once; draws lines of text in cells of 12 × 24 dots."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._fonts: dict[tuple[bool, int], ImageFont.FreeTypeFont] = {}
        self._cells: dict[tuple[str, Letter, int], Image.Image] = {}

    @classmethod
    def load(cls, paths: tuple[Path, ...] = FONT_PATHS) -> "Typeface":
        """Find and load the font; DeviceSetupError when it is absent or no font."""
        typeface = cls(find_font(paths))
        typeface.font(bold=False, height_dots=24)
        return typeface

    def font(self, *, bold: bool, height_dots: int) -> ImageFont.FreeTypeFont:
        """Return one face at one height; no ligatures, so that every character keeps its cell."""
        key = (bold, height_dots)
        if key not in self._fonts:
            self._fonts[key] = self._open(bold=bold, height_dots=height_dots)
        return self._fonts[key]

    def draw_line(self, text: str, *, letter: Letter, width_dots: int, left_dots: int) -> Image.Image:
        """Return one printed line, `width_dots` wide, black on white (mode "1"), text starting at `left_dots`."""
        line = Image.new("1", (width_dots, LINE_DOTS * letter.size.height), 1)
        for character in text:
            if character != " ":
                line.paste(self.draw_character(character, letter=letter), (left_dots, 0))
            left_dots += columns_of(character) * COLUMN_DOTS * letter.size.width
        return line

    def draw_character(self, character: str, *, letter: Letter) -> Image.Image:
        """Return one character in its cell, as tall as its line. The picture is shared: not to be drawn upon."""
        return self.draw_cell(character, letter=letter, columns=columns_of(character))

    def draw_cell(self, character: str, *, letter: Letter, columns: int) -> Image.Image:
        """Return one character in a cell of `columns`, whatever width it has by itself; shared, too."""
        key = (character, letter, columns)
        if key not in self._cells:
            if len(self._cells) >= CELLS_MAX:
                self._cells.clear()
            self._cells[key] = self._draw_cell(character, letter, columns)
        return self._cells[key]

    def _draw_cell(self, character: str, letter: Letter, columns: int) -> Image.Image:
        # Letters of double size are drawn as such; only one way larger, dots are repeated, as printers do.
        size = letter.size
        scale = min(size.width, size.height)
        font = self.font(bold=letter.bold, height_dots=24 * scale)
        cell = Image.new("1", (columns * COLUMN_DOTS * scale, LINE_DOTS * scale), 1)
        _draw_glyph(cell, character, font, top=_TEXT_TOP_DOTS * scale)
        return cell.resize(
            (cell.width * size.width // scale, cell.height * size.height // scale), Image.Resampling.NEAREST
        )

    def _open(self, *, bold: bool, height_dots: int) -> ImageFont.FreeTypeFont:
        face = _BOLD_FACE if bold and self._path.suffix == ".ttc" else 0
        try:
            return ImageFont.truetype(self._path, height_dots, index=face, layout_engine=ImageFont.Layout.BASIC)
        except OSError as unreadable:
            raise DeviceSetupError(f"{self._path} is not a font that can be drawn with: {unreadable}") from unreadable


def bitmap_of(picture: Image.Image) -> Bitmap:
    """Return a black-and-white picture (mode "1") as bits, padded with white at the right to whole bytes."""
    assert picture.mode == "1"
    width_bytes = (picture.width + 7) // 8
    padded = Image.new("1", (width_bytes * 8, picture.height), 1)
    padded.paste(picture, (0, 0))
    inverted = bytes(byte ^ 0xFF for byte in padded.tobytes())
    return Bitmap(width_bytes=width_bytes, height_dots=picture.height, bits=without_real_time_commands(inverted))


def bands_of(bitmap: Bitmap, *, rows_max: int) -> Iterator[Bitmap]:
    """`bitmap` in bands of at most `rows_max` rows, each only as wide as its ink; white rows are one byte wide.

    What is white at the right need not travel: over a serial line the dots are what takes the time. Every printer that
    prints dots at all takes bands of any width, and feeds as many rows whatever the width is.
    """
    width = bitmap.width_bytes
    rows = [bitmap.bits[at : at + width] for at in range(0, len(bitmap.bits), width)]
    inked = [len(row.rstrip(b"\0")) for row in rows]
    for start, end in _runs(inked, rows_max=rows_max):
        widest = max(1, *inked[start:end])
        yield Bitmap(
            width_bytes=widest, height_dots=end - start, bits=b"".join(row[:widest] for row in rows[start:end])
        )


def _runs(inked: Sequence[int], *, rows_max: int) -> Iterator[tuple[int, int]]:
    """Rows that travel together: ink with ink, white with white unless a few white rows cost less than a header."""
    start, end = 0, 0
    while start < len(inked):
        is_white = inked[start] == 0
        end = start + 1
        while end < len(inked) and end - start < rows_max and (inked[end] == 0) == is_white:
            end += 1
        if not is_white:
            end = _over_small_gaps(inked, start, end, rows_max=rows_max)
        yield start, end
        start = end


def _over_small_gaps(inked: Sequence[int], start: int, end: int, *, rows_max: int) -> int:
    while True:
        ink = end
        while ink < len(inked) and inked[ink] == 0:
            ink += 1
        width = max(inked[start:end])
        next_end = ink
        while next_end < len(inked) and inked[next_end] > 0:
            next_end += 1
        gap = ink - end
        is_worth_it = gap * width <= 2 * HEADER_BYTES and next_end - start <= rows_max
        if ink == next_end or not is_worth_it or max(inked[ink:next_end]) != width:
            return end
        end = next_end


def picture_of(bitmap: Bitmap) -> Image.Image:
    """Return the dots of `bitmap` as a picture (mode "1")."""
    inverted = bytes(byte ^ 0xFF for byte in bitmap.bits)
    return Image.frombytes("1", (bitmap.width_dots, bitmap.height_dots), inverted)


def stack(pictures: list[Image.Image]) -> Image.Image:
    """Return pictures of equal width, one below the other."""
    whole = Image.new("1", (pictures[0].width, sum(picture.height for picture in pictures)), 1)
    top = 0
    for picture in pictures:
        whole.paste(picture, (0, top))
        top += picture.height
    return whole


def centre(picture: Image.Image, *, width_dots: int) -> Image.Image:
    """Return `picture` in the middle of paper `width_dots` wide."""
    paper = Image.new("1", (width_dots, picture.height), 1)
    paper.paste(picture, ((width_dots - picture.width) // 2, 0))
    return paper


def make_qr(data: str) -> segno.QRCode:
    """Return the QR code for `data`: model 2, level M, the smallest version that holds it."""
    return segno.make_qr(data, error="m", boost_error=False)


def fitting_module_dots(data: str, *, module_dots: int, width_dots: int) -> int:
    """Return `module_dots`, or less where the code with its quiet zone would be wider than the paper."""
    # Every mask makes a code of the same size; looking for the best one is what takes time.
    code = segno.make_qr(data, error="m", boost_error=False, mask=0)
    modules = int(code.symbol_size(border=QUIET_MODULES)[0])
    fitting = min(module_dots, width_dots // modules)
    assert fitting >= MODULE_DOTS_MIN, f"{len(data)} characters need {modules} modules"
    return fitting


def draw_qr(data: str, *, module_dots: int) -> Image.Image:
    """Return the code for `data` with its quiet zone, `module_dots` a module."""
    matrix = make_qr(data).matrix_iter(scale=module_dots, border=QUIET_MODULES)
    rows = [bytes(0 if dark else 255 for dark in row) for row in matrix]
    return Image.frombytes("L", (len(rows[0]), len(rows)), b"".join(rows)).convert("1")


def _draw_glyph(cell: Image.Image, character: str, font: ImageFont.FreeTypeFont, *, top: int) -> None:
    pen = ImageDraw.Draw(cell)
    pen.fontmode = "1"
    if not _has_glyph(font, character):
        pen.rectangle((1, top + 2, cell.width - 2, top + int(font.size) - 3), outline=0)
        return
    slack = cell.width - round(font.getlength(character))
    pen.text((max(0, slack // 2), top), character, font=font, fill=0)


def _has_glyph(font: ImageFont.FreeTypeFont, character: str) -> bool:
    return bytes(font.getmask(character, mode="1")) != bytes(font.getmask(_NO_GLYPH, mode="1"))
