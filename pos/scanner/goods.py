"""Barcodes of goods in a frame: EAN-13, EAN-8, UPC-A, and Code 128 for a shop's own numbers.

Looked for only while the shop sells by name, on every third frame that shows something new and no payment code: all
linear formats together cost as much as several looks for QR codes. Each frame is enlarged first: where the edges of
bars fall between two pixels, every dark bar loses a whole one of its three, and a barcode that lies perfectly straight
is not read. Rules: a check digit that does not fit is no barcode; one that fits by chance is no barcode either, because
each number must be read in two looks that follow each other closely; what a barcode means is core's.
"""

import re
from collections import deque
from typing import Final

import cv2
import numpy as np
import zxingcpp

from drivers.camera.frame import Grey
from pos.scanner.decode import SIDE_ENLARGED_MAX_PX
from pos.scanner.messages import BARCODE_CHARS_MAX, BARCODES_MAX

_KINDS: Final = zxingcpp.BarcodeFormats(
    (
        zxingcpp.BarcodeFormat.EAN13,
        zxingcpp.BarcodeFormat.EAN8,
        zxingcpp.BarcodeFormat.UPCA,
        zxingcpp.BarcodeFormat.Code128,
    )
)
_NUMBER: Final = re.compile(rf"[0-9A-Za-z]{{1,{BARCODE_CHARS_MAX}}}")
_ENLARGED: Final = 2
_LOOKS_BEFORE: Final = 2


class Goods:
    """The articles that one camera sees, look by look."""

    def __init__(self) -> None:
        self._before: deque[tuple[str, ...]] = deque(maxlen=_LOOKS_BEFORE)
        self.is_in_sight = False
        """Whether the last look read anything, believed or not."""

    def look(self, grey: Grey) -> tuple[str, ...]:
        """The numbers that this look and one of the two before it read."""
        seen = goods_in(grey)
        believed = tuple(number for number in seen if any(number in before for before in self._before))
        self._before.append(seen)
        self.is_in_sight = bool(seen)
        return believed


def goods_in(grey: Grey) -> tuple[str, ...]:
    """The numbers that can be read in one picture, each once; one in a few hundred poor pictures says a wrong one."""
    found = zxingcpp.read_barcodes(_enlarged(grey), formats=_KINDS, text_mode=zxingcpp.TextMode.Plain, try_invert=False)
    numbers = dict.fromkeys(one.text for one in found if one.valid and _NUMBER.fullmatch(one.text))
    return tuple(numbers)[:BARCODES_MAX]


def _enlarged(grey: Grey) -> Grey:
    """Twice as large, unless its bars have pixels enough."""
    if max(grey.shape) > SIDE_ENLARGED_MAX_PX:
        return grey
    return np.asarray(cv2.resize(grey, None, fx=_ENLARGED, fy=_ENLARGED, interpolation=cv2.INTER_CUBIC), dtype=np.uint8)
