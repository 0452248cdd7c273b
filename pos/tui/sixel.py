"""QR codes as sixel graphics, for terminals that draw them (DEC STD 070, chapter "sixel").

Pure. Two colours, dark on light with the quiet zone that the protocol asks for; runs are compressed, because a module
is several dots wide.
"""

from typing import Final

import segno

QUIET_MODULES: Final = 4
MODULE_PX_MIN: Final = 3
"""Smaller modules do not survive the way through a phone's lens."""
_BAND_PX: Final = 6
_FIRST: Final = 0x3F
_BEGIN: Final = "\x1bP0;1q"
_COLOURS: Final = "#0;2;100;100;100#1;2;0;0;0"
_END: Final = "\x1b\\"


def module_px(text: str, *, width_px: int, height_px: int) -> int | None:
    """Dots a module where `text` fits, None where they would be fewer than `MODULE_PX_MIN`."""
    fitting = min(width_px, height_px) // _side_modules(text)
    return fitting if fitting >= MODULE_PX_MIN else None


def side_px(text: str, *, module_px: int) -> int:
    """Width and height of the picture."""
    return _side_modules(text) * module_px


def qr_sixel(text: str, *, module_px: int) -> str:
    """The code for `text` at level L as one sixel picture."""
    rows = [bytes(row) for row in _code(text).matrix_iter(scale=module_px, border=QUIET_MODULES)]
    side = len(rows)
    bands = (_band(rows[top : top + _BAND_PX]) for top in range(0, side, _BAND_PX))
    return f'{_BEGIN}"1;1;{side};{side}{_COLOURS}{"-".join(bands)}{_END}'


def _band(rows: list[bytes]) -> str:
    light, dark = [], []
    whole = (1 << len(rows)) - 1
    for column in zip(*rows, strict=True):
        bits = sum(1 << line for line, is_dark in enumerate(column) if is_dark)
        dark.append(bits)
        light.append(whole ^ bits)
    return f"#0{_runs(light)}$#1{_runs(dark)}"


def _runs(columns: list[int]) -> str:
    parts: list[str] = []
    start = 0
    for at in range(1, len(columns) + 1):
        if at == len(columns) or columns[at] != columns[start]:
            sixel, count = chr(_FIRST + columns[start]), at - start
            parts.append(f"!{count}{sixel}" if count > 3 else sixel * count)
            start = at
    return "".join(parts)


def _side_modules(text: str) -> int:
    return int(_code(text).symbol_size(border=QUIET_MODULES)[0])


def _code(text: str) -> segno.QRCode:
    return segno.make_qr(text, error="l", boost_error=False)
