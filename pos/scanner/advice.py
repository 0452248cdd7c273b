"""What the customer could do so that a located symbol becomes readable.

Derived from the symbol itself: how many pixels a module has, how much of the frame it fills, how far its dark and light
are apart. Leaves to others: when to say it, and the words.
"""

from enum import StrEnum

import numpy as np

from drivers.camera.frame import Grey
from pos.scanner.rescue import Symbol
from pos.scanner.symbol import size_of

MODULE_SMALL_PX = 1.8
_FILLS_FRAME = 0.95
_CONTRAST_LOW = 40


class Hint(StrEnum):
    """One thing to do."""

    COME_CLOSER = "come_closer"
    MOVE_AWAY = "move_away"
    RAISE_BRIGHTNESS = "raise_brightness"
    HOLD_STILL = "hold_still"


def module_px(symbol: Symbol) -> float:
    """Pixels along a module, on average of the four sides."""
    sides = np.linalg.norm(np.roll(symbol.corners, -1, axis=0) - symbol.corners, axis=1)
    return float(sides.mean()) / size_of(symbol.version)


def contrast(grey: Grey, symbol: Symbol) -> int:
    """Grey levels between the symbol's dark and its light."""
    height, width = grey.shape
    left, top = np.clip(symbol.corners.min(axis=0).astype(int), 0, (width - 1, height - 1))
    right, bottom = np.clip(symbol.corners.max(axis=0).astype(int) + 1, 1, (width, height))
    dark, light = np.percentile(grey[top:bottom:2, left:right:2], (15, 85))
    return int(light - dark)


def hint_for(grey: Grey, symbol: Symbol) -> Hint:
    """The most likely reason why a located symbol is not read."""
    extent = symbol.corners.max(axis=0) - symbol.corners.min(axis=0)
    if module_px(symbol) < MODULE_SMALL_PX:
        return Hint.COME_CLOSER
    if extent[0] > _FILLS_FRAME * grey.shape[1] or extent[1] > _FILLS_FRAME * grey.shape[0]:
        return Hint.MOVE_AWAY
    if contrast(grey, symbol) < _CONTRAST_LOW:
        return Hint.RAISE_BRIGHTNESS
    return Hint.HOLD_STILL
