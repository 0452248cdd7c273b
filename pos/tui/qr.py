"""QR codes in the cells of a terminal.

Half blocks make square modules and are used where they fit. Where they do not, a cell is divided into six (U+1FB00 and
on), which are three quarters as wide as they are high: readers correct that as they correct a slanted view. Dark on
light, with the quiet zone that the protocol asks for, or half of it above and below where the screen has no more rows.
"""

from typing import Final

import segno

QUIET_MODULES: Final = 4
QUIET_MODULES_MIN: Final = 2
_SEXTANTS: Final = 0x1FB00
_LEFT_HALF, _RIGHT_HALF = 0b010101, 0b101010
_HALVES: Final = (" ", "\u2580", "\u2584", "\u2588")


def qr_rows(text: str, *, columns: int, rows: int) -> tuple[str, ...] | None:
    """`text` at level L as rows for dark ink on a light ground; None where it does not fit."""
    modules = _modules(text)
    for draw, across, down, quiet in (
        (_half_block_row, 1, 2, QUIET_MODULES),
        (_sextant_row, 2, 3, QUIET_MODULES),
        (_sextant_row, 2, 3, QUIET_MODULES_MIN),
    ):
        padded = _padded(modules, above=quiet, across=across, down=down)
        if len(padded) // down <= rows and len(padded[0]) // across <= columns:
            return tuple(draw(padded[top : top + down]) for top in range(0, len(padded), down))
    return None


def _modules(text: str) -> list[list[bool]]:
    code = segno.make_qr(text, error="l", boost_error=False)
    return [[bool(module) for module in row] for row in code.matrix]


def _padded(modules: list[list[bool]], *, above: int, across: int, down: int) -> list[list[bool]]:
    """The modules with their quiet zone, filled up to whole cells."""
    width = len(modules) + 2 * QUIET_MODULES
    width += -width % across
    height = len(modules) + 2 * above
    height += -height % down
    blank = [False] * width
    body = [[False] * QUIET_MODULES + row + [False] * (width - QUIET_MODULES - len(row)) for row in modules]
    return [blank] * above + body + [blank] * (height - above - len(body))


def _half_block_row(modules: list[list[bool]]) -> str:
    upper, lower = modules
    return "".join(_HALVES[top + 2 * bottom] for top, bottom in zip(upper, lower, strict=True))


def _sextant_row(modules: list[list[bool]]) -> str:
    return "".join(
        _sextant(sum(row[column + side] << (2 * line + side) for line, row in enumerate(modules) for side in (0, 1)))
        for column in range(0, len(modules[0]), 2)
    )


def _sextant(bits: int) -> str:
    """The character of six modules; blanks, halves and full blocks have older code points than the rest."""
    match bits:
        case 0:
            return " "
        case 0b010101:
            return "\u258c"
        case 0b101010:
            return "\u2590"
        case 0b111111:
            return "\u2588"
        case _:
            return chr(_SEXTANTS + bits - 1 - (bits > _LEFT_HALF) - (bits > _RIGHT_HALF))
