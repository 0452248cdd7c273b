"""Grey variants of a picture: each shows zxing-cpp codes that it misses in the picture itself, and hides others.

So a variant is only ever a further try, never a replacement. The order is by what each added to the ones before it for
its time. Leaves to others: how many to try on a frame.
"""

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np

from drivers.camera.frame import Grey


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """A name, the enlargement that it brings, and how it is made."""

    name: str
    scale: float
    make: Callable[[Grey], Grey]


def _grey(picture: object) -> Grey:
    return np.asarray(picture, dtype=np.uint8)


def _smooth(sigma_px: float) -> Callable[[Grey], Grey]:
    return lambda grey: _grey(cv2.GaussianBlur(grey, (0, 0), sigma_px))


def _scaled(scale: float, interpolation: int) -> Callable[[Grey], Grey]:
    return lambda grey: _grey(cv2.resize(grey, None, fx=scale, fy=scale, interpolation=interpolation))


def _sharp(grey: Grey) -> Grey:
    return _grey(cv2.addWeighted(grey, 2.5, cv2.GaussianBlur(grey, (0, 0), 2.0), -1.5, 0))


def _local_contrast(grey: Grey) -> Grey:
    return _grey(cv2.createCLAHE(3.0, (8, 8)).apply(grey))


def _closed(grey: Grey) -> Grey:
    return _grey(cv2.morphologyEx(grey, cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8)))


def _median(grey: Grey) -> Grey:
    return _grey(cv2.medianBlur(grey, 3))


PLAIN = Variant(name="plain", scale=1.0, make=lambda grey: grey)
SMOOTH = Variant(name="smooth", scale=1.0, make=_smooth(1.0))
SMOOTHER = Variant(name="smoother", scale=1.0, make=_smooth(2.0))
SHARP = Variant(name="sharp", scale=1.0, make=_sharp)
HALF_LARGER = Variant(name="half larger", scale=1.5, make=_scaled(1.5, cv2.INTER_CUBIC))
TWICE = Variant(name="twice", scale=2.0, make=_scaled(2.0, cv2.INTER_CUBIC))
HALF = Variant(name="half", scale=0.5, make=_scaled(0.5, cv2.INTER_AREA))
LOCAL_CONTRAST = Variant(name="local contrast", scale=1.0, make=_local_contrast)
CLOSED = Variant(name="closed", scale=1.0, make=_closed)
MEDIAN = Variant(name="median", scale=1.0, make=_median)

SINGLE_PICTURE = (SMOOTH, SHARP, TWICE, SMOOTHER, LOCAL_CONTRAST)
# for the own locator: with the window, in pixels, that finder patterns stand out in
OWN_LOOKS = ((LOCAL_CONTRAST, 15), (PLAIN, 31), (TWICE, 15), (PLAIN, 151))
STREAM_OWN_LOOKS = ((LOCAL_CONTRAST, 15), (PLAIN, 31))
STREAM = (SMOOTH, HALF_LARGER, SHARP, SMOOTHER, LOCAL_CONTRAST)
