"""Symbols from finder patterns, for those that zxing-cpp does not locate.

Patterns belong to one symbol where a homography puts the corners of all of them where a version has them. Three make a
symbol; two make four guesses at one whose third is under glare. The version is the one whose timing patterns alternate;
level and mask are the most likely of the thirty-two that the format information can say. Rules: only a locator; what it
proposes is believed when its correction succeeds. Leaves to others: where finder patterns are (`finders`), reading what
was located (`rescue`).
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import permutations

import cv2
import numpy as np
import numpy.typing as npt

from drivers.camera.frame import Grey
from pos.scanner.finders import RING_MODULES, Finder, finders_in
from pos.scanner.rescue import Soft, Symbol, plain_modules
from pos.scanner.sampling import Anchors, Points, is_plausible, sample
from pos.scanner.symbol import VERSION_MAX, Level, format_word, layout, size_of

_APART_MIN_MODULES = 8.0  # fourteen in the smallest version, less when seen aslant
_APART_MAX_MODULES = 260.0
_ASIDE_MAX = 0.6  # of the distance
_ALIKE = 2.5
_FIT_MAX_MODULES = 1.6
_TIMING_MIN_THREE, _TIMING_MIN_TWO = 0.35, 0.6
_TIMING_SURE = 0.9
_TIMING_ONE_ALONE = 0.3
_GROUPS_MAX = 60
_PROPOSED_MAX = 12
_FINDERS_PAIRED_MAX = 12

_Place = tuple[int, int]  # where a finder pattern is in a symbol: (0, 0), (1, 0) to the right or (0, 1) below
_CORNER, _RIGHT, _BELOW = (0, 0), (1, 0), (0, 1)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Three:
    """A corner and what it sees; little `unlikeness` where sizes and distances are alike."""

    members: tuple[tuple[_Place, Finder], ...]
    unlikeness: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Group:
    """Finder patterns that may be one symbol's: each one's place and its ring's corners from the top left one on."""

    rings: tuple[tuple[_Place, Points], ...]
    modules: float  # about how many are between the centres


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Placement:
    """A version laid over a group: its homography from modules to pixels, and how well its timing alternates."""

    version: int
    to_picture: npt.NDArray[np.float64]
    anchors: Anchors
    timing: float


def locate(grey: Grey, *, window_px: int) -> list[Symbol]:
    """The symbols that a picture's finder patterns propose, each as zxing-cpp would have told it, likeliest first.

    `window_px`: see `finders_in`.
    """
    finders = finders_in(grey, window_px=window_px)
    threes = sorted(_threes(finders), key=lambda three: three.unlikeness)[:_GROUPS_MAX]
    groups = [_group(three.members, three.members[1][1].centre - three.members[0][1].centre) for three in threes]
    placements = [found for group in groups if (found := _placed(grey, group, _TIMING_MIN_THREE))]
    if not placements and len(finders) <= _FINDERS_PAIRED_MAX:
        placements = [found for group in _twos(finders) if (found := _placed(grey, group, _TIMING_MIN_TWO))]
    likeliest = sorted(placements, key=lambda found: -found.timing)[:_PROPOSED_MAX]
    return [symbol for placement in likeliest if (symbol := _with_format(grey, placement))]


def _threes(finders: list[Finder]) -> Iterator[_Three]:
    """Patterns that see each other along two sides of the one in the corner, about equally far."""
    for corner in finders:
        seen = [(other, at) for other in finders if other is not corner and (at := _seen(corner, other))]
        for right, (right_side, right_modules) in seen:
            for below, (below_side, below_modules) in seen:
                if below_side == (right_side + 1) % 4 and 1 / _ALIKE < right_modules / below_modules < _ALIKE:
                    ratios = (right_modules / below_modules, right.module_px / corner.module_px)
                    unlikeness = sum(abs(math.log(ratio)) for ratio in (*ratios, below.module_px / corner.module_px))
                    members = ((_CORNER, corner), (_RIGHT, right), (_BELOW, below))
                    yield _Three(members=members, unlikeness=unlikeness)


def _twos(finders: list[Finder]) -> Iterator[_Group]:
    """Patterns beside each other or across from each other, with the third wherever it may be."""
    for one, other in permutations(finders, 2):
        apart = other.centre - one.centre
        aside = np.array((-apart[1], apart[0]))  # clockwise of it
        if _seen(one, other):
            yield _group(((_CORNER, one), (_RIGHT, other)), apart)
            yield _group(((_CORNER, one), (_BELOW, other)), -aside)
        elif 1 / _ALIKE < one.module_px / other.module_px < _ALIKE:
            yield _group(((_BELOW, one), (_RIGHT, other)), apart + aside)


def _seen(corner: Finder, other: Finder) -> tuple[int, float] | None:
    """Past which side of a pattern (clockwise, its first corners' is 3) another lies, and how many modules away."""
    if not 1 / _ALIKE < corner.module_px / other.module_px < _ALIKE:
        return None
    x, y = np.linalg.solve(_axes(corner.ring), other.centre - corner.centre)
    along, aside = (x, y) if abs(x) > abs(y) else (y, x)
    if not _APART_MIN_MODULES < abs(along) < _APART_MAX_MODULES or abs(aside) > _ASIDE_MAX * abs(along):
        return None
    side = (0 if x > 0 else 2) if abs(x) > abs(y) else (1 if y > 0 else 3)
    return side, abs(float(along))


