"""One connection between two tills, the same from both ends: hello, greeting, then news both ways until one is gone.

Rules:

- whoever is not believed within `GREETING_S` is gone, and so is who says nothing for `SILENT_S`;
- news is told the moment core has some, and a sign of life every `BEAT_S`; a long story is told in pieces with a pause,
  so that the tills can sell meanwhile;
- who talks faster than an honest till can is not listened to.
"""

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Final, TypeVar

from pos.errors import LinkError
from pos.link.calls import (
    BeginMeeting,
    EndMeeting,
    GreetSibling,
    MeetingBegun,
    NextForSibling,
    Refused,
    TakeFromSibling,
)
from pos.link.client import AsyncLink
from pos.sync.siblings.frames import (
    BOXED_BYTES_MAX,
    GREETING_BYTES_MAX,
    HELLO_BYTES_MAX,
    FrameError,
    read_frame,
    write_frame,
)

GREETING_S: Final = 5.0
BEAT_S: Final = 2.0
SILENT_S: Final = 6.0
PAUSE_S: Final = 0.05
"""Between two pieces of a long story."""
FRAMES_PER_S: Final = 40.0
"""Twice what an honest till tells at most, its beats included."""
BURST: Final = 80.0

A = TypeVar("A")


class NotBelievedError(Exception):
    """Core wants no more of this meeting."""


class Meeting:
    """A connection on which a till may be met."""

    def __init__(self, link: AsyncLink, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._link = link
        self._reader = reader
        self._writer = writer
        self._news = asyncio.Event()
        self._begun: MeetingBegun | None = None
        self.peer = ""
        """As it calls itself."""
        self.is_greeted = False

    def wake(self) -> None:
        """Core has approved something."""
        self._news.set()

    async def run(self, met: Callable[["Meeting"], None]) -> None:
        """Talk until it is over; `met` is told when core has believed the greeting. Raises LinkError where core is
        gone, FrameError and NotBelievedError when the other one ends it or has to."""
        try:
            self._begun = _believed(await self._link.call(BeginMeeting()))
            await self._greet(self._begun)
            self.is_greeted = True
            met(self)
            async with asyncio.TaskGroup() as talk:
                talk.create_task(self._listen(self._begun.meeting))
                talk.create_task(self._tell(self._begun.meeting))
        except ExceptionGroup as group:
            raise group.exceptions[0] from None
        finally:
            self._writer.close()
            await self._end()

    async def _greet(self, begun: MeetingBegun) -> None:
        until_s = time.monotonic() + GREETING_S
        await write_frame(self._writer, begun.hello)
        hello = await read_frame(self._reader, bytes_max=HELLO_BYTES_MAX, timeout_s=GREETING_S)
        says = _believed(await self._link.call(GreetSibling(meeting=begun.meeting, hello=hello)))
        self.peer = says.peer
        await write_frame(self._writer, says.raw)
        left_s = max(until_s - time.monotonic(), 0.0)
        greeting = await read_frame(self._reader, bytes_max=GREETING_BYTES_MAX, timeout_s=left_s)
        _believed(await self._link.call(TakeFromSibling(meeting=begun.meeting, raw=greeting)))

    async def _listen(self, meeting: bytes) -> None:
        allowed, seen_s = BURST, time.monotonic()
        while True:
            frame = await read_frame(self._reader, bytes_max=BOXED_BYTES_MAX, timeout_s=SILENT_S)
            now_s = time.monotonic()
            allowed, seen_s = min(allowed + (now_s - seen_s) * FRAMES_PER_S, BURST) - 1, now_s
            if allowed < 0:
                raise FrameError("it talks faster than a till can")
            _believed(await self._link.call(TakeFromSibling(meeting=meeting, raw=frame)))

    async def _tell(self, meeting: bytes) -> None:
        beat_s = 0.0
        while True:
            self._news.clear()
            now_s = time.monotonic()
            says = _believed(await self._link.call(NextForSibling(meeting=meeting, is_beat=now_s >= beat_s)))
            if says.raw:
                beat_s = now_s + BEAT_S
                await write_frame(self._writer, says.raw)
            if says.is_more:
                await asyncio.sleep(PAUSE_S)
                continue
            with suppress(TimeoutError):
                async with asyncio.timeout(max(beat_s - time.monotonic(), 0.0)):
                    await self._news.wait()

    async def _end(self) -> None:
        if self._begun is not None:
            with suppress(LinkError):
                await self._link.call(EndMeeting(meeting=self._begun.meeting))


def _believed(answer: A | Refused) -> A:
    if isinstance(answer, Refused):
        raise NotBelievedError("core does not believe it")
    return answer
