"""Rows and a profile → segments of ESC/POS bytes.

Rules:
- a segment ends where the printer is between two commands, so a real-time command may be sent after any of them;
- no character of a row ever becomes a control byte: text is KS X 1001 or dots, codes are printable ASCII;
- text is placed with spaces, never with ESC a as well; only a code drawn by the printer is centred by command;
- no ESC @ inside: it would switch automatic status off; whoever sends the segments sends it first;
- where one line holds a character that the printer's ROM lacks, that line alone becomes dots.

Leaves sending, and the fence behind the last segment, to `printing`.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from PIL import Image

from drivers.errors import DeviceSetupError
from drivers.printer import commands
from drivers.printer.document import (
    QR_CHARACTERS_MAX,
    Align,
    Bitmap,
    BlankRow,
    CutRow,
    ImageRow,
    PairRow,
    QrRow,
    Row,
    RuleRow,
    Size,
    TextRow,
)
from drivers.printer.hangul import columns_of, encode, printable, split_columns
from drivers.printer.profile import Cut, DotsBy, Hangul, KanjiSize, Profile, QrBy
from drivers.printer.raster import (
    COLUMN_DOTS,
    Letter,
    Typeface,
    bands_of,
    bitmap_of,
    centre,
    draw_qr,
    fitting_module_dots,
    has_real_time_command,
    picture_of,
    stack,
)
from drivers.printer.stripes import Stripe, pieces_of

_NORMAL = Letter()


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line as it will stand on paper."""

    text: str
    """The spaces that place it in the receipt are part of it."""
    letter: Letter
    indent_columns: int = 0
    """Of normal size, whatever the letters are: the receipt's own left edge on wider paper."""


