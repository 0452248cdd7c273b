"""Asking a terminal what it draws, and drawing a request's code in its dots."""

from __future__ import annotations

import os
import pty
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from pos.tui.graphics import Graphics, ask_terminal, graphics_of
from pos.tui.sixel import MODULE_PX_MIN, module_px, qr_sixel, side_px
from tests.support import screens
from tests.support.screens import open_counter
from tests.support.sixel import dots_of
from tests.support.till_simulator import REQUEST_TEXT

FOOT = b"\x1b[6;20;10t\x1b[?62;4;22;29c"
"""What foot answers: cells of 10 by 20 dots, sixel among its features."""


@contextmanager
def a_terminal(answer: bytes) -> Iterator[int]:
    """A tty whose far end answers the features' question."""
    near, far = pty.openpty()

    def serve() -> None:
        asked = b""
        while not asked.endswith(b"\x1b[c"):
            asked += os.read(near, 100)
        os.write(near, answer)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield far
    finally:
        thread.join()
        os.close(near)
        os.close(far)


@pytest.mark.parametrize(
    ("answer", "graphics"),
    [
        (FOOT, Graphics(cell_width_px=10, cell_height_px=20)),
        (b"\x1b[?62;22c", None),
        (b"\x1b[?62;4c", None),
        (b"\x1b[6;20;10t\x1b[?6c", None),
        (b"\x1b[6;0;0t\x1b[?4c", None),
        (b"garbage\x1b[?", None),
        (b"", None),
    ],
)
def test_only_a_terminal_that_says_so_draws_pictures(answer: bytes, graphics: Graphics | None) -> None:
    assert graphics_of(answer) == graphics


def test_the_terminal_itself_is_asked_and_left_as_it_was() -> None:
    import termios

    with a_terminal(FOOT) as tty:
        before = termios.tcgetattr(tty)
        assert ask_terminal(tty) == Graphics(cell_width_px=10, cell_height_px=20)
        assert termios.tcgetattr(tty) == before


def test_a_terminal_that_says_nothing_draws_letters() -> None:
    seconds = iter([0.0, 10.0])
    with a_terminal(b"") as tty:
        assert ask_terminal(tty, monotonic_s=lambda: next(seconds)) is None


def test_what_is_no_terminal_is_not_asked() -> None:
    reading, writing = os.pipe()
    assert ask_terminal(writing) is None
    os.close(reading)
    os.close(writing)


def test_a_module_is_never_smaller_than_a_phone_can_read() -> None:
    needed = side_px(REQUEST_TEXT, module_px=MODULE_PX_MIN)

    assert module_px(REQUEST_TEXT, width_px=needed, height_px=needed) == MODULE_PX_MIN
    assert module_px(REQUEST_TEXT, width_px=needed - 1, height_px=needed) is None
    assert module_px(REQUEST_TEXT, width_px=46 * 10, height_px=24 * 20) == 6


async def test_the_request_is_drawn_in_dots_where_the_terminal_has_them() -> None:
    async with open_counter() as counter:
        counter.app.graphics = Graphics(cell_width_px=10, cell_height_px=20)
        written: list[str] = []
        driver = counter.app._driver
        assert driver is not None
        driver.write = written.append  # type: ignore[method-assign]
        await screens.request(counter)

        pictures = re.findall("\x1bP.*?\x1b\\\\", "".join(written), re.DOTALL)
        text = counter.core.till.sale
        assert text is not None
        assert text.request is not None
        assert pictures[-1] == qr_sixel(text.request.text, module_px=6)
        assert not any(character in "".join(counter.text()) for character in "\u2580\u2584\u2588"), "and in dots only"


def test_every_dot_of_the_picture_is_a_module() -> None:
    dots = dots_of(qr_sixel("CKR1:ABC", module_px=3))
    side = side_px("CKR1:ABC", module_px=3)

    assert (len(dots), {len(row) for row in dots}) == (side, {side})
    assert {tuple(dots[y][x : x + 3]) for y in range(0, side, 3) for x in range(0, side, 3)} == {(0, 0, 0), (1, 1, 1)}
    assert not any(any(row) for row in dots[:12]), "four light modules above"
