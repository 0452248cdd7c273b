"""A customer display, 2 × 20, spoken to in ESC/POS or CD5220.

Rules:
- two lines of at most twenty columns, each sent whole: what stood there is gone;
- Hangul only where the model has it (`-hangul`), as KS X 1001 bytes; on the others a line that is not ASCII is not
  sent at all, because a common display shows garbage for it: the caller says the same in ASCII;
- nothing waits for a display: a line that takes no bytes in time is let go, and opened again later;
- brightness, cursor and the lines' places are set with every showing, so that a display plugged in later is right.

Leaves the words to the caller. Commands: Epson's "ESC/POS for line displays"; CD5220 as its command list has it.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Protocol
from urllib.parse import parse_qsl, urlsplit

from drivers.errors import DeviceError, DeviceSetupError
from drivers.printer.hangul import columns_of, encode, printable

COLUMNS: Final = 20
WRITE_S: Final = 0.5
REOPEN_S: Final = 2.0


class DisplayModel(StrEnum):
    """What a display understands."""

    ESCPOS = "escpos"
    ESCPOS_HANGUL = "escpos-hangul"
    CD5220 = "cd5220"
    CD5220_HANGUL = "cd5220-hangul"

    @property
    def has_hangul(self) -> bool:
        return self in (DisplayModel.ESCPOS_HANGUL, DisplayModel.CD5220_HANGUL)


class DisplayLine(Protocol):
    """One opened serial line."""

    def write(self, data: bytes, *, timeout_s: float) -> int: ...

    def close(self) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Showing:
    """Two lines."""

    upper: str
    lower: str


def showing_bytes(model: DisplayModel, showing: Showing) -> bytes:
    """Everything that puts `showing` on a display of this model."""
    lines = tuple(_line_bytes(model, text) for text in (showing.upper, showing.lower))
    if model in (DisplayModel.CD5220, DisplayModel.CD5220_HANGUL):
        # CLR also ends the string mode that ESC Q begins; the cursor off.
        return b"\x0c\x1b_\x00" + b"".join(
            b"\x1bQ" + letter + line + b"\x0d" for letter, line in zip((b"A", b"B"), lines, strict=True)
        )
    # ESC @ · cursor off · overwrite mode · US $ column line for each.
    return b"\x1b@\x1fC\x00\x1f\x01" + b"".join(
        b"\x1f$\x01" + bytes((number,)) + line for number, line in enumerate(lines, start=1)
    )


def _line_bytes(model: DisplayModel, text: str) -> bytes:
    kept = printable(text)
    while columns_of(kept) > COLUMNS:
        kept = kept[:-1]
    encoded = encode(kept) if model.has_hangul else _ascii(kept)
    if encoded is None:
        encoded = b""
    return encoded + b" " * (COLUMNS - len(encoded))


def _ascii(text: str) -> bytes | None:
    try:
        return text.encode("ascii")
    except UnicodeEncodeError:
        return None


class CustomerDisplay:
    """A display that may be unplugged and plugged in again at any time."""

    def __init__(
        self, opener: Callable[[], DisplayLine], *, model: DisplayModel, monotonic_s: Callable[[], float]
    ) -> None:
        self._opener = opener
        self._monotonic_s = monotonic_s
        self._line: DisplayLine | None = None
        self._reopen_at_s = float("-inf")
        self.model = model
        self.fault: DeviceError | None = None
        """Why nothing is shown; None while it is."""

    def show(self, showing: Showing) -> bool:
        """Show two lines; False where the display took them not or not whole."""
        data = showing_bytes(self.model, showing)
        try:
            line = self._line or self._reopen()
            if line is None:
                return False
            taken = line.write(data, timeout_s=WRITE_S)
        except DeviceError as fault:
            self._lose(fault)
            return False
        return taken == len(data)

    def close(self) -> None:
        if self._line is not None:
            self._line.close()
        self._line = None

    def _reopen(self) -> DisplayLine | None:
        if self._monotonic_s() < self._reopen_at_s:
            return None
        self._line, self.fault = self._opener(), None
        return self._line

    def _lose(self, fault: DeviceError) -> None:
        self.close()
        self.fault = fault
        self._reopen_at_s = self._monotonic_s() + REOPEN_S


def open_display(url: str, *, model: str, monotonic_s: Callable[[], float] = time.monotonic) -> CustomerDisplay:
    """The display at serial:///dev/…[?baud=9600&flow=none]; DeviceSetupError for another address."""
    parts = urlsplit(url)
    if parts.scheme != "serial":
        raise DeviceSetupError(f"display URL {url!r}: wants serial:///dev/…")
    options: Mapping[str, str] = {"baud": "9600", "flow": "none", **dict(parse_qsl(parts.query))}

    def opener() -> DisplayLine:
        from drivers.printer.serial_port import open_serial

        return open_serial(parts.path, options=options, url=url)

    return CustomerDisplay(opener, model=DisplayModel(model), monotonic_s=monotonic_s)
