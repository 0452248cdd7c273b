"""Tells the empty counter from everything else, so that little is spent on it.

Most frames of a day show the same counter without a code. After three seconds in which nothing moved and nothing was
located, the scene counts as known; while frames look like it, only the cheap look is worth its time. Rules: whatever
differs, by as little as a phone at the edge, ends that at once; a symbol that is located is never part of a known
scene. Leaves to others: what is left out on a known scene (`stream`).
"""

import cv2
import numpy as np
import numpy.typing as npt

from drivers.camera.frame import Grey

STILL_FRAMES = 45
_CELLS = (32, 18)
_ALIKE_LEVELS = 6.0

Cells = npt.NDArray[np.float32]


class Stillness:
    """Follows the frames of one camera."""

    def __init__(self) -> None:
        self._known: Cells | None = None
        self._first: Cells | None = None
        self._still_frames = 0

    def is_known(self, grey: Grey) -> bool:
        """Whether a frame shows the known empty scene; learns it from the frames that it is asked about."""
        cells = np.asarray(cv2.resize(grey, _CELLS, interpolation=cv2.INTER_AREA), dtype=np.float32)
        if self._known is not None and _is_alike(cells, self._known):
            return True
        if self._first is not None and _is_alike(cells, self._first):
            self._still_frames += 1
        else:
            self._first, self._still_frames = cells, 0
        if self._still_frames >= STILL_FRAMES:
            self._known = cells
            return True
        return False

    def disturb(self) -> None:
        """Something was located: this is no empty counter, and what was learned of it is not believed."""
        self._known, self._first, self._still_frames = None, None, 0


def _is_alike(cells: Cells, others: Cells) -> bool:
    return float(np.abs(cells - others).max()) < _ALIKE_LEVELS
