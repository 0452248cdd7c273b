"""What the terminal can draw, asked of the terminal itself before the screen takes it over.

Asked are its features (DA1: 4 means sixel), the size of a cell in dots (XTWINOPS 16), and DA1 once more as a fence: a
terminal answers in order, so what has not been answered before the fence's answer is not known to it. One that answers
nothing is not waited for longer than `ANSWER_S`.
"""

import os
import re
import select
import termios
import time
import tty
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

ANSWER_S: Final = 0.5
_ASK: Final = b"\x1b[16t\x1b[c"
_CELL: Final = re.compile(rb"\x1b\[6;(\d+);(\d+)t")
_FEATURES: Final = re.compile(rb"\x1b\[\?([\d;]+)c")
_SIXEL: Final = b"4"


@dataclass(frozen=True, slots=True, kw_only=True)
class Graphics:
    """A terminal that draws sixel."""

    cell_width_px: int
    cell_height_px: int


def graphics_of(answer: bytes) -> Graphics | None:
    """What a terminal's answers mean; None for one that draws no pictures, or does not say how large its cells are."""
    features, cell = _FEATURES.search(answer), _CELL.search(answer)
    if features is None or cell is None or _SIXEL not in features[1].split(b";"):
        return None
    height, width = int(cell[1]), int(cell[2])
    return Graphics(cell_width_px=width, cell_height_px=height) if width and height else None


def ask_terminal(descriptor: int, *, monotonic_s: Callable[[], float] = time.monotonic) -> Graphics | None:
    """Ask the terminal at `descriptor`; None where it is none. Its settings are left as they were."""
    if not os.isatty(descriptor):
        return None
    before = termios.tcgetattr(descriptor)
    try:
        tty.setcbreak(descriptor, termios.TCSANOW)
        os.write(descriptor, _ASK)
        return graphics_of(_answer(descriptor, monotonic_s() + ANSWER_S, monotonic_s))
    except OSError:
        return None
    finally:
        termios.tcsetattr(descriptor, termios.TCSANOW, before)


def _answer(descriptor: int, end_s: float, monotonic_s: Callable[[], float]) -> bytes:
    answer = b""
    while _FEATURES.search(answer) is None and (left_s := end_s - monotonic_s()) > 0:
        if not select.select([descriptor], [], [], left_s)[0]:
            break
        answer += os.read(descriptor, 1024)
    return answer
