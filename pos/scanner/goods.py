"""Barcodes of goods in a frame: EAN-13, EAN-8, UPC-A, and Code 128 for a shop's own numbers.

Looked for only while the shop sells by name, on every third frame that shows something new and no payment code: all
linear formats together cost as much as several looks for QR codes. Rules: a check digit that does not fit is no
barcode; what a barcode means is core's.
"""

import re
from typing import Final

import zxingcpp

from drivers.camera.frame import Grey
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


def goods_in(grey: Grey) -> tuple[str, ...]:
    """The numbers of the articles in sight, each once."""
    found = zxingcpp.read_barcodes(grey, formats=_KINDS, text_mode=zxingcpp.TextMode.Plain, try_invert=False)
    numbers = dict.fromkeys(one.text for one in found if one.valid and _NUMBER.fullmatch(one.text))
    return tuple(numbers)[:BARCODES_MAX]
