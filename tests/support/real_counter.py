"""The screen over the real core: keys in, entries out, nothing simulated but the tty."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import TypeVar

from pos.errors import LinkError
from pos.link.calls import AnyPush, Call, StateChanged
from pos.link.state import TillState
from tests.support.core_builders import Shop
from tests.support.screens import Counter, ManualSeconds, Timers, a_screen

R = TypeVar("R")


class ShopLink:
    """One connection to a shop's core in this process; every call is followed by a push, as the server's would be."""

    def __init__(self, shop: Shop) -> None:
        self._shop = shop
        self.told: list[TillState] = []
        """Every state that the screen was given."""
        self._pushes: asyncio.Queue[AnyPush | None] = asyncio.Queue()
        self.may_answer = asyncio.Event()
        """Cleared, core is slow: it takes calls and answers none of them yet."""
        self.may_answer.set()

    async def call(self, call: Call[R]) -> R:
        await self.may_answer.wait()
        try:
            answer = self._shop.screen(call)
        except LookupError as error:
            raise LinkError(str(error)) from error
        self.push()
        return answer

    def push(self) -> None:
        self.told.append(self._shop.till)
        self._pushes.put_nowait(StateChanged(till=self.told[-1]))

    async def pushes(self) -> AsyncIterator[AnyPush]:
        while (push := await self._pushes.get()) is not None:
            yield push

    async def close(self) -> None:
        self._pushes.put_nowait(None)


class RealCounter(Counter):
    """A screen whose core is a shop's."""


@contextlib.asynccontextmanager
async def open_real_counter(
    shop: Shop, *, language: str = "ko", size: tuple[int, int] = (80, 24)
) -> AsyncIterator[tuple[RealCounter, list[ShopLink]]]:
    """A screen at rest over this shop's core; the links it made are there to push what happens elsewhere."""
    links: list[ShopLink] = []

    async def connect() -> ShopLink:
        links.append(ShopLink(shop))
        return links[-1]

    clock = ManualSeconds()
    timers = Timers(clock)
    app = a_screen(connect, clock, timers=timers, language=language)
    async with app.run_test(size=size) as pilot:
        counter = RealCounter(core=None, app=app, clock=clock, timers=timers, pilot=pilot)  # type: ignore[arg-type]
        await counter.settle()
        yield counter, links
