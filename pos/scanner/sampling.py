"""From the corners of a located symbol to the grey of each of its modules.

A locator's corners are a module or two off, and paper is not flat. So the symbol is straightened by its corners, and
the finder and alignment patterns are looked for near where they must be. What they are off by is spread over the symbol
by a thin-plate spline; where that is not enough, the grid itself is followed (`unbend`). Leaves to others: finding
corners, and turning grey into bits (`rescue`).
"""

import math
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

STRAIGHT_PX = 6  # pixels per module of the straightened picture in which patterns are looked for
STRAIGHT_MARGIN = 4  # modules around it
_MATCH_MIN = 0.45
_SPLINE_EVERY_MODULES = 3
_STIFFNESS = 0.5  # of the spline, per module of the symbol's side


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Field:
    """Grey sampled `STEP` times along each module, with a margin; `match` (0..1) is how well the patterns fitted."""

    values: Plane
    version: int
    match: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Straightened:
    """A symbol seen from the front, nearly: the patterns that were found in it are still off by `shifts` (modules)."""

    grey: Grey
    to_picture: npt.NDArray[np.float64]
    version: int
    plane: Plane
    found: Points
    shifts: Points
    corners: Points
    corner_shifts: Points
    match: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Anchors:
    """The corners of finder patterns' rings (modules, four after four) that a locator saw in the picture (pixels)."""

    modules: Points
    pixels: Points

    def scaled(self, scale: float) -> "Anchors":
        """The same in a picture that is `scale` times as large."""
        return Anchors(modules=self.modules, pixels=self.pixels * scale)

    def moved(self, by_px: Points) -> "Anchors":
        """The same in a picture that begins elsewhere."""
        return Anchors(modules=self.modules, pixels=self.pixels + by_px)


NO_ANCHORS = Anchors(modules=np.empty((0, 2)), pixels=np.empty((0, 2)))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pattern:
    """A square of modules whose look is known; the place of its top left module, and how far it may be off."""

    row: int
    column: int
    side: int
    reach_modules: float


def is_plausible(corners: Points, version: int) -> bool:
    """Whether a symbol can lie there: convex, with modules of at least most of a pixel, and not a sliver."""
    sides = np.roll(corners, -1, axis=0) - corners
    lengths = np.linalg.norm(sides, axis=1)
    if not np.isfinite(lengths).all() or lengths.min() < 0.8 * size_of(version) or lengths.max() > 4 * lengths.min():
        return False
    following = np.roll(sides, -1, axis=0)
    turns = sides[:, 0] * following[:, 1] - sides[:, 1] * following[:, 0]
    return bool(np.all(turns > 0) or np.all(turns < 0))


def sample(grey: Grey, corners: Points, version: int, anchors: Anchors = NO_ANCHORS) -> Field:
    """Samples a symbol whose outer corners (clockwise from the top left, in pixels) are known to a module or two."""
    straightened = straighten(grey, corners, version, anchors)
    return sample_shifted(straightened, splined(straightened))


def straighten(grey: Grey, corners: Points, version: int, anchors: Anchors = NO_ANCHORS) -> Straightened:
    """The symbol by its corners, and what its patterns and the anchors are off by."""
    size = size_of(version)
    square = np.array([[0, 0], [size, 0], [size, size], [0, size]], dtype=np.float32)
    to_picture = np.asarray(cv2.getPerspectiveTransform(square, corners.astype(np.float32)), dtype=np.float64)
    plane = _seen_from_the_front(grey, to_picture, size)
    corner_shifts = _anchor_shifts(anchors, to_picture)
    seen, seen_shifts = _middles(anchors.modules), _middles(corner_shifts)  # corners alone lead nowhere far from them
    centres, off, match = _pattern_shifts(plane, version, seen, seen_shifts)
    found, shifts = _without_outliers(np.vstack([seen, centres]), np.vstack([seen_shifts, off]), size)
    return Straightened(
        grey=grey,
        to_picture=to_picture,
        version=version,
        plane=plane,
        found=found,
        shifts=shifts,
        match=match,
        corners=anchors.modules,
        corner_shifts=corner_shifts,
    )


def sampling_points(version: int) -> Points:
    """Where a field is sampled, in modules, row by row."""
    places = (np.arange((size_of(version) + 2 * MARGIN_MODULES) * STEP) + 0.5) / STEP - MARGIN_MODULES
    columns, rows = np.meshgrid(places, places)
    return np.column_stack([columns.ravel(), rows.ravel()])


def splined(straightened: Straightened) -> Points:
    """The shifts (modules) of all sampling points that the patterns suggest."""
    if len(straightened.found) < 4:
        return np.zeros_like(sampling_points(straightened.version))
    size = size_of(straightened.version)
    places = np.arange(-MARGIN_MODULES, size + MARGIN_MODULES + _SPLINE_EVERY_MODULES, _SPLINE_EVERY_MODULES)
    nodes = np.stack(np.meshgrid(places, places), axis=-1).reshape(-1, 2).astype(np.float64)
    shifts = _spline(straightened.found, straightened.shifts, _STIFFNESS * size, nodes)
    lattice = shifts.reshape(len(places), len(places), 2)
    return between_nodes(lattice, straightened.version, first=-MARGIN_MODULES, every=_SPLINE_EVERY_MODULES)