class Encoder:
    """Encodes for one printer; `columns` is what the rows were laid out for, at most the profile's.

    `dots_by` is how lines of dots travel; a model that does not take columns gets rows all the same.
    """

    def __init__(self, profile: Profile, *, columns: int, typeface: Typeface, dots_by: DotsBy = DotsBy.ROWS) -> None:
        if columns > profile.columns:
            raise DeviceSetupError(f"{profile.title} prints {profile.columns} columns, receipts are set to {columns}")
        self._profile = profile
        self._columns = columns
        self._indent = (profile.columns - columns) // 2
        self._typeface = typeface
        self._vendor = commands.VendorCommands(profile.escpos)
        self._goes_by_columns = dots_by is DotsBy.COLUMNS and self._vendor.has("bitImageColumn")
        self._check_features()

    def encode(self, rows: Iterable[Row]) -> tuple[bytes, ...]:
        """Return the segments that print `rows`."""
        segments = [self._prologue(), *self._body(rows)]
        kept = tuple(segment for segment in segments if segment)
        assert not has_real_time_command(b"".join(kept))
        return kept

    def lines(self, row: TextRow | PairRow | RuleRow) -> tuple[Line, ...]:
        """Return the lines that a row of text becomes, each at most `columns` wide."""
        match row:
            case TextRow():
                return self._text_lines(row)
            case PairRow():
                return self._pair_lines(row)
            case RuleRow():
                return (self._line(row.rule.value * self._columns, _NORMAL),)

    def _body(self, rows: Iterable[Row]) -> Iterator[bytes]:
        drawn: list[Image.Image] = []
        for row in rows:
            if isinstance(row, TextRow | PairRow | RuleRow) and self._profile.hangul is Hangul.RASTER:
                drawn += [self._drawn(line) for line in self.lines(row)]
                continue
            yield from self._bands(drawn)
            drawn = []
            yield from self._segments(row)
        yield from self._bands(drawn)

    def _segments(self, row: Row) -> Iterator[bytes]:
        match row:
            case TextRow() | PairRow() | RuleRow():
                for line in self.lines(row):
                    yield from self._line_segments(line)
            case BlankRow():
                yield commands.feed_lines(row.lines)
            case ImageRow():
                yield from self._bands([centre(picture_of(row.bitmap), width_dots=self._profile.dots)])
            case QrRow():
                yield from self._qr_segments(row)
            case CutRow():
                yield self._cut()

    def _prologue(self) -> bytes:
        if self._profile.hangul is Hangul.RASTER:
            return b""
        spacing = commands.KANJI_SPACING_NONE if self._profile.kanji_spacing_reset else b""
        return commands.LATIN_PAGE + commands.KANJI_ON + commands.KOREA + spacing

    def _text_lines(self, row: TextRow) -> tuple[Line, ...]:
        letter = Letter(bold=row.bold, size=row.size)
        room = self._columns // row.size.width
        return tuple(
            self._line(_placed(text, align=row.align, columns=room), letter)
            for text in split_columns(printable(row.text), room)
        )

    def _pair_lines(self, row: PairRow) -> tuple[Line, ...]:
        letter = Letter(bold=row.bold, size=row.size)
        room = self._columns // row.size.width
        left, right = printable(row.left), printable(row.right)
        gap = room - columns_of(left) - columns_of(right)
        if gap >= 1 or not right:
            return tuple(self._line(text, letter) for text in split_columns(left + " " * gap + right, room))
        parts = [*split_columns(left, room)]
        parts += [_placed(text, align=Align.RIGHT, columns=room) for text in split_columns(right, room)]
        return tuple(self._line(text, letter) for text in parts)

    def _line(self, text: str, letter: Letter) -> Line:
        return Line(text=text, letter=letter, indent_columns=self._indent)

    def _line_segments(self, line: Line) -> Iterator[bytes]:
        encoded = encode(line.text.rstrip(" "))
        if encoded is None:
            yield from self._bands([self._drawn(line)])
            return
        before, after = self._letter_commands(line.letter)
        # Before the size is changed: a space of double width would move the line by half a letter.
        indent = b" " * line.indent_columns if encoded else b""
        yield indent + before + encoded + commands.LINE_FEED + after

    def _letter_commands(self, letter: Letter) -> tuple[bytes, bytes]:
        before = after = b""
        if letter.bold:
            before, after = commands.BOLD_ON, commands.BOLD_OFF
        if letter.size is not Size.NORMAL:
            before += self._size(letter.size)
            after += self._size(Size.NORMAL)
        return before, after

    def _size(self, size: Size) -> bytes:
        own = commands.kanji_size(size) if self._profile.kanji_size is KanjiSize.FS else b""
        return commands.letter_size(size) + own

    def _drawn(self, line: Line) -> Image.Image:
        left = (self._profile.dots - self._profile.columns * COLUMN_DOTS) // 2 + line.indent_columns * COLUMN_DOTS
        return self._typeface.draw_line(line.text, letter=line.letter, width_dots=self._profile.dots, left_dots=left)

    def _bands(self, pictures: list[Image.Image]) -> Iterator[bytes]:
        if not pictures:
            return
        for piece in self._pieces(bitmap_of(stack(pictures))):
            yield commands.stripe(piece) if isinstance(piece, Stripe) else self._vendor.raster(piece)

    def _pieces(self, bitmap: Bitmap) -> Iterator[Bitmap | Stripe]:
        if self._goes_by_columns:
            return pieces_of(bitmap, rows_max=commands.BAND_DOTS_MAX)
        return bands_of(bitmap, rows_max=commands.BAND_DOTS_MAX)

    def _qr_segments(self, row: QrRow) -> Iterator[bytes]:
        assert row.data.isascii()
        assert row.data.isprintable()
        assert 0 < len(row.data) <= QR_CHARACTERS_MAX
        dots = fitting_module_dots(row.data, module_dots=row.module_dots, width_dots=self._profile.dots)
        if self._profile.qr is QrBy.NATIVE:
            # The printer leaves no quiet zone: one empty line is at least four modules of up to 7 dots.
            yield commands.feed_lines(1)
            yield commands.CENTRE + self._vendor.qr(row.data, module_dots=dots) + commands.LEFT
            yield commands.feed_lines(1)
        else:
            yield from self._bands([centre(draw_qr(row.data, module_dots=dots), width_dots=self._profile.dots)])

    def _cut(self) -> bytes:
        if self._profile.cut is Cut.NONE:
            return commands.feed_lines(self._profile.tear_feed_lines)
        return self._vendor.cut()

    def _check_features(self) -> None:
        wanted = {
            "bitImageRaster": True,
            "qrCode": self._profile.qr is QrBy.NATIVE,
            "paperPartCut": self._profile.cut is Cut.PARTIAL,
        }
        lacking = [name for name, needed in wanted.items() if needed and not self._vendor.has(name)]
        if lacking:
            raise DeviceSetupError(
                f"printer profile {self._profile.name}: {self._profile.escpos} has no {', '.join(lacking)}"
            )


def _placed(text: str, *, align: Align, columns: int) -> str:
    slack = columns - columns_of(text)
    match align:
        case Align.LEFT:
            return text
        case Align.CENTRE:
            return " " * (slack // 2) + text
        case Align.RIGHT:
            return " " * slack + text
