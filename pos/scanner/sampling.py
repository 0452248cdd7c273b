"""From the corners of a located symbol to the grey of each of its modules.

A locator's corners are a module or two off, and paper is not flat. So the symbol is straightened by its corners, the
finder and alignment patterns are looked for near where they must be, and what they are off by is spread over the whole
symbol by a thin-plate spline. Leaves to others: finding corners, and turning grey into bits (`rescue`).
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

import cv2
import numpy as np
import numpy.typing as npt

from drivers.camera.frame import Grey
from pos.scanner.symbol import DARK, LIGHT, layout, size_of

Points: TypeAlias = npt.NDArray[np.float64]  # rows of x, y
Plane: TypeAlias = npt.NDArray[np.float32]

STEP = 2  # samples along a module
MARGIN_MODULES = 3

_STRAIGHT_PX = 6  # pixels per module of the straightened picture in which patterns are looked for
_STRAIGHT_MARGIN = 4
_MATCH_MIN = 0.45
_STIFFNESS = 0.5  # of the spline, per module of the symbol's side


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Field:
    """Grey sampled `STEP` times along each module, with a margin; `match` (0..1) is how well the patterns fitted."""

    values: Plane
    version: int
    match: float


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pattern:
    """A square of modules whose look is known; the place of its top left module, and how far it may be off."""

    row: int
    column: int
    side: int
    reach_modules: float


def sample(grey: Grey, corners: Points, version: int) -> Field:
    """Samples a symbol whose outer corners (clockwise from the top left, in pixels) are known to a module or two."""
    size = size_of(version)
    square = np.array([[0, 0], [size, 0], [size, size], [0, size]], dtype=np.float32)
    to_picture = np.asarray(cv2.getPerspectiveTransform(square, corners.astype(np.float32)), dtype=np.float64)
    found, shifts, match = _pattern_shifts(_straightened(grey, to_picture, size), version)
    places = (np.arange((size + 2 * MARGIN_MODULES) * STEP) + 0.5) / STEP - MARGIN_MODULES
    columns, rows = np.meshgrid(places, places)
    points = np.column_stack([columns.ravel(), rows.ravel()])
    if len(found) >= 4:
        points = points + _spline(found, shifts, _STIFFNESS * size, points)
    pixels = (
        cv2.perspectiveTransform(points.reshape(1, -1, 2), to_picture).reshape(*columns.shape, 2).astype(np.float32)
    )
    values = cv2.remap(
        grey,
        np.ascontiguousarray(pixels[..., 0]),
        np.ascontiguousarray(pixels[..., 1]),
        cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REPLICATE,
    )
    return Field(values=np.asarray(values, dtype=np.float32), version=version, match=match)


def normalised(field: Field) -> Plane:
    """Dark positive, light negative, free of shade and glare: each sample against the mean and spread around it."""
    window = (9 * STEP | 1,) * 2
    values = field.values
    mean = np.asarray(cv2.blur(values, window), dtype=np.float32)
    spread = np.sqrt(np.maximum(np.asarray(cv2.blur(values * values, window)) - mean * mean, 0.0))
    floor = 0.35 * float(np.median(spread)) + 1e-3
    return np.asarray((mean - values) / np.maximum(spread, floor), dtype=np.float32)


def _straightened(grey: Grey, to_picture: npt.NDArray[np.float64], size: int) -> Plane:
    side = (size + 2 * _STRAIGHT_MARGIN) * _STRAIGHT_PX
    shrink, shift = np.diag([1 / _STRAIGHT_PX, 1 / _STRAIGHT_PX, 1.0]), np.eye(3)
    shift[:2, 2] = -_STRAIGHT_MARGIN
    straight = cv2.warpPerspective(
        grey,
        to_picture @ shift @ shrink,
        (side, side),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )
    return np.asarray(cv2.GaussianBlur(straight, (0, 0), 0.35 * _STRAIGHT_PX), dtype=np.float32)


def _pattern_shifts(straight: Plane, version: int) -> tuple[Points, Points, float]:
    """Where known patterns should be (modules), how far they are off, and how well they fitted on average."""
    centres: list[tuple[float, float]] = []
    shifts: list[tuple[float, float]] = []
    scores: list[float] = []
    for pattern, template in _patterns(version):
        off_x, off_y, score = _search(straight, pattern, template)
        scores.append(score)
        if score > _MATCH_MIN:
            centres.append((pattern.column + pattern.side / 2, pattern.row + pattern.side / 2))
            shifts.append((off_x, off_y))
    found, off = np.array(centres).reshape(-1, 2), np.array(shifts).reshape(-1, 2)
    return *_without_outliers(found, off, size_of(version)), float(np.mean(scores))


def _without_outliers(found: Points, shifts: Points, size: int) -> tuple[Points, Points]:
    """Drops patterns that disagree with their neighbours: a look-alike was found instead."""
    if len(found) < 5:
        return found, shifts
    residual = np.linalg.norm(shifts - _spline(found, shifts, _STIFFNESS * size, found), axis=1)
    kept = residual < max(0.35, 2.5 * float(np.median(residual)))
    return (found[kept], shifts[kept]) if kept.sum() >= 4 else (found, shifts)


@lru_cache(maxsize=40)
def _patterns(version: int) -> tuple[tuple[_Pattern, Plane], ...]:
    drawn = layout(version)
    last = drawn.size - 8
    finders = [_Pattern(row=r, column=c, side=9, reach_modules=1.2) for r, c in ((-1, -1), (-1, last), (last, -1))]
    alignments = [_Pattern(row=r - 2, column=c - 2, side=5, reach_modules=1.6) for r, c in drawn.alignment_centres]
    framed = np.pad(drawn.known, 2, constant_values=LIGHT)
    return tuple((pattern, _template(framed, pattern)) for pattern in finders + alignments)


def _template(framed: npt.NDArray[np.int8], pattern: _Pattern) -> Plane:
    row, column = pattern.row + 2, pattern.column + 2
    modules = framed[row : row + pattern.side, column : column + pattern.side]
    drawn = np.kron(np.where(modules == DARK, 0.0, 1.0), np.ones((_STRAIGHT_PX, _STRAIGHT_PX))).astype(np.float32)
    return np.asarray(cv2.GaussianBlur(drawn, (0, 0), 0.4 * _STRAIGHT_PX), dtype=np.float32)


def _search(straight: Plane, pattern: _Pattern, template: Plane) -> tuple[float, float, float]:
    """How far (modules) a pattern is from its place, and how well it fits there."""
    top, left = (pattern.row + _STRAIGHT_MARGIN) * _STRAIGHT_PX, (pattern.column + _STRAIGHT_MARGIN) * _STRAIGHT_PX
    reach, side = int(pattern.reach_modules * _STRAIGHT_PX), pattern.side * _STRAIGHT_PX
    window = straight[top - reach : top + side + reach, left - reach : left + side + reach]
    fit = np.asarray(cv2.matchTemplate(window, template, cv2.TM_CCOEFF_NORMED))
    y, x = np.unravel_index(int(fit.argmax()), fit.shape)
    off_x = x + _peak(fit[y, x - 1 : x + 2]) - reach
    off_y = y + _peak(fit[y - 1 : y + 2, x]) - reach
    return off_x / _STRAIGHT_PX, off_y / _STRAIGHT_PX, float(fit[y, x])


def _peak(three: npt.NDArray[np.generic]) -> float:
    """The top of the parabola through three neighbouring values, relative to the middle one."""
    if len(three) < 3:
        return 0.0
    before, at, after = (float(value) for value in three)
    return 0.5 * (before - after) / (before - 2 * at + after - 1e-9)


def _spline(anchors: Points, values: Points, stiffness: float, points: Points) -> Points:
    """A thin-plate spline through about `values` at `anchors`, evaluated at `points`."""
    count = len(anchors)
    system = np.zeros((count + 3, count + 3))
    system[:count, :count] = _bending(anchors, anchors) + stiffness * np.eye(count)
    system[:count, count:] = plane = np.column_stack([np.ones(count), anchors])
    system[count:, :count] = plane.T
    weights = np.linalg.solve(system, np.vstack([values, np.zeros((3, 2))]))
    linear = np.column_stack([np.ones(len(points)), points])
    return np.asarray(_bending(points, anchors) @ weights[:count] + linear @ weights[count:])


def _bending(points: Points, anchors: Points) -> Points:
    square = ((points[:, None, :] - anchors[None, :, :]) ** 2).sum(axis=2)
    return np.asarray(0.5 * square * np.log(square + 1e-18))
