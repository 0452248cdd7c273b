"""The cashier's screen as a shop sees it: cage and foot on a seven-inch panel, photographed and measured.

The unit of the package runs as it does on a board, but for the display, which is memory. Distances are those of the
800 by 480 panel that the handbook names; they are measured in the picture, not taken from a style sheet.
"""

from __future__ import annotations

import os
import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import zxingcpp
from PIL import Image
from pyzbar import pyzbar  # type: ignore[import-untyped]

from tests.support.booted_till import BootedTill, Town, prepared_till
from tests.support.debian_roots import layer_over

PANEL = (800, 480)
PANEL_HEIGHT_MM = 85.9
"""The picture's height on a seven-inch panel."""
VERDICT_MM_MIN = 25.0
AMOUNT_MM_MIN = 12.0
CONTRAST_MIN = 10
Colour = tuple[int, int, int]

SELL = """
import sys
from pathlib import Path
from pos.link.client import BlockingLink
from pos.link.calls import EnterAmount, Role, ScanSeen
sockets = Path("/run/pos")
BlockingLink(sockets, Role.SCREEN).call(EnterAmount(amount_won=12_000))
BlockingLink(sockets, Role.DEVICES).call(ScanSeen(text=sys.argv[1], length=len(sys.argv[1])))
"""
"""What the cashier's keys and the camera's process tell core."""
PRESS = """
import fcntl, sys, termios
from pathlib import Path
for process in Path("/proc").iterdir():
    try:
        words = (process / "cmdline").read_bytes().split(bytes(1))
        tty = (process / "fd/0").readlink()
    except OSError:
        continue
    if b"process" in words and b"screen" in words and str(tty).startswith("/dev/pts/"):
        with open(process / "fd/0", "rb", buffering=0) as keyboard:
            for key in sys.argv[1]:
                fcntl.ioctl(keyboard, termios.TIOCSTI, key.encode())
        break
else:
    sys.exit("nothing reads keys on this panel")
"""
"""Keys at the terminal that the screen's process reads."""


@pytest.fixture(scope="module")
def till(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BootedTill]:
    (deb,) = Path(os.environ["CHAK_PACKAGES"]).glob("*_amd64.deb")
    scratch = tmp_path_factory.mktemp("kiosk")
    town = Town.found(scratch / "town")
    with (
        layer_over(Path(os.environ["CHAK_TILL_AMD64"]), scratch / "layer") as root,
        prepared_till(root, deb, town, scratch / "data") as till,
    ):
        till.switch_on()
        till.until_up(["pos-core", "pos-screen"])
        on_display(till, "wlr-randr", "--output", "HEADLESS-1", "--custom-mode", "{}x{}".format(*PANEL))
        code = town.payment(town.voucher(50_000), 12_000)
        till.until(lambda: picture(till).getpixel((2, 2)) != (0, 0, 0), "the till is drawn")
        till.must("/usr/lib/pos/bin/python3", "-I", "-c", SELL, code)
        yield till


def press(till: BootedTill, key: str) -> None:
    till.must("/usr/bin/python3", "-I", "-c", PRESS, key)


def on_display(till: BootedTill, *command: str) -> None:
    as_screen = ("setpriv", "--reuid=pos-screen", "--regid=pos-screen", "--clear-groups")
    till.must(*as_screen, "env", "XDG_RUNTIME_DIR=/run/pos-screen", "WAYLAND_DISPLAY=wayland-0", *command)


def picture(till: BootedTill) -> Image.Image:
    """What the panel shows now."""
    on_display(till, "grim", "/run/pos-screen/panel.png")
    with Image.open(till.root_of_running / "run/pos-screen/panel.png") as opened:
        shot: Image.Image = opened.convert("RGB")
        return shot


