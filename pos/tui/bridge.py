"""The link to core, made again whenever it ends.

Rules: one connection at a time; the newest state is asked for first, so that nothing pushed while away is missed; a
call while core is away fails at once instead of waiting for another core, which would not know what it was about.
"""

from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

from pos.errors import LinkError
from pos.link.calls import Call, StateChanged, Watch
from pos.link.state import TillState
from pos.tui.link import Connect, TillLink

R = TypeVar("R")
RETRY_S: Final = 0.25
"""Core is back within two seconds of a crash; the screen notices a quarter of a second later."""


class Bridge:
    """Follows core's state for as long as the screen lives."""

    def __init__(
        self,
        connect: Connect,
        *,
        on_state: Callable[[TillState], None],
        on_lost: Callable[[], None],
        pause: Callable[[float], Awaitable[object]],
    ) -> None:
        self._connect = connect
        self._on_state = on_state
        self._on_lost = on_lost
        self._pause = pause
        self._link: TillLink | None = None

    async def run(self) -> None:
        """Connect, follow, and connect again; ends only by being cancelled."""
        while True:
            try:
                link = await self._connect()
            except LinkError:
                await self._pause(RETRY_S)
                continue
            try:
                await self._follow(link)
            except LinkError:
                pass
            finally:
                self._link = None
                await link.close()
            self._on_lost()
            await self._pause(RETRY_S)

    async def ask(self, call: Call[R]) -> R:
        """Core's answer; LinkError while it is away."""
        if self._link is None:
            raise LinkError("core is being started again")
        return await self._link.call(call)

    async def _follow(self, link: TillLink) -> None:
        self._on_state((await link.call(Watch())).till)
        self._link = link
        async for push in link.pushes():
            if isinstance(push, StateChanged):
                self._on_state(push.till)
