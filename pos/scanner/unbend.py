"""Follows the grid of a symbol on paper that is curled or creased.

Where sampling points lie on modules' centres, grey is far from the middle between dark and light, whatever the data
are; known modules tell their colour as well. So from the finder patterns outward, wave after wave, each patch of
modules is shifted to where that is most so, beginning from where the shifts around it lead. Leaves to others:
everything before and after (`sampling`, `rescue`).
"""

from typing import TypeAlias

import cv2
import numpy as np
import numpy.typing as npt

from pos.scanner.sampling import (
    STRAIGHT_MARGIN,
    STRAIGHT_PX,
    Plane,
    Points,
    Straightened,
    between_nodes,
    normalised,
)
from pos.scanner.symbol import DARK, UNKNOWN, layout, size_of

Nodes: TypeAlias = npt.NDArray[np.intp]  # rows of a node's row and column

NODE_MODULES = 3
_FIRST_NODE = 1.5  # modules from the edge
_PATCH = 3  # modules to each side of a patch's middle
_LOOK_AROUND = 4  # nodes to each side that tell what to expect
_REACH_PX, _SETTLING_REACH_PX = 3, 2
_RELUCTANCE = 0.004  # what a shift must gain for each square pixel that it leaves the expected place
_STEADINESS = 1.0  # square modules: how little is believed of a gradient between near neighbours
_NEARNESS = 4.0  # square modules


def unbent(straightened: Straightened) -> Points:
    """The shifts (modules) of all sampling points along the bent grid."""
    follower = _Follower(straightened)
    follower.follow()
    follower.settle()
    return follower.shifts()


