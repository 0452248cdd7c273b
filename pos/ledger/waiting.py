"""Long polls: terminals that wait for their next message, all watched with one query.

Rules: a waiter learns of a message at once when this process sent it, and within WATCH_S when another process on the
same database did; when the service stops, all waiters are let go.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Collection, Mapping
from typing import Final

from pos.ledger.problem import overloaded

WATCH_S: Final = 0.5
WAITERS_MAX: Final = 4_096
"""Per process; each costs a connection and a few kilobytes."""

Heads = Callable[[Collection[str]], Awaitable[Mapping[str, int]]]
"""Asks for the highest message number of each of these terminals."""


class WaitingRoom:
    """Who waits for messages in this process."""

    def __init__(self, heads: Heads) -> None:
        self._heads = heads
        self._waiters: dict[asyncio.Future[None], tuple[str, int]] = {}
        self._bell = asyncio.Event()
        self._is_closed = False

    async def wait(self, terminal: str, after: int, *, timeout_s: float) -> None:
        """Return when the terminal has a message behind `after`, the time is over, or the service stops.

        Raises ProblemError 503 where too many wait already.
        """
        if self._is_closed:
            return
        if len(self._waiters) >= WAITERS_MAX:
            raise overloaded("too many terminals wait here", retry_after_s=30)
        waiter = asyncio.get_running_loop().create_future()
        self._waiters[waiter] = (terminal, after)
        self.ring()
        try:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(waiter, timeout_s)
        finally:
            del self._waiters[waiter]

    def ring(self) -> None:
        """Look now: messages were sent."""
        self._bell.set()

    def close(self) -> None:
        """Let everybody go and let nobody in."""
        self._is_closed = True
        for waiter in self._waiters:
            if not waiter.done():
                waiter.set_result(None)

    async def watch(self) -> None:
        """Look after the waiters until cancelled."""
        while True:
            await self._pause()
            heads = await self._heads({terminal for terminal, _ in self._waiters.values()})
            for waiter, (terminal, after) in self._waiters.items():
                if heads.get(terminal, 0) > after and not waiter.done():
                    waiter.set_result(None)

    async def _pause(self) -> None:
        """Sleep until the bell rings, but no longer than WATCH_S while somebody waits."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._bell.wait(), WATCH_S if self._waiters else None)
        self._bell.clear()
