"""The file for support, asked for at the screen and written by somebody else.

Core may neither mount a stick nor read the log, so it leaves a wish in a folder beside its sockets, where a unit of its
own waits for one (`systemd/pos-bundle.path`), and is told how that ended. Where nobody answers, it failed.
"""

import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pos.clock import Clock
from pos.link.calls import Done, TellBundle, WantBundle
from pos.link.examination import BundleState

WISH_FOLDER: Final = "wanted"
WISH_FILE: Final = "bundle"
ANSWER_S_MAX: Final = 120.0

log = logging.getLogger(__name__)


@dataclass(slots=True, kw_only=True)
class Bundling:
    """The wish, and what became of it."""

    socket_dir: Path
    clock: Clock
    _state: BundleState = BundleState.NONE
    _wanted_s: float = 0.0

    @property
    def state(self) -> BundleState:
        if self._state is BundleState.WANTED and self.clock.monotonic_s() - self._wanted_s > ANSWER_S_MAX:
            self._state = BundleState.FAILED
        return self._state

    def answer(self, call: WantBundle | TellBundle) -> Done:
        if isinstance(call, TellBundle):
            self._state = call.state
        else:
            self._want()
        return Done()

    def _want(self) -> None:
        wish = self.socket_dir / WISH_FOLDER / WISH_FILE
        try:
            wish.parent.mkdir(exist_ok=True)
            wish.touch()
        except OSError as error:
            log.warning("nobody can be asked for the file for support: %s", error)
            self._state = BundleState.FAILED
            return
        self._state, self._wanted_s = BundleState.WANTED, self.clock.monotonic_s()
