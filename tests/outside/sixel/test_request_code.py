"""The request's code as sixel, drawn by libsixel and read by two decoders that did not make it."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image
from pyzbar import pyzbar as zbar  # type: ignore[import-untyped]

from pos.tui.sixel import MODULE_PX_MIN, qr_sixel, side_px
from tests.support.till_simulator import REQUEST_TEXT


def drawn(tmp_path: Path, *, dots: int) -> Image.Image:
    """What libsixel draws, on the dark ground of the till's screen."""
    picture = tmp_path / "code.png"
    command = [os.environ["CHAK_SIXEL2PNG"], "-o", str(picture)]
    subprocess.run(command, input=qr_sixel(REQUEST_TEXT, module_px=dots).encode(), check=True, timeout=60)
    with Image.open(picture) as opened:
        code = opened.convert("L")
    screen = Image.new("L", (800, 480), 12)
    screen.paste(code, (0, 0))
    assert code.size == (side_px(REQUEST_TEXT, module_px=dots),) * 2
    return screen


@pytest.mark.parametrize("dots", [MODULE_PX_MIN, 4, 5])
def test_two_decoders_read_what_a_terminal_draws(dots: int, tmp_path: Path) -> None:
    screen = drawn(tmp_path, dots=dots)

    assert [found.text for found in zxingcpp.read_barcodes(screen)] == [REQUEST_TEXT]
    assert [found.data.decode() for found in zbar.decode(screen)] == [REQUEST_TEXT]
