"""What commands do in the simulated printer: modes, text, codes, pictures, cuts.

Rules:
- two-byte characters follow the ROM's language: Korean bytes on a Chinese ROM come out Chinese, as in the shop;
- a pair of bytes that the ROM lacks prints a box and is recorded as refused;
- ESC @ resets modes and switches automatic status off.

Leaves buffering, status and faults to `simulated`.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Final

from drivers.printer.document import Align, Size
from drivers.printer.raster import COLUMN_DOTS, LINE_DOTS, Letter
from drivers.printer.simulated_commands import Command
from drivers.printer.simulated_faults import Refusal, RomLanguage
from drivers.printer.simulated_graphics import Graphics
from drivers.printer.simulated_images import ArrivingImage, image_of_columns, image_of_rows, is_density
from drivers.printer.simulated_paper import Cell, Paper, Patch

BOX: Final = "□"
CUT_FEED_DOTS: Final = 3 * LINE_DOTS
"""From the head to the blade."""
TEAR_LINES_MIN: Final = 4
"""Where there is no blade, somebody tears the paper off when it has been fed so far."""
_CODECS: Final = {RomLanguage.KOREA: "euc_kr", RomLanguage.CHINA: "gb18030", RomLanguage.JAPAN: "shift_jis"}
_KATAKANA: Final = 1
_KATAKANA_LINES: Final = "▁▂▃▄▅▆▇█▏▎▍▌▋▊▉┼┴┬┤├▔─│▕┌┐└┘╭╮╰╯"
"""Page 1 from 0x80: the rules and boxes that other hosts draw with."""
_PAGES: Final = frozenset({0, _KATAKANA, 2, 3, 4, 5, 16, 17, 18, 19, 255})
_SIZES: Final = {(1, 1): Size.NORMAL, (2, 1): Size.WIDE, (1, 2): Size.TALL, (2, 2): Size.DOUBLE}
_KOREA: Final = 13
# Modes that change nothing that can be seen here, or nothing that we draw.
_SILENT: Final = frozenset(
    (
        *(f"\x1b{letter}" for letter in " !%-=?DGLMRSTVWcr{"),
        *(f"\x1c{letter}" for letter in "!-W("),
        *(f"\x1d{letter}" for letter in "/:HBPWbfhw"),
    )
)


@dataclass(slots=True, kw_only=True)
class Modes:
    """What ESC @ resets."""

    kanji: bool
    letter: Letter = field(default_factory=Letter)
    align: Align = Align.LEFT
    country: int = 0
    page: int = 0
    left_dots: int = 0
    pitch_dots: int = LINE_DOTS


class Interpreter:
    """Executes commands on paper."""

    def __init__(
        self,
        paper: Paper,
        *,
        language: Callable[[], RomLanguage],
        refuse: Callable[[Refusal], None],
        has_cutter: bool,
        has_column_images: bool,
    ) -> None:
        self._paper = paper
        self._has_cutter = has_cutter
        self._has_column_images = has_column_images
        self._language = language
        self._refuse = refuse
        self._line: list[Cell] = []
        self._patches: list[Patch] = []
        self._position_dots = 0
        self._graphics = Graphics(paper)
        self._lead: int | None = None
        self._image: ArrivingImage | None = None
        self.modes = self._fresh_modes()

    @property
    def in_image(self) -> bool:
        """Whether the next bytes are dots."""
        return self._image is not None

    def reset(self) -> None:
        """ESC @: the line is lost, the modes are as after power-on."""
        self._line, self._patches, self._position_dots, self._lead = [], [], 0, None
        self._graphics = Graphics(self._paper)
        self.modes = self._fresh_modes()

    @property
    def _has_line(self) -> bool:
        return bool(self._line or self._patches)

    def take_dots(self, data: bytes) -> int:
        """Take dots of the image that is under way; return how many bytes were."""
        image = self._image
        assert image is not None
        taken = image.take(data)
        if image.missing_bytes == 0:
            self._image = None
            self._finish_image(image)
        return taken

    def letter(self, byte: int) -> None:
        """Print one byte of text, or half of a two-byte character."""
        if self._lead is not None:
            pair, self._lead = bytes((self._lead, byte)), None
            self._put(self._two_byte_character(pair), 2)
        elif self.modes.kanji and byte >= 0x81 and self._language() is not RomLanguage.NONE:
            self._lead = byte
        else:
            self._put(self._one_byte_character(byte), 1)

    def execute(self, command: Command) -> bool:
        """Do what a command says; False when this printer has no such command."""
        if self._lead is not None:
            self._refuse(Refusal(data=bytes((self._lead,)), why="half of a two-byte character"))
            self._lead = None
        action = _ACTIONS.get(command.name)
        if action is None:
            return command.name in _SILENT
        return action(self, command.parameters)

    def line_feed(self) -> None:
        """Print the line."""
        cells, patches = self._line, self._patches
        self._line, self._patches, self._position_dots = [], [], 0
        modes = self.modes
        self._paper.print_line(
            cells, patches, align=modes.align, left_dots=modes.left_dots, pitch_dots=modes.pitch_dots
        )

    def _fresh_modes(self) -> Modes:
        # Kanji mode is on after power-on in all language models but the Japanese.
        return Modes(kanji=self._language() in (RomLanguage.KOREA, RomLanguage.CHINA))

    def _put(self, character: str, byte_count: int) -> None:
        letter = self.modes.letter
        width_dots = byte_count * letter.size.width * COLUMN_DOTS
        if self._position_dots + width_dots > self._paper.dots - self.modes.left_dots:
            self.line_feed()
        cell = Cell(character=character, byte_count=byte_count, letter=letter, left_dots=self._position_dots)
        self._line.append(cell)
        self._position_dots = cell.right_dots

    def _two_byte_character(self, pair: bytes) -> str:
        language = self._language()
        in_rom = language is not RomLanguage.KOREA or (pair[0] >= 0xA1 and pair[1] >= 0xA1)
        try:
            character = pair.decode(_CODECS[language]) if in_rom else ""
        except UnicodeDecodeError:
            character = ""
        if len(character) != 1:
            self._refuse(Refusal(data=pair, why=f"not in the {language} ROM"))
            return BOX
        return character

    def _one_byte_character(self, byte: int) -> str:
        if byte == 0x5C and self.modes.country == _KOREA:
            return "₩"
        if self.modes.page == _KATAKANA and 0x80 <= byte < 0xA0:
            return _KATAKANA_LINES[byte - 0x80]
        return bytes((byte,)).decode("cp437")

    def _finish_image(self, image: ArrivingImage) -> None:
        picture = image.picture()
        room = self._paper.dots
        if image.is_in_line:
            room -= self.modes.left_dots + self._position_dots
        # What does not fit is dropped, as dots are that no head reaches.
        picture = picture.crop((0, 0, max(0, min(picture.width, room)), picture.height))
        if not image.is_in_line:
            self._paper.print_dots(picture, align=self.modes.align)
        elif picture.width:
            patch = Patch(picture=picture, left_dots=self._position_dots)
            self._patches.append(patch)
            self._position_dots = patch.right_dots

    def _begin_image(self, image: ArrivingImage | None) -> bool:
        self._image = image
        return True

    def _begin_columns(self, parameters: bytes) -> bool:
        if not (self._has_column_images and is_density(parameters[0])):
            return False
        return self._begin_image(image_of_columns(parameters))

    def _block(self, parameters: bytes) -> bool:
        letter, block = parameters[:1], parameters[3:]
        match letter:
            case b"k":
                return self._graphics.obey_code(block, align=self.modes.align)
            case b"L":
                return self._graphics.obey_graphics(block, align=self.modes.align)
            case _:
                return letter in (b"A", b"D", b"E", b"H", b"K")

    def _move_to(self, position_dots: int) -> bool:
        if 0 <= position_dots <= self._paper.dots - self.modes.left_dots:
            self._position_dots = position_dots
        return True

    def _set_page(self, value: int) -> bool:
        self.modes.page = value
        return value in _PAGES

    def _set_pitch(self, dots: int) -> bool:
        self.modes.pitch_dots = dots
        return True

    def _feed_lines(self, lines: int) -> bool:
        if self._has_line:
            self.line_feed()
            lines = max(0, lines - 1)
        self._paper.feed(lines * self.modes.pitch_dots)
        if lines >= TEAR_LINES_MIN and not self._has_cutter:
            self._paper.cut()
        return True

    def _feed_dots(self, dots: int) -> bool:
        if self._has_line:
            self.line_feed()
        self._paper.feed(dots)
        return True

    def _cut(self, parameters: bytes) -> bool:
        if not self._has_cutter:
            return False
        if self._has_line:
            self.line_feed()
        if parameters[0] in (65, 66):
            self._paper.feed(CUT_FEED_DOTS + parameters[1])
        self._paper.cut()
        return True

    def _set_letter(self, *, bold: bool | None = None, size: Size | None = None) -> bool:
        letter = self.modes.letter
        self.modes.letter = replace(
            letter, bold=letter.bold if bold is None else bold, size=letter.size if size is None else size
        )
        return True

    def _set_size(self, value: int) -> bool:
        size = _SIZES.get(((value >> 4 & 7) + 1, (value & 7) + 1))
        return size is not None and self._set_letter(size=size)

    def _set_align(self, value: int) -> bool:
        align = {0: Align.LEFT, 1: Align.CENTRE, 2: Align.RIGHT}.get(value % 48)
        if align is not None and not self._has_line:
            self.modes.align = align
        return align is not None

    def _set_kanji(self, *, on: bool) -> bool:
        if self._language() is RomLanguage.NONE:
            return False
        self.modes.kanji = on
        return True

    def _set_country(self, value: int) -> bool:
        self.modes.country = value
        return True

    def _set_left_margin(self, parameters: bytes) -> bool:
        self.modes.left_dots = min(int.from_bytes(parameters, "little"), self._paper.dots // 2)
        return True


def _new_line(interpreter: Interpreter, _parameters: bytes) -> bool:
    interpreter.line_feed()
    return True


def _nothing(_interpreter: Interpreter, _parameters: bytes) -> bool:
    return True


_Action = Callable[[Interpreter, bytes], bool]

_ACTIONS: Final[dict[str, _Action]] = {
    "\n": _new_line,
    "\r": _nothing,
    "\x00": _nothing,
    "\x18": _nothing,
    "\x1ba": lambda printer, given: printer._set_align(given[0]),
    "\x1bd": lambda printer, given: printer._feed_lines(given[0]),
    "\x1bJ": lambda printer, given: printer._feed_dots(given[0]),
    "\x1bE": lambda printer, given: printer._set_letter(bold=bool(given[0] & 1)),
    "\x1bR": lambda printer, given: printer._set_country(given[0]),
    "\x1bi": lambda printer, given: printer._cut(b"\x01"),
    "\x1bm": lambda printer, given: printer._cut(b"\x01"),
    "\x1c&": lambda printer, given: printer._set_kanji(on=True),
    "\x1c.": lambda printer, given: printer._set_kanji(on=False),
    "\x1cS": lambda printer, given: printer._language() is not RomLanguage.NONE,
    "\x1cC": lambda printer, given: printer._language() is RomLanguage.JAPAN,
    "\x1d!": lambda printer, given: printer._set_size(given[0]),
    "\x1dV": lambda printer, given: printer._cut(given),
    "\x1dv0": lambda printer, given: printer._begin_image(image_of_rows(given)),
    "\x1b*": lambda printer, given: printer._begin_columns(given),
    "\x1b2": lambda printer, _given: printer._set_pitch(LINE_DOTS),
    "\x1b3": lambda printer, given: printer._set_pitch(given[0]),
    "\x1dL": lambda printer, given: printer._set_left_margin(given),
    "\x1d(": lambda printer, given: printer._block(given),
    "\x1d8L": lambda printer, given: printer._graphics.obey_graphics(given[4:], align=printer.modes.align),
    "\x1b$": lambda printer, given: printer._move_to(int.from_bytes(given, "little")),
    "\x1b\\": lambda printer, given: printer._move_to(
        printer._position_dots + int.from_bytes(given, "little", signed=True)
    ),
    "\x1bt": lambda printer, given: printer._set_page(given[0]),
}
