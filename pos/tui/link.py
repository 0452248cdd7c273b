"""What the screen needs of its link to core; `pos.link.client.AsyncLink` is one.

A link is one connection. When it ends, its pushes end, its calls raise LinkError, and the screen makes another with the
`Connect` it was given; the digits typed in between stay on the screen.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Protocol, TypeAlias, TypeVar

from pos.link.calls import AnyPush, Call

R = TypeVar("R")


class TillLink(Protocol):
    """One connection to core in the screen's role."""

    async def call(self, call: Call[R]) -> R:
        """Ask and wait for the answer; LinkError when core is gone or answers with a fault."""
        ...

    def pushes(self) -> AsyncIterator[AnyPush]:
        """Every push from now on; ends when the link does."""
        ...

    async def close(self) -> None: ...


Connect: TypeAlias = Callable[[], Awaitable[TillLink]]
"""Makes a link, or raises LinkError where core cannot be reached yet."""
