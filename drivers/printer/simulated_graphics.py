"""Codes and stored pictures of the simulated printer: GS ( k, GS ( L and GS 8 L.

A code is drawn without a quiet zone, as printers draw it: the host leaves it. Pictures are stored by one function and
printed by another, black and white, at single size.
"""

from typing import Final

import segno
from PIL import Image

from drivers.printer.document import Align, Bitmap
from drivers.printer.raster import picture_of
from drivers.printer.simulated_paper import Paper

_QR: Final = b"1"
_CODE_BYTES_MIN: Final = 3
_QR_LEVELS: Final = {48: "l", 49: "m", 50: "q", 51: "h"}
_STORE: Final = b"0p0"
"""m, function 112 (store raster data), a = 48 (black and white)."""
_STORE_HEADER_BYTES: Final = 10
_PRINT: Final = (b"02", b"0\x02")


class Graphics:
    """What has been set and stored and waits to be printed."""

    def __init__(self, paper: Paper) -> None:
        self._paper = paper
        self._module_dots = 3
        self._level = 48
        self._data = b""
        self._stored: Image.Image | None = None

    def obey_code(self, block: bytes, *, align: Align) -> bool:
        """Obey GS ( k; `block` begins with the kind of code. False for kinds and functions that are unknown."""
        if block[:1] != _QR or len(block) < _CODE_BYTES_MIN:
            return False
        function, value = block[1], block[2:]
        match function:
            case 65:
                return True
            case 67:
                self._module_dots = value[0]
            case 69:
                self._level = value[0]
            case 80:
                self._data = value[1:]
            case 81:
                self._print_code(align)
            case _:
                return False
        return True

    def obey_graphics(self, block: bytes, *, align: Align) -> bool:
        """Obey GS ( L or GS 8 L; `block` begins with m. False for functions that are unknown."""
        if block[:3] == _STORE:
            self._stored = _stored_picture(block)
            return True
        if block in _PRINT:
            if self._stored is not None:
                self._paper.print_dots(self._stored, align=align)
            self._stored = None
            return True
        return False

    def _print_code(self, align: Align) -> None:
        text = self._data.decode("utf-8", "replace")
        if not text:
            return
        code = segno.make_qr(text, error=_QR_LEVELS.get(self._level, "l"), boost_error=False)
        matrix = code.matrix_iter(scale=self._module_dots, border=0)
        rows = [bytes(0 if dark else 255 for dark in row) for row in matrix]
        picture = Image.frombytes("L", (len(rows[0]), len(rows)), b"".join(rows)).convert("1")
        self._paper.print_dots(picture, align=align, code=text)


def _stored_picture(block: bytes) -> Image.Image | None:
    width, height = (int.from_bytes(block[at : at + 2], "little") for at in (6, 8))
    width_bytes = (width + 7) // 8
    bits = block[_STORE_HEADER_BYTES:]
    if not width_bytes or not height or len(bits) != width_bytes * height:
        return None
    return picture_of(Bitmap(width_bytes=width_bytes, height_dots=height, bits=bits)).crop((0, 0, width, height))
