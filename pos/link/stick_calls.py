"""A memory stick was read, and this came of it."""

from pos.link.base_calls import Call, Done
from pos.link.stick import StickState


class TellStick(Call[Done], frozen=True, kw_only=True):
    """What the screen should say about the stick that is plugged in (sync's user, who reads sticks)."""

    state: StickState