class _Follower:
    """A lattice of nodes with their shifts."""

    def __init__(self, straightened: Straightened) -> None:
        self._version = version = straightened.version
        self._size = size_of(version)
        dark = cv2.GaussianBlur(normalised(straightened.plane, step=STRAIGHT_PX), (0, 0), 0.2 * STRAIGHT_PX)
        self._side_px = len(dark)
        # three pictures behind each other: likeness to anything definite, to dark, to light
        self._likeness: Plane = np.concatenate([np.abs(dark), dark, -dark]).astype(np.float32).ravel()
        known = layout(version).known
        self._picture = np.where(known == UNKNOWN, 0, np.where(known == DARK, 1, 2)) * self._side_px**2
        self._anchors = np.vstack([straightened.found, straightened.corners])
        self._anchor_shifts = np.vstack([straightened.shifts, straightened.corner_shifts])
        count = (self._size + NODE_MODULES - 1) // NODE_MODULES
        self._shifts = np.zeros((count, count, 2))
        self._sureness = np.zeros((count, count))  # zero where the shift is not known yet

    def follow(self) -> None:
        """Finds every node's shift, those beside known ones first."""
        front = self._around_anchors()
        while front.any():
            nodes = np.argwhere(front)
            self._search(nodes, *self._expected(nodes), reach_px=_REACH_PX)
            known = (self._sureness > 0).astype(np.uint8)
            front = np.asarray(cv2.dilate(known, np.ones((3, 3), np.uint8))) > known

    def settle(self) -> None:
        """Looks at every node once more, now that all around it are known, and takes out what sticks out."""
        self._shifts = self._smoothed()
        slopes = np.stack([self._slope(axis=1), self._slope(axis=0)], axis=2)
        nodes = np.argwhere(self._sureness > 0)
        expected = self._shifts[nodes[:, 0], nodes[:, 1]]
        self._search(nodes, expected, slopes[nodes[:, 0], nodes[:, 1]], reach_px=_SETTLING_REACH_PX)
        self._shifts = self._smoothed()

    def shifts(self) -> Points:
        """The shifts of all sampling points."""
        return between_nodes(self._shifts, self._version, first=_FIRST_NODE, every=NODE_MODULES)

    def _smoothed(self) -> Points:
        planes = [cv2.medianBlur(np.ascontiguousarray(self._shifts[..., axis], np.float32), 3) for axis in (0, 1)]
        return np.stack(planes, axis=-1).astype(np.float64)

    def _slope(self, *, axis: int) -> Points:
        """The change of the shifts from module to module along an axis of the lattice."""
        return np.asarray(np.gradient(self._shifts, NODE_MODULES, axis=axis))

    def _around_anchors(self) -> npt.NDArray[np.bool_]:
        front = np.zeros(self._sureness.shape, dtype=bool)
        anchors = self._anchors if len(self._anchors) else np.zeros((1, 2))
        places = np.clip(np.round((anchors - _FIRST_NODE) / NODE_MODULES), 0, len(front) - 1).astype(int)
        front[places[:, 1], places[:, 0]] = True
        return front

    def _search(self, nodes: Nodes, expected: Points, slopes: Points, *, reach_px: int) -> None:
        """Sets the shifts of nodes to the best near the expected ones."""
        places = _places(nodes)
        span = np.arange(-_PATCH, _PATCH + 1)
        patch = np.stack(np.meshgrid(span, span), axis=-1).reshape(1, -1, 2)
        modules = np.floor(places).astype(int)[:, None, :] + patch
        inside = ((modules >= 0) & (modules < self._size)).all(axis=2)
        modules = np.clip(modules, 0, self._size - 1)
        centres = modules + 0.5
        led = centres + expected[:, None, :] + (centres - places[:, None, :]) @ slopes
        pixels = np.round((led + STRAIGHT_MARGIN) * STRAIGHT_PX - 0.5).astype(int)
        pixels = np.clip(pixels, reach_px, self._side_px - 1 - reach_px)
        steps = np.arange(-reach_px, reach_px + 1)
        off = np.stack(np.meshgrid(steps, steps), axis=-1).reshape(-1, 2)
        where = pixels[..., 1] * self._side_px + pixels[..., 0] + self._picture[modules[..., 1], modules[..., 0]]
        seen = self._likeness.take(where[:, None, :] + (off[:, 1] * self._side_px + off[:, 0])[:, None])
        share = (inside / inside.sum(axis=1, keepdims=True)).astype(np.float32)
        likeness = (seen @ share[:, :, None])[..., 0]
        best = (likeness - _RELUCTANCE * (off**2).sum(axis=1)).argmax(axis=1)
        self._shifts[nodes[:, 0], nodes[:, 1]] = expected + off[best] / STRAIGHT_PX
        self._sureness[nodes[:, 0], nodes[:, 1]] = np.maximum(likeness[np.arange(len(nodes)), best], 0.05)

    def _expected(self, nodes: Nodes) -> tuple[Points, Points]:
        """The shifts that the known ones around nodes lead to, and how they change from module to module."""
        reach = np.arange(-_LOOK_AROUND, _LOOK_AROUND + 1)
        around = nodes[:, None, :] + np.stack(np.meshgrid(reach, reach), axis=-1).reshape(1, -1, 2)
        last = len(self._sureness) - 1
        inside = ((around >= 0) & (around <= last)).all(axis=2)
        rows, columns = (np.clip(around[..., axis], 0, last) for axis in (0, 1))
        count = len(nodes)
        values = np.concatenate([self._shifts[rows, columns], _repeated(self._anchor_shifts, count)], axis=1)
        from_node = np.concatenate(
            [_places(around.reshape(-1, 2)).reshape(*around.shape), _repeated(self._anchors, count)], axis=1
        )
        from_node = from_node - _places(nodes)[:, None, :]
        sureness = np.concatenate(
            [self._sureness[rows, columns] * inside, np.ones((count, len(self._anchors)))], axis=1
        )
        weights = sureness / ((from_node**2).sum(axis=2) + _NEARNESS) ** 2
        inputs = np.concatenate([np.ones((*from_node.shape[:2], 1)), from_node], axis=2)
        weighted = inputs * weights[..., None]
        gram = np.swapaxes(weighted, 1, 2) @ inputs
        total = weights.sum(axis=1) + 1e-12
        gram += np.diag((1e-12, _STEADINESS, _STEADINESS)) * total[:, None, None]
        solved = np.linalg.solve(gram, np.swapaxes(weighted, 1, 2) @ values)
        return solved[:, 0], solved[:, 1:]


def _places(nodes: Nodes) -> Points:
    """Where nodes are in the symbol, in modules (x, y)."""
    return _FIRST_NODE + NODE_MODULES * nodes[:, ::-1].astype(np.float64)


def _repeated(rows: Points, count: int) -> Points:
    return np.broadcast_to(rows, (count, *rows.shape))
