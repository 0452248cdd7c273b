"""A phone before the camera, shown again as people do until the till has answered."""

import contextlib
import time
from collections.abc import Callable
from typing import Final, Protocol

from pos.demo.town import RunningTown
from pos.errors import PosError
from pos.link.state import TillState, VerdictView

VERDICT_S: Final = 5.0
SHOWINGS_MAX: Final = 4
OUT_OF_SIGHT_S: Final = 2.3
"""After this the same picture is a new showing for the scanner."""


class DemoError(PosError):
    """The demonstration did not go as it must."""


class Follower(Protocol):
    """Whoever follows the till."""

    def wait_until(self, condition: Callable[[TillState], bool], what: str, within_s: float) -> TillState:
        """The first state that is as wanted; DemoError when that takes too long."""
        ...


class Showing:
    """Codes before one till's camera."""

    def __init__(self, running: RunningTown, follower: Follower) -> None:
        self._running = running
        self._follower = follower
        self._seen_serial = 0
        """Of the newest verdict: pushes that were under way before it may still arrive."""
        self._away_since_s: dict[str, float] = {}

    def saw(self, till: TillState) -> None:
        """What stands there now is no answer to the next code."""
        if till.verdict is not None:
            self._seen_serial = max(self._seen_serial, till.verdict.serial)

    def begin_again(self) -> None:
        """Core has started anew and counts its verdicts from the beginning."""
        self._seen_serial = 0

    def verdict_on(self, text: str) -> VerdictView:
        """Show the code until it is answered, putting the phone away and showing it again."""

        def is_answered(till: TillState) -> bool:
            return till.verdict is not None and till.verdict.serial > self._seen_serial

        till = self.until(text, is_answered, "an answer")
        assert till.verdict is not None, "it was waited for"
        self._seen_serial = till.verdict.serial
        return till.verdict

    def until(self, text: str, condition: Callable[[TillState], bool], what: str) -> TillState:
        """Show any code until the till is as wanted."""
        for _ in range(SHOWINGS_MAX):
            self._hold_up(text)
            try:
                with contextlib.suppress(DemoError):
                    return self._follower.wait_until(condition, what, VERDICT_S)
            finally:
                self._take_away(text)
        raise DemoError(f"{what} did not come in {SHOWINGS_MAX} showings")

    def _hold_up(self, text: str) -> None:
        """The scanner takes a code that was just there for the same showing."""
        away_s = time.monotonic() - self._away_since_s.get(text, float("-inf"))
        time.sleep(max(OUT_OF_SIGHT_S - away_s, 0))
        self._running.show_code(text)

    def _take_away(self, text: str) -> None:
        self._running.take_phone_away()
        self._away_since_s[text] = time.monotonic()