def _axes(ring: Points) -> Points:
    """The columns are one module to the right and one down, in pixels."""
    right = (ring[1] - ring[0] + ring[2] - ring[3]) / (2 * RING_MODULES)
    down = (ring[3] - ring[0] + ring[2] - ring[1]) / (2 * RING_MODULES)
    return np.column_stack([right, down])


def _group(members: tuple[tuple[_Place, Finder], ...], to_right: Points) -> _Group:
    """The patterns turned alike; the distance is the mean of what each pattern's own modules make of it."""
    (first_place, first), *others = members
    sides = []
    for place, finder in others:
        side = math.hypot(place[0] - first_place[0], place[1] - first_place[1])
        for axes in (_axes(first.ring), _axes(finder.ring)):
            sides.append(float(np.linalg.norm(np.linalg.solve(axes, finder.centre - first.centre))) / side)
    rings = tuple((place, _turned(finder.ring, to_right)) for place, finder in members)
    return _Group(rings=rings, modules=float(np.mean(sides)))


def _turned(ring: Points, to_right: Points) -> Points:
    """The corners from the one that is at the top left when `to_right` points to the right."""
    turns = [np.roll(ring, -turn, axis=0) for turn in range(4)]
    return max(turns, key=lambda turned: float((_axes(turned)[:, 0] * to_right).sum()))


def _placed(grey: Grey, group: _Group, timing_min: float) -> _Placement | None:
    """The version that lies there, if one does."""
    about = round((group.modules + 7 - 17) / 4)
    best: _Placement | None = None
    for version in (about, about - 1, about + 1, about - 2, about + 2):
        if not 1 <= version <= VERSION_MAX:
            continue
        placement = _laid_over(grey, group, version)
        if placement and placement.timing > (best.timing if best else timing_min):
            best = placement
        if best and best.timing > _TIMING_SURE:
            break
    return best


def _laid_over(grey: Grey, group: _Group, version: int) -> _Placement | None:
    far = size_of(version) - 7
    ring = np.array([(1, 1), (6, 1), (6, 6), (1, 6)], dtype=np.float64)
    modules = np.vstack([ring + far * np.array(place) for place, _ in group.rings])
    pixels = np.vstack([corners for _, corners in group.rings])
    found, _ = cv2.findHomography(modules, pixels, 0)
    if found is None:
        return None
    to_picture = np.asarray(found, dtype=np.float64)
    off = cv2.perspectiveTransform(modules.reshape(1, -1, 2), to_picture)[0] - pixels
    module_px = float(np.linalg.norm(_axes(group.rings[0][1]), axis=0).mean())
    if float(np.sqrt((off**2).sum(axis=1).mean())) > _FIT_MAX_MODULES * module_px:
        return None
    anchors = Anchors(modules=modules, pixels=pixels)
    return _Placement(
        version=version, to_picture=to_picture, anchors=anchors, timing=_timing(grey, to_picture, version)
    )


def _timing(grey: Grey, to_picture: npt.NDArray[np.float64], version: int) -> float:
    """How well the two timing patterns alternate, -1..1."""
    along = np.arange(8, size_of(version) - 8) + 0.5
    across = np.full_like(along, 6.5)
    light = np.where(np.arange(len(along)) % 2 == 0, -1.0, 1.0)
    scores = []
    for points in (np.column_stack([along, across]), np.column_stack([across, along])):
        pixels = cv2.perspectiveTransform(points.reshape(1, -1, 2), to_picture)[0].astype(np.float32)
        values = np.asarray(cv2.remap(grey, pixels[:, 0], pixels[:, 1], cv2.INTER_LINEAR), dtype=np.float64).ravel()
        deviation = values - np.convolve(np.pad(values, 2, mode="reflect"), np.ones(5) / 5, mode="valid")
        scores.append(float((deviation * light).sum() / (np.abs(deviation).sum() + 1e-6)))
    return max(sum(scores) / 2, max(scores) - _TIMING_ONE_ALONE)  # one of them is straight even on a cylinder


def _with_format(grey: Grey, placement: _Placement) -> Symbol | None:
    """The symbol with its most likely level and mask; None where no symbol can lie."""
    size = size_of(placement.version)
    outer = np.array([[(0, 0), (size, 0), (size, size), (0, size)]], dtype=np.float64)
    corners = np.asarray(cv2.perspectiveTransform(outer, placement.to_picture)[0], dtype=np.float64)
    if not is_plausible(corners, placement.version):
        return None
    field = sample(grey, corners, placement.version, placement.anchors)
    level, mask = _format(plain_modules(field), placement.version)
    return Symbol(corners=corners, version=placement.version, level=level, mask=mask, anchors=placement.anchors)


def _format(soft: Soft, version: int) -> tuple[Level, int]:
    places = layout(version).format_places
    seen = np.array([soft[row, column] for row, column, _ in places])

    def likelihood(level: Level, mask: int) -> float:
        word = format_word(level, mask)
        return float((seen * [1.0 if (word >> bit) & 1 else -1.0 for _, _, bit in places]).sum())

    return max(((level, mask) for level in Level for mask in range(8)), key=lambda pair: likelihood(*pair))
