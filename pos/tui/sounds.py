"""Sounds for the three verdicts, told apart with closed eyes: one, two or three strokes; two slow ones for a call.

The counter's own buzzer and voice belong to the devices process, and sound the same; this is the terminal's bell, for a
screen that has nothing else. The kiosk's terminal rings none.
"""

from collections.abc import Callable
from typing import Final, Protocol

from pos.link.state import Outcome

STROKES: Final = {Outcome.APPROVED: 1, Outcome.REFERRED: 2, Outcome.DECLINED: 3}
STROKE_INTERVAL_S: Final = 0.16
QUIET_S: Final = 2.0
"""After a verdict nothing else is heard for so long."""
CALL_STROKES: Final = 2
CALL_INTERVAL_S: Final = 0.6


class Sounds(Protocol):
    """What is heard."""

    def play(self, outcome: Outcome) -> None: ...

    def call(self) -> None:
        """Somebody far away waits for an answer."""


class BellSounds:
    """Strokes of the terminal's bell; `after` runs a function in so many seconds."""

    def __init__(self, *, ring: Callable[[], None], after: Callable[[float, Callable[[], None]], object]) -> None:
        self._ring = ring
        self._after = after

    def call(self) -> None:
        self._ring()
        for stroke in range(1, CALL_STROKES):
            self._after(stroke * CALL_INTERVAL_S, self._ring)

    def play(self, outcome: Outcome) -> None:
        self._ring()
        for stroke in range(1, STROKES[outcome]):
            self._after(stroke * STROKE_INTERVAL_S, self._ring)
