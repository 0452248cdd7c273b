"""zbar, the second opinion: it reads symbols whose finder patterns are cracked, slowly.

Rules: only QR codes (its other decoders print warnings); only ASCII is believed, because zbar guesses the character set
of bytes and sometimes guesses wrong. Where the library is not installed there is no second opinion, and nothing else
changes.
"""

import importlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol, cast

import numpy as np

from drivers.camera.frame import Grey
from pos.scanner.sampling import Points


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ZbarCode:
    """A text and the corners of a quadrilateral around it, in pixels."""

    text: str
    corners: Points


class _Place(Protocol):
    x: int
    y: int


class _Found(Protocol):
    data: bytes
    polygon: Sequence[_Place]


class _Decode(Protocol):
    def __call__(self, image: tuple[bytes, int, int], symbols: Sequence[object]) -> list[_Found]: ...


@lru_cache(maxsize=1)
def _library() -> tuple[_Decode, object] | None:
    try:
        module = importlib.import_module("pyzbar.pyzbar")
    except ImportError:  # also where the shared library is not installed
        return None
    return cast(_Decode, module.decode), cast(object, module.ZBarSymbol.QRCODE)


def is_installed() -> bool:
    return _library() is not None


def read(grey: Grey) -> tuple[ZbarCode, ...]:
    """The ASCII texts of the QR codes in a picture."""
    library = _library()
    if library is None:
        return ()
    decode, qr_code = library
    height, width = grey.shape
    found = decode((grey.tobytes(), width, height), symbols=[qr_code])
    return tuple(
        ZbarCode(text=code.data.decode("ascii"), corners=_corners(code))
        for code in found
        if code.data and code.data.isascii()
    )


def _corners(code: _Found) -> Points:
    """zbar gives the hull of what it saw; of a symbol seen whole, that has four corners."""
    points = np.array([(place.x, place.y) for place in code.polygon], dtype=np.float64).reshape(-1, 2)
    if len(points) == 4:
        return points
    low, high = (points.min(axis=0), points.max(axis=0)) if len(points) else (np.zeros(2), np.zeros(2))
    return np.array([low, (high[0], low[1]), high, (low[0], high[1])])