@pytest.fixture(scope="module")
def approved(till: BootedTill) -> Image.Image:
    """The panel after an approval, kept for the README."""
    till.until(lambda: _green_rows(picture(till)), "승인 is on the screen")
    seen = picture(till)
    out = Path(os.environ["CHAK_KIOSK_PICTURE"])
    out.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(till.root_of_running / "run/pos-screen/panel.png", out)
    return seen


def _green_rows(image: Image.Image) -> list[int]:
    """The rows of the band that says 승인: green from edge to edge."""
    return [y for y in range(image.height) if _is_green(image, (image.width - 2, y)) and _is_green(image, (2, y))]


def _is_green(image: Image.Image, at: tuple[int, int]) -> bool:
    red, green, blue = colour_at(image, at)
    return green > 150 and green > 1.3 * red and green > 1.3 * blue


def colour_at(image: Image.Image, at: tuple[int, int]) -> Colour:
    value = image.getpixel(at)
    assert isinstance(value, tuple)
    return (int(value[0]), int(value[1]), int(value[2]))


def drawn_height_px(image: Image.Image, box: tuple[int, int, int, int], is_ink: Counter[Colour]) -> int:
    """Rows from the first to the last pixel of the colours given, within a box."""
    left, top, right, bottom = box
    rows = [y for y in range(top, bottom) if any(colour_at(image, (x, y)) in is_ink for x in range(left, right))]
    return rows[-1] - rows[0] + 1


def luminance(colour: Colour) -> float:
    """Relative luminance, WCAG 2."""
    parts = [value / 255 for value in colour]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: Colour, other: Colour) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def mm(pixels: int) -> float:
    return pixels * PANEL_HEIGHT_MM / PANEL[1]


def test_a_phone_reads_the_payment_request_off_the_panel(till: BootedTill, approved: Image.Image) -> None:
    assert approved.size == PANEL
    for key in "72000\r":
        press(till, key)
        # A burst would be a hand scanner's.
        till.until(lambda: picture(till) is not None, "the key is taken")
    press(till, "\r")

    by_zxing, by_zbar = till.until(lambda: codes_in(picture(till)), "two decoders read the payment request")
    assert by_zxing.startswith("CKR1:")
    assert by_zbar == by_zxing


def codes_in(image: Image.Image) -> tuple[str, ...]:
    """What either decoder reads; empty until both read something."""
    zxing = [found.text for found in zxingcpp.read_barcodes(np.asarray(image.convert("L")))]
    zbar = [found.data.decode() for found in pyzbar.decode(image.convert("L"))]
    return (zxing[0], zbar[0]) if zxing and zbar else ()


def test_the_panel_is_filled_to_its_edges(approved: Image.Image) -> None:
    assert approved.size == PANEL
    assert colour_at(approved, (2, 2)) == colour_at(approved, (PANEL[0] - 3, 2))


def test_the_verdict_can_be_read_across_the_counter(approved: Image.Image) -> None:
    rows = _green_rows(approved)
    band, ink = colour_at(approved, (2, rows[0])), Counter({(0, 0, 0): 1})

    height_px = drawn_height_px(approved, (0, rows[0], PANEL[0] // 2, rows[-1] + 1), ink)

    assert mm(height_px) >= VERDICT_MM_MIN, f"{height_px} pixels are {mm(height_px):.1f} mm"
    assert contrast(band, (0, 0, 0)) >= CONTRAST_MIN


def test_the_amount_can_be_read_by_the_customer(approved: Image.Image) -> None:
    top = _green_rows(approved)[0]
    right_half = (PANEL[0] // 2, top // 3, PANEL[0] - 40, top)
    ground = colour_at(approved, (PANEL[0] // 4, top - 4))
    white = Counter({(255, 255, 255): 1})

    height_px = drawn_height_px(approved, right_half, white)

    assert mm(height_px) >= AMOUNT_MM_MIN, f"{height_px} pixels are {mm(height_px):.1f} mm"
    assert contrast((255, 255, 255), ground) >= CONTRAST_MIN
