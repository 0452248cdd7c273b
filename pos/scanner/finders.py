"""Finder patterns by their nesting: a dark square in a light ring in a dark one, however it is tilted or bent.

zxing-cpp looks for the widths 1:1:3:1:1 along lines, which perspective, curvature and blur distort; what lies inside
what they leave alone. Rules: only a locator, so a false pattern costs time and nothing else. Leaves to others: which
patterns make a symbol (`locate`).
"""

from dataclasses import dataclass
from typing import TypeAlias

import cv2
import numpy as np
import numpy.typing as npt

from drivers.camera.frame import Grey
from pos.scanner.sampling import Points

Labels: TypeAlias = npt.NDArray[np.int32]

RING_MODULES = 5  # along the outside of the light ring
_MIDDLE_MIN_PX = 3
_MIDDLE_FILL_MIN = 0.35  # of its box; a square on its corner fills a half
_RING_SIDE = (1.2, 2.4)  # of the middle's; five to three when seen straight
_RING_AREA = (0.7, 3.6)  # of the middle's; sixteen to nine
_OFF_CENTRE_MAX = 0.18  # of the ring's side
_SOLID_MIN = 0.8
_SLIMMEST = 0.2
_CONTRAST_MIN = 4.0
_RIGHT_MIN = 6  # of eight places around
_RINGS_MAX, _FINDERS_MAX = 300, 64  # a picture made of rings must not take for ever

_LEFT, _TOP, _WIDTH, _HEIGHT, _AREA = range(5)  # columns of OpenCV's statistics


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Finder:
    """A finder pattern: its centre and the corners of its light ring, clockwise in the picture, in pixels."""

    centre: Points
    ring: Points
    module_px: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Regions:
    """Connected regions of one shade: the number of each pixel's, and each one's box and area."""

    labels: Labels
    boxes: Labels


def finders_in(grey: Grey, *, window_px: int) -> list[Finder]:
    """The finder patterns that are darker than their surroundings of `window_px`, with modules of a pixel and more."""
    dark = cv2.adaptiveThreshold(grey, 1, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, max(3, window_px | 1), 3)
    shade = np.asarray(dark, dtype=np.uint8)
    rings = _regions(1 - shade, connectivity=4)
    numbers = _ring_numbers(_regions(shade, connectivity=8), rings)
    largest = numbers[np.argsort(-rings.boxes[numbers, _AREA])][:_RINGS_MAX]
    found = [finder for number in largest if (finder := _finder(rings, int(number))) and _is_framed(grey, finder)]
    return _distinct(found)[:_FINDERS_MAX]


def _regions(shade: Grey, *, connectivity: int) -> _Regions:
    _, labels, boxes, _ = cv2.connectedComponentsWithStats(shade, connectivity=connectivity)
    return _Regions(labels=np.asarray(labels, dtype=np.int32), boxes=np.asarray(boxes, dtype=np.int32))


def _ring_numbers(middles: _Regions, rings: _Regions) -> Labels:
    """The light regions that lie around a dark one as a finder pattern's ring does around its middle."""
    boxes = middles.boxes[1:]
    sides = boxes[:, [_WIDTH, _HEIGHT]]
    is_middle = (sides.min(axis=1) >= _MIDDLE_MIN_PX) & (boxes[:, _AREA] > _MIDDLE_FILL_MIN * sides.prod(axis=1))
    is_middle &= boxes[:, _LEFT] > 0
    boxes, sides = boxes[is_middle], sides[is_middle]
    numbers = rings.labels[boxes[:, _TOP] + boxes[:, _HEIGHT] // 2, boxes[:, _LEFT] - 1]
    around = rings.boxes[numbers]
    larger = around[:, [_WIDTH, _HEIGHT]] / sides
    share = around[:, _AREA] / boxes[:, _AREA]
    off = np.abs(_middle_of(around) - _middle_of(boxes)) / around[:, [_WIDTH, _HEIGHT]]
    is_ring = (numbers > 0) & (share > _RING_AREA[0]) & (share < _RING_AREA[1]) & (off < _OFF_CENTRE_MAX).all(axis=1)
    is_ring &= ((larger > _RING_SIDE[0]) & (larger < _RING_SIDE[1])).all(axis=1)
    return np.unique(numbers[is_ring])


def _middle_of(boxes: Labels) -> Points:
    return boxes[:, [_LEFT, _TOP]] + boxes[:, [_WIDTH, _HEIGHT]] / 2


def _finder(rings: _Regions, number: int) -> Finder | None:
    """The finder pattern with this ring, if the ring's outside has four corners."""
    left, top, width, height, _ = (int(value) for value in rings.boxes[number])
    ring = rings.labels[top : top + height, left : left + width] == number
    outlines, _ = cv2.findContours(
        np.pad(ring, 1).astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE, offset=(left - 1, top - 1)
    )
    outline = max((np.asarray(outline, dtype=np.int32) for outline in outlines), key=len)
    hull = np.asarray(cv2.convexHull(outline), dtype=np.int32)
    area = float(cv2.contourArea(hull))
    if not area or float(cv2.contourArea(outline)) < _SOLID_MIN * area:
        return None
    corners = _quadrilateral(hull)
    if len(corners) < 4 or not _is_stout(corners):
        return None
    corners += 0.5 * np.sign(corners - corners.mean(axis=0))  # an outline runs through the middles of its pixels
    return Finder(centre=corners.mean(axis=0), ring=corners, module_px=float(np.sqrt(area)) / RING_MODULES)


def _quadrilateral(hull: Labels) -> Points:
    """The four corners of a hull, clockwise; fewer where it has another shape."""
    length = float(cv2.arcLength(hull, True))
    for tolerance in (0.04, 0.06, 0.08, 0.1):
        corners = np.asarray(cv2.approxPolyDP(hull, tolerance * length, True), dtype=np.float64).reshape(-1, 2)
        if len(corners) == 4:
            following = np.roll(corners, -1, axis=0)
            turns = (corners[:, 0] * following[:, 1] - following[:, 0] * corners[:, 1]).sum()
            return corners if turns > 0 else corners[::-1].copy()
    return np.empty((0, 2))


def _is_stout(corners: Points) -> bool:
    """Whether no side is much shorter than another: what is seen so flat is never read."""
    sides = np.linalg.norm(np.roll(corners, -1, axis=0) - corners, axis=1)
    return bool(sides.min() > _SLIMMEST * sides.max())


def _is_framed(grey: Grey, finder: Finder) -> bool:
    """Whether a dark frame is around the ring: it is darker there than in the ring nearly everywhere."""
    around = np.vstack([finder.ring, (finder.ring + np.roll(finder.ring, -1, axis=0)) / 2]) - finder.centre
    height, width = grey.shape

    def seen(scale: float) -> Points:
        places = np.round(finder.centre + scale * around).astype(int)
        rows, columns = np.clip(places[:, 1], 0, height - 1), np.clip(places[:, 0], 0, width - 1)
        return np.asarray(grey[rows, columns], dtype=np.float64)

    return int((seen(4 / RING_MODULES) - seen(6 / RING_MODULES) > _CONTRAST_MIN).sum()) >= _RIGHT_MIN


def _distinct(finders: list[Finder]) -> list[Finder]:
    """Of several rings of one pattern, the first."""
    kept: list[Finder] = []
    for finder in finders:
        if all(np.linalg.norm(finder.centre - other.centre) > 2 * other.module_px for other in kept):
            kept.append(finder)
    return kept
