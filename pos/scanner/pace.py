"""How often dear looks are worth their time: on every frame where something may be there, seldom where nothing is.

People and lights move behind a counter all day, so a scene that changes is no sign of a code. Each dear look spends one
of a few that are kept, each frame regains a part of one, and a located symbol fills them up: the first frames of a
showing get everything, a scene without codes gets a dear look on every sixth frame. Leaves to others: scenes in which
nothing moves (`stillness`), what a dear look is (`stream`).
"""

from typing import Final

KEPT_MAX: Final = 6
_FRAMES_PER_LOOK: Final = 6


class Pace:
    """Counts what may still be spent, in what one frame regains."""

    def __init__(self) -> None:
        self._kept = KEPT_MAX * _FRAMES_PER_LOOK

    def next_frame(self) -> None:
        self._kept = min(self._kept + 1, KEPT_MAX * _FRAMES_PER_LOOK)

    def take(self) -> bool:
        """Whether a dear look may be taken; counts it as taken."""
        if self._kept < _FRAMES_PER_LOOK:
            return False
        self._kept -= _FRAMES_PER_LOOK
        return True

    def fill(self) -> None:
        """A symbol was located: nothing is too dear now."""
        self._kept = KEPT_MAX * _FRAMES_PER_LOOK
