"""Finder patterns by their nesting: a dark square in a light ring in a dark one, however it is tilted or bent.

zxing-cpp looks for the widths 1:1:3:1:1 along lines, which perspective, curvature and blur distort; what lies inside
what they leave alone. Rules: only a locator, so a false pattern costs time and nothing else. Leaves to others: which
three patterns make a symbol (`locate`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import cv2
import numpy as np
import numpy.typing as npt

from drivers.camera.frame import Grey
from pos.scanner.sampling import Points

Outline: TypeAlias = npt.NDArray[np.int32]

RING_MODULES = 5  # along the outside of the light ring
_AREA_MIN_PX = 25.0
_SHARE_OF_RING = (0.14, 0.62)  # the dark middle has 9 of the 25 modules that the ring encloses
_SOLID_MIN = 0.8
_OFF_CENTRE_MAX = 0.16  # of the ring's side
_NEXT, _CHILD, _PARENT = 0, 2, 3  # columns of OpenCV's hierarchy


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Finder:
    """A finder pattern: its centre and the corners of its light ring, clockwise in the picture, in pixels."""

    centre: Points
    ring: Points
    module_px: float


def finders_in(grey: Grey, *, window_px: int) -> list[Finder]:
    """The finder patterns that are darker than their surroundings of `window_px`."""
    dark = cv2.adaptiveThreshold(grey, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, max(3, window_px | 1), 3)
    outlines, hierarchy = cv2.findContours(dark, cv2.RETR_TREE, cv2.CHAIN_APPROX_NONE)
    if hierarchy is None:
        return []
    tree = np.asarray(hierarchy[0])
    is_ring = (tree[:, _PARENT] >= 0) & (tree[:, _CHILD] >= 0)
    found = [_finder(outlines, tree, int(number)) for number in np.flatnonzero(is_ring)]
    return _distinct([finder for finder in found if finder])


def _finder(outlines: Sequence[npt.NDArray[np.generic]], tree: npt.NDArray[np.generic], ring: int) -> Finder | None:
    """The finder pattern whose light ring is this outline, if it is one."""
    outline = np.asarray(outlines[ring], dtype=np.int32)
    area = float(cv2.contourArea(outline))
    if area < _AREA_MIN_PX or area < _SOLID_MIN * float(cv2.contourArea(cv2.convexHull(outline))):
        return None
    middle = max((np.asarray(outlines[child], dtype=np.int32) for child in _children(tree, ring)), key=len)
    share = float(cv2.contourArea(middle)) / area
    side = float(np.sqrt(area))
    centre = outline.reshape(-1, 2).mean(axis=0)
    off_centre = float(np.linalg.norm(centre - middle.reshape(-1, 2).mean(axis=0)))
    if not _SHARE_OF_RING[0] < share < _SHARE_OF_RING[1] or off_centre > _OFF_CENTRE_MAX * side + 1:
        return None
    corners = _quadrilateral(outline)
    return Finder(centre=corners.mean(axis=0), ring=corners, module_px=side / RING_MODULES) if len(corners) else None


def _children(tree: npt.NDArray[np.generic], ring: int) -> list[int]:
    children, child = [], int(tree[ring, _CHILD])
    while child >= 0:
        children.append(child)
        child = int(tree[child, _NEXT])
    return children


def _quadrilateral(outline: Outline) -> Points:
    """The four corners of an outline, clockwise; none where it has another shape."""
    hull = cv2.convexHull(outline)
    length = float(cv2.arcLength(hull, True))
    for tolerance in (0.04, 0.06, 0.08, 0.1):
        corners = cv2.approxPolyDP(hull, tolerance * length, True)
        if len(corners) <= 4:
            break
    else:
        return np.empty((0, 2))
    if len(corners) < 4:
        return np.empty((0, 2))
    points = np.asarray(corners, dtype=np.float64).reshape(-1, 2)
    following = np.roll(points, -1, axis=0)
    is_clockwise = float((points[:, 0] * following[:, 1] - following[:, 0] * points[:, 1]).sum()) > 0
    return points if is_clockwise else points[::-1].copy()


def _distinct(finders: list[Finder]) -> list[Finder]:
    """Of several outlines of one pattern, the first."""
    kept: list[Finder] = []
    for finder in finders:
        if all(np.linalg.norm(finder.centre - other.centre) > 2 * other.module_px for other in kept):
            kept.append(finder)
    return kept
