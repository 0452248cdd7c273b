"""The terminal that the screen is drawn on, and its sudden end.

Rules: when the window is closed, what is still drawn goes nowhere. The toolkit writes from a thread that ends at the
first error and then lets its queue fill, so that the screen would wait for ever to end. A till is not put into the
background either: the kernel's "continue" that follows a hang-up must not start drawing anew.
"""

import signal
import sys
from contextlib import suppress
from io import TextIOWrapper
from typing import TextIO, cast

from textual.app import App
from textual.drivers.linux_driver import LinuxDriver


class _Window:
    """A terminal's file that takes everything, also when nobody sees it any more."""

    def __init__(self, file: TextIO) -> None:
        self._file = file

    def fileno(self) -> int:
        return self._file.fileno()

    def write(self, text: str) -> None:
        with suppress(OSError):
            self._file.write(text)

    def flush(self) -> None:
        with suppress(OSError):
            self._file.flush()


class WindowDriver(LinuxDriver):
    """The toolkit's driver for a terminal, ended by nothing but the till."""

    def __init__(
        self, app: App[object], *, debug: bool = False, mouse: bool = True, size: tuple[int, int] | None = None
    ) -> None:
        super().__init__(app, debug=debug, mouse=mouse, size=size)
        assert sys.__stderr__ is not None
        # The toolkit writes, flushes and asks for the number of its file, and does nothing else with it.
        self._file = cast(TextIOWrapper, _Window(sys.__stderr__))
        signal.signal(signal.SIGTSTP, signal.SIG_IGN)
        signal.signal(signal.SIGCONT, signal.SIG_DFL)
