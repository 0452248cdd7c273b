"""One picture as the camera saw it, and how encoded pictures become grey.

Rules: grey only, eight bits, rows first; the capture time is monotonic, so that it survives a clock that is set.
Leaves to others: where pictures come from (the sources beside this module) and what is on them (`pos.scanner`).
"""

from dataclasses import dataclass
from typing import TypeAlias

import cv2
import numpy as np
import numpy.typing as npt

Grey: TypeAlias = npt.NDArray[np.uint8]

PICTURE_BYTES_MAX = 32 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Frame:
    """A grey picture (height x width, 0 black to 255 white), when it was taken (monotonic seconds) and by what."""

    grey: Grey
    captured_s: float
    source: str

    def __post_init__(self) -> None:
        assert self.grey.ndim == 2, "a frame is one grey plane"
        assert self.grey.dtype == np.uint8, "a frame has eight bits"


def grey_from_encoded(data: bytes) -> Grey | None:
    """The grey picture in a PNG, JPEG or similar file's bytes; None where it is not a picture.

    What is transparent is shown on white, because codes are often drawn in black on nothing.
    """
    if not data or len(data) > PICTURE_BYTES_MAX:
        return None
    try:
        picture = cv2.imdecode(np.frombuffer(data, dtype=np.uint8), cv2.IMREAD_UNCHANGED)
    except cv2.error:
        return None
    return None if picture is None else grey_from_pixels(np.asarray(picture))


def grey_from_pixels(pixels: npt.NDArray[np.generic]) -> Grey:
    """Grey from what OpenCV returns: one, three (BGR) or four (BGRA) channels, 8 or 16 bits or floats in 0..1."""
    eight = _eight_bits(pixels)
    if eight.ndim == 2:
        return np.ascontiguousarray(eight)
    if eight.shape[2] == 1:
        return np.ascontiguousarray(eight[:, :, 0])
    if eight.shape[2] == 4:
        return _on_white(eight)
    return np.asarray(cv2.cvtColor(eight[:, :, :3], cv2.COLOR_BGR2GRAY), dtype=np.uint8)


def _eight_bits(pixels: npt.NDArray[np.generic]) -> Grey:
    if pixels.dtype == np.uint8:
        return np.asarray(pixels, dtype=np.uint8)
    if pixels.dtype == np.uint16:
        return (np.asarray(pixels, dtype=np.uint16) >> 8).astype(np.uint8)
    return np.clip(np.asarray(pixels, dtype=np.float64) * 255.0, 0, 255).astype(np.uint8)


def _on_white(pixels: Grey) -> Grey:
    grey = np.asarray(cv2.cvtColor(pixels, cv2.COLOR_BGRA2GRAY), dtype=np.uint16)
    alpha = pixels[:, :, 3].astype(np.uint16)
    return ((grey * alpha + 255 * (255 - alpha)) // 255).astype(np.uint8)
