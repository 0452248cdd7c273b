"""What the screen says about a memory stick, for a while; what was on it is judged elsewhere."""

from dataclasses import dataclass

from pos.clock import Clock
from pos.link.calls import Done, TellStick
from pos.link.stick import StickState

SHOWN_S = 120.0
UNDER_WAY_S = 900.0
"""How long reading and waiting may take: whoever reads may have died."""
_UNDER_WAY = frozenset({StickState.READING, StickState.LATER})
_UNWANTED = {(True, StickState.INSTALL_TAKEN): StickState.SAME, (False, StickState.CATALOGUE_BROUGHT): StickState.EMPTY}
"""An installed till wants no file for its installation, any other no catalogue; whoever brought it could not know."""


@dataclass(slots=True, kw_only=True)
class Sticks:
    """The newest word about a stick."""

    clock: Clock
    is_installed: bool = True
    _state: StickState | None = None
    _told_s: float = 0.0

    def tell(self, call: TellStick) -> Done:
        self._state = _UNWANTED.get((self.is_installed, call.state), call.state)
        self._told_s = self.clock.monotonic_s()
        return Done()

    def view(self) -> StickState | None:
        """What is to be shown; None where there is nothing, or nothing any more."""
        shown_s = UNDER_WAY_S if self._state in _UNDER_WAY else SHOWN_S
        return self._state if self.clock.monotonic_s() - self._told_s <= shown_s else None
