"""A hand scanner from its address, and the wrapper that turns plugging and unplugging into a state.

    serial:///dev/pos/scanner[?baud=9600]     a serial line, or USB that shows up as one (USB-CDC)

A *line* (`ScannerLine`) is one opened device and raises `DeviceError`; a *scanner* (`HandScanner`) never raises: it
closes a line that failed, tells what is wrong and opens it again when it is back. Rules: what was left of a scan when
the line went is dropped; an address with a mistake is refused at once. Leaves to others: what a scan means.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Protocol
from urllib.parse import parse_qsl, urlsplit

from drivers.errors import DeviceError, DeviceMissingError, DeviceSetupError
from drivers.presence import Presence
from drivers.scanner.framing import Framing, ScannedText

REOPEN_AFTER_S: Final = 1.0
SCHEME: Final = "serial"


@dataclass(frozen=True, slots=True, kw_only=True)
class HandScannerState:
    """What the scanner is doing; `detail` is English for technicians."""

    presence: Presence
    detail: str = ""


class ScannerLine(Protocol):
    """One opened scanner."""

    def read(self, *, timeout_s: float) -> bytes:
        """What arrived, waiting at most `timeout_s`; b"" if nothing came. Raises DeviceError."""
        ...

    def close(self) -> None:
        """Gives the device back. Raises nothing."""
        ...


class HandScanner:
    """A scanner that may be unplugged and plugged in again at any time."""

    def __init__(self, opener: Callable[[], ScannerLine], *, clock: Callable[[], float]) -> None:
        self._opener = opener
        self._clock = clock
        self._framing = Framing()
        self._line: ScannerLine | None = None
        self._state = HandScannerState(presence=Presence.MISSING, detail="not opened yet")
        self._reopen_at_s = float("-inf")

    def read(self) -> tuple[ScannedText, ...]:
        """The scans that came to their end; never waits."""
        try:
            line = self._line or self._reopen()
            if line is None:
                return ()
            return self._framing.feed(line.read(timeout_s=0.0), now_s=self._clock())
        except DeviceError as fault:
            self._lose(fault)
            return ()

    def state(self) -> HandScannerState:
        return HandScannerState(presence=Presence.READY) if self._line else self._state

    def close(self) -> None:
        if self._line:
            self._line.close()
        self._line = None
        self._state = HandScannerState(presence=Presence.OFF)
        self._reopen_at_s = float("inf")

    def _reopen(self) -> ScannerLine | None:
        if self._clock() < self._reopen_at_s:
            return None
        self._line = self._opener()
        return self._line

    def _lose(self, fault: DeviceError) -> None:
        # A line that breaks off is a scanner that was unplugged, whatever the kernel calls it.
        missing = self._line is not None or isinstance(fault, DeviceMissingError)
        if self._line:
            self._line.close()
        self._line = None
        self._framing.forget()
        self._state = HandScannerState(presence=Presence.MISSING if missing else Presence.FAULTY, detail=str(fault))
        self._reopen_at_s = self._clock() + REOPEN_AFTER_S


def is_hand_scanner(url: str) -> bool:
    """Whether an address is a hand scanner's and not a camera's."""
    return url.partition(":")[0] == SCHEME


def open_hand_scanner(url: str, *, clock: Callable[[], float] = time.monotonic) -> HandScanner:
    """The scanner at an address, present or not. Raises DeviceSetupError where the address itself is wrong."""
    from drivers.scanner.serial_line import BAUD_DEFAULT, open_line

    parts = urlsplit(url)
    options = dict(parse_qsl(parts.query, keep_blank_values=True))
    baud = options.pop("baud", str(BAUD_DEFAULT))
    problems = [f"unknown option {name!r}" for name in sorted(options)]
    if parts.scheme != SCHEME or parts.netloc or not parts.path.startswith("/"):
        problems.append("wants serial:///dev/…")
    if not (baud.isascii() and baud.isdecimal() and 300 <= int(baud) <= 4_000_000):
        problems.append(f"baud is a speed, not {baud!r}")
    if problems:
        raise DeviceSetupError(f"scanner address {url!r}: {'; '.join(problems)}")
    return HandScanner(lambda: open_line(parts.path, baud=int(baud), url=url), clock=clock)