def between_nodes(lattice: Points, version: int, *, first: float, every: float) -> Points:
    """The shifts of all sampling points from those of a lattice's nodes; beyond the nodes as at the nearest."""
    points = sampling_points(version)
    side = math.isqrt(len(points))  # OpenCV takes a square of them, but no row as long as all of them
    places = ((points - first) / every).astype(np.float32).reshape(side, side, 2)
    between = cv2.remap(
        lattice.astype(np.float32), places[..., 0], places[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    return np.asarray(between, dtype=np.float64).reshape(-1, 2)


def sample_shifted(straightened: Straightened, shifts: Points) -> Field:
    """Samples the picture itself where the shifted sampling points lie."""
    side = (size_of(straightened.version) + 2 * MARGIN_MODULES) * STEP
    points = (sampling_points(straightened.version) + shifts).reshape(1, -1, 2)
    pixels = cv2.perspectiveTransform(points, straightened.to_picture).reshape(side, side, 2).astype(np.float32)
    values = cv2.remap(
        straightened.grey,
        np.ascontiguousarray(pixels[..., 0]),
        np.ascontiguousarray(pixels[..., 1]),
        cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REPLICATE,
    )
    plane = np.asarray(values, dtype=np.float32)
    return Field(values=plane, version=straightened.version, match=straightened.match)


def normalised(values: Plane, *, step: int = STEP) -> Plane:
    """Dark positive, light negative, free of shade and glare: each sample against the mean and spread around it."""
    window = (9 * step | 1,) * 2
    mean = np.asarray(cv2.blur(values, window), dtype=np.float32)
    spread = np.sqrt(np.maximum(np.asarray(cv2.blur(values * values, window)) - mean * mean, 0.0))
    floor = 0.35 * float(np.median(spread)) + 1e-3
    return np.asarray((mean - values) / np.maximum(spread, floor), dtype=np.float32)


def _seen_from_the_front(grey: Grey, to_picture: npt.NDArray[np.float64], size: int) -> Plane:
    side = (size + 2 * STRAIGHT_MARGIN) * STRAIGHT_PX
    shrink, shift = np.diag([1 / STRAIGHT_PX, 1 / STRAIGHT_PX, 1.0]), np.eye(3)
    shift[:2, 2] = -STRAIGHT_MARGIN
    straight = cv2.warpPerspective(
        grey,
        to_picture @ shift @ shrink,
        (side, side),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )
    return np.asarray(cv2.GaussianBlur(straight, (0, 0), 0.35 * STRAIGHT_PX), dtype=np.float32)


def _anchor_shifts(anchors: Anchors, to_picture: npt.NDArray[np.float64]) -> Points:
    if not len(anchors.modules):
        return np.empty((0, 2))
    back = np.linalg.inv(to_picture)
    return np.asarray(cv2.perspectiveTransform(anchors.pixels.reshape(1, -1, 2), back)[0] - anchors.modules)


def _middles(corners: Points) -> Points:
    return np.asarray(corners.reshape(-1, 4, 2).mean(axis=1))


def _pattern_shifts(
    straight: Plane, version: int, anchors: Points, shifts_there: Points
) -> tuple[Points, Points, float]:
    """Where known patterns should be (modules), how far they are off, and how well they fitted on average.

    Anchors, where there are some, tell where to look.
    """
    centres: list[tuple[float, float]] = []
    shifts: list[tuple[float, float]] = []
    scores: list[float] = []
    patterns = _patterns(version)
    middles = np.array([(pattern.column + pattern.side / 2, pattern.row + pattern.side / 2) for pattern, _ in patterns])
    expected = _spline(anchors, shifts_there, _STIFFNESS * size_of(version), middles) if len(anchors) else 0 * middles
    for (pattern, template), start in zip(patterns, expected, strict=True):
        off_x, off_y, score = _search(straight, pattern, template, start)
        scores.append(score)
        if score > _MATCH_MIN:
            centres.append((pattern.column + pattern.side / 2, pattern.row + pattern.side / 2))
            shifts.append((off_x, off_y))
    return np.array(centres).reshape(-1, 2), np.array(shifts).reshape(-1, 2), float(np.mean(scores))


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
    drawn = np.kron(np.where(modules == DARK, 0.0, 1.0), np.ones((STRAIGHT_PX, STRAIGHT_PX))).astype(np.float32)
    return np.asarray(cv2.GaussianBlur(drawn, (0, 0), 0.4 * STRAIGHT_PX), dtype=np.float32)


def _search(straight: Plane, pattern: _Pattern, template: Plane, start: Points) -> tuple[float, float, float]:
    """How far (modules) a pattern is from its place, looked for around `start`, and how well it fits there."""
    reach, side = int(pattern.reach_modules * STRAIGHT_PX), pattern.side * STRAIGHT_PX
    home = (np.array((pattern.column, pattern.row)) + STRAIGHT_MARGIN) * STRAIGHT_PX
    furthest = len(straight) - side - 2 * reach
    left, top = np.clip(home + np.round(start * STRAIGHT_PX).astype(int) - reach, 0, furthest)
    window = straight[top : top + side + 2 * reach, left : left + side + 2 * reach]
    fit = np.asarray(cv2.matchTemplate(window, template, cv2.TM_CCOEFF_NORMED))
    y, x = np.unravel_index(int(fit.argmax()), fit.shape)
    off_x = left + x + _peak(fit[y, x - 1 : x + 2]) - home[0]
    off_y = top + y + _peak(fit[y - 1 : y + 2, x]) - home[1]
    return float(off_x) / STRAIGHT_PX, float(off_y) / STRAIGHT_PX, float(fit[y, x])


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
