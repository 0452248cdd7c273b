"""ESC/POS command bytes, each named as in Epson's reference.

Rules:
- parameters are binary, never ASCII digits;
- what python-escpos knows well (raster images, native QR codes, the cut, the feature lists of known models) comes from
  it; its text layer is not used (it prints "?" for Hangul) and neither are its connections (they lose bytes);
- python-escpos is loaded when the first printer is set up, not on import.

Leaves what to print to `encoder` and when to send it to `printing`.
"""

import logging
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, Protocol

from drivers.errors import DeviceSetupError
from drivers.printer.document import Bitmap, Size
from drivers.printer.profile import DrawerKick, Profile
from drivers.printer.raster import picture_of
from drivers.printer.stripes import STRIPE_DOTS, Run, Stripe

INITIALISE: Final = b"\x1b@"
"""ESC @; also switches automatic status back off."""
STATUS_BACK_ON: Final = b"\x1da\x0f"
"""GS a 15: drawer, online, error and paper changes."""
LATIN_PAGE: Final = b"\x1bt\x00"
"""ESC t 0: PC437 for single bytes."""
KANJI_ON: Final = b"\x1c&"
"""FS &: two-byte characters; the default on Korean models, off on Japanese ones."""
KOREA: Final = b"\x1bR\x0d"
"""ESC R 13: 0x5C prints ₩."""
KANJI_SPACING_NONE: Final = b"\x1cS\x00\x00"
"""FS S 0 0."""
PAPER_SENSOR: Final = b"\x1dr\x01"
"""GS r 1: queued; answered when everything before it is printed."""
LANGUAGE: Final = b"\x1dI\x45"
"""GS I 69: which two-byte font is built in."""
MAKER: Final = b"\x1dI\x42"
"""GS I 66."""
MODEL: Final = b"\x1dI\x43"
"""GS I 67."""
CENTRE: Final = b"\x1ba\x01"
LEFT: Final = b"\x1ba\x00"
BOLD_ON: Final = b"\x1bE\x01"
BOLD_OFF: Final = b"\x1bE\x00"
LINE_FEED: Final = b"\n"
STRIPE_SPACING: Final = bytes((0x1B, 0x33, STRIPE_DOTS))
"""ESC 3: a line as high as its stripe. Where the unit is half a dot, it asks for less than stands in the line, and the
printer feeds what stands there."""
USUAL_SPACING: Final = b"\x1b2"
"""ESC 2."""
TEAR_OFF: Final = b"\x1dV\x42\x00"
"""GS V 66 0: feed to the blade and cut, as `VendorCommands.cut` does at the end of a receipt."""

BAND_DOTS_MAX: Final = 128
"""Rows of one raster command: little enough that a fault spoils little."""
PROCESS_ID_DIGITS: Final = 4


def real_time_status(number: int) -> bytes:
    """DLE EOT 1 to 4: printer, offline cause, error cause, paper; answered on arrival, even when offline."""
    assert 1 <= number <= 4
    return bytes((0x10, 0x04, number))


def process_id(number: int) -> bytes:
    """GS ( H function 48: answered with the same four digits when printing is complete."""
    return b"\x1d(H\x06\x00\x30\x30" + process_digits(number)


def process_digits(number: int) -> bytes:
    """Return the four digits of a process id; numbers repeat after 10 000 jobs."""
    return b"%0*d" % (PROCESS_ID_DIGITS, number % 10**PROCESS_ID_DIGITS)


def feed_lines(lines: int) -> bytes:
    """ESC d: print what stands in the line and feed."""
    assert 0 <= lines <= 255
    return bytes((0x1B, 0x64, lines))


def stripe(dots: Stripe) -> bytes:
    """ESC * 33 for each run of columns, where ESC $ has moved to, as one line; the usual spacing follows."""
    return STRIPE_SPACING + b"".join(map(_run, dots.runs)) + LINE_FEED + USUAL_SPACING


def _run(dots: Run) -> bytes:
    place = b"\x1b$" + dots.left_dots.to_bytes(2, "little") if dots.left_dots else b""
    return place + b"\x1b*\x21" + dots.columns.to_bytes(2, "little") + dots.bits


def letter_size(size: Size) -> bytes:
    """GS !: width and height of all characters."""
    return bytes((0x1D, 0x21, (size.width - 1) << 4 | (size.height - 1)))


def kanji_size(size: Size) -> bytes:
    """FS !: width and height of two-byte characters, on printers that do not size them by GS !."""
    return bytes((0x1C, 0x21, (0x04 if size.width == 2 else 0) | (0x08 if size.height == 2 else 0)))


def drawer_pulse(profile: Profile) -> bytes:
    """Return the command that opens the drawer, b"" where the printer has no connector."""
    match profile.drawer:
        case DrawerKick.REAL_TIME:
            return bytes((0x10, 0x14, 0x01, profile.drawer_connector, profile.drawer_pulse_ms // 100))
        case DrawerKick.QUEUED:
            return bytes((0x1B, 0x70, profile.drawer_connector, profile.drawer_pulse_ms // 2, 0xFA))
        case DrawerKick.NONE:
            return b""


@contextmanager
def _own_logging() -> Iterator[None]:
    """Undo what an import does to the root logger: python-escpos calls `logging.basicConfig` when it is loaded."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    try:
        yield
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)


class _Escpos(Protocol):
    output: bytes

    def image(self, img_source: object, *, impl: str, fragment_height: int) -> None: ...
    def qr(self, content: str, *, ec: int, size: int, native: bool) -> None: ...
    def cut(self, *, feed: bool) -> None: ...
    def clear(self) -> None: ...


class VendorCommands:
    """python-escpos for one model, writing into memory."""

    def __init__(self, model: str) -> None:
        with _own_logging():
            from escpos import capabilities, constants  # type: ignore[import-untyped]
            from escpos.printer import Dummy  # type: ignore[import-untyped]

        if "ESCPOS_CAPABILITIES_PICKLE_DIR" not in os.environ:
            # It leaves a pickle behind in a fresh temporary folder on every start.
            shutil.rmtree(capabilities.pickle_dir, ignore_errors=True)
        models = capabilities.CAPABILITIES["profiles"]
        if model not in models:
            raise DeviceSetupError(f"python-escpos knows no model {model!r}; known: {', '.join(sorted(models))}")
        self._printer: _Escpos = Dummy(profile=model)
        self._features = frozenset(name for name, present in models[model]["features"].items() if present)
        self._level_m: int = constants.QR_ECLEVEL_M

    def has(self, feature: str) -> bool:
        """Whether the model has a feature, by python-escpos's name for it."""
        return feature in self._features

    def raster(self, bitmap: Bitmap) -> bytes:
        """GS v 0: one band of at most `BAND_DOTS_MAX` rows."""
        assert bitmap.height_dots <= BAND_DOTS_MAX
        self._printer.image(picture_of(bitmap), impl="bitImageRaster", fragment_height=BAND_DOTS_MAX)
        return self._taken()

    def qr(self, data: str, *, module_dots: int) -> bytes:
        """GS ( k: model 2, level M, drawn by the printer."""
        self._printer.qr(data, ec=self._level_m, size=module_dots, native=True)
        return self._taken()

    def cut(self) -> bytes:
        """GS V 66 0: feed to the blade and cut, leaving one point uncut."""
        self._printer.cut(feed=False)
        return self._taken()

    def _taken(self) -> bytes:
        output = self._printer.output
        self._printer.clear()
        return output
