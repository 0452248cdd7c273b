"""All meetings of one till: who is let in, who is called, who is told that there is news.

Rules:

- nothing is opened while trust data names no other till of the shop, and no address outside private networks is
  spoken with;
- strangers get few connections at a time, fewer from one address, and not many in a second;
- of two tills that have found each other the one with the lower id calls; the other one waits a while before it does;
- core gone ends everything here; `run_siblings` begins again when core is back.
"""

import asyncio
import logging
import random
import time
from collections.abc import Callable, Coroutine
from threading import Event
from typing import Final

from pos.config import TerminalConfig
from pos.errors import LinkError
from pos.link.calls import ReadSiblings, Role, SiblingsKnown, SyncWork, WatchSync
from pos.link.client import AsyncLink
from pos.sibling_addresses import is_private_address, peers_of
from pos.sync.siblings.addresses import private_addresses
from pos.sync.siblings.frames import FrameError
from pos.sync.siblings.lan import Lan
from pos.sync.siblings.meeting import Meeting, NotBelievedError

STRANGERS_MAX: Final = 4
"""Connections on which nobody has been believed yet."""
STRANGERS_OF_ONE_MAX: Final = 2
MEETINGS_MAX: Final = 8
CONNECTIONS_PER_S: Final = 20
CONNECTIONS_OF_ONE_PER_S: Final = 3
CONNECT_S: Final = 3.0
LOOK_S: Final = 1.0
KNOWN_S: Final = 5.0
"""How often core is asked who the others are."""
HIGHER_WAITS_S: Final = 10.0
RETRY_FIRST_S: Final = 1.0
RETRY_MAX_S: Final = 20.0
CORE_PAUSE_S: Final = 1.0
STREAM_BYTES: Final = 128 * 1024

log = logging.getLogger(__name__)


def run_siblings(config: TerminalConfig, stopping: Event) -> None:
    """Talk with the other tills until told to stop."""
    asyncio.run(_run(config, stopping))


async def _run(config: TerminalConfig, stopping: Event) -> None:
    while not stopping.is_set():
        try:
            link = await AsyncLink.connect(config.terminal.socket_dir, Role.SYNC)
        except LinkError:
            await asyncio.sleep(CORE_PAUSE_S)
            continue
        try:
            await _with_core(config, link, stopping)
        except LinkError as error:
            log.info("other tills wait for core: %s", error)
        except OSError as error:
            log.warning("other tills cannot be reached: %s", error)
            await asyncio.sleep(KNOWN_S)
        finally:
            await link.close()
        await asyncio.sleep(CORE_PAUSE_S)


async def _with_core(config: TerminalConfig, link: AsyncLink, stopping: Event) -> None:
    await link.call(WatchSync())
    while not stopping.is_set():
        known = await link.call(ReadSiblings())
        if known.siblings:
            await Counter(config, link, known).serve(stopping)
        await asyncio.sleep(KNOWN_S)


class Counter:
    """The meetings while core and the shop's tills stay the same."""

    def __init__(self, config: TerminalConfig, link: AsyncLink, known: SiblingsKnown) -> None:
        self._section = config.siblings
        self._link = link
        self._known = known
        self._meetings: dict[Meeting, str] = {}
        """Each with the address at its other end."""
        self._tasks: set[asyncio.Task[None]] = set()
        self._recent: list[tuple[float, str]] = []
        """When and from where somebody was let in within the last second."""
        self._calls: dict[tuple[str, int], _Calls] = {}
        self._lan: Lan | None = None

    async def serve(self, stopping: Event) -> None:
        """Until told to stop, until the shop has other tills or this machine other addresses than before, or until
        core is gone (LinkError)."""
        addresses = self._addresses()
        if not addresses:
            return
        server = await asyncio.start_server(
            self._let_in, list(addresses), self._section.port, limit=STREAM_BYTES, backlog=STRANGERS_MAX
        )
        try:
            self._lan = Lan(self._known, port=self._section.port, addresses=addresses)
            await self._lan.start()
            listening = self._spawn(self._pass_news_on())
            asked_s = time.monotonic()
            while not stopping.is_set() and not listening.done():
                self._call_others()
                await asyncio.sleep(LOOK_S)
                if time.monotonic() - asked_s >= KNOWN_S:
                    asked_s = time.monotonic()
                    if await self._link.call(ReadSiblings()) != self._known or self._addresses() != addresses:
                        return
        finally:
            server.close()
            for task in tuple(self._tasks):
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)
            if self._lan is not None:
                await self._lan.stop()

    def _addresses(self) -> tuple[str, ...]:
        return (self._section.address,) if self._section.address else private_addresses()

    async def _pass_news_on(self) -> None:
        async for push in self._link.pushes():
            if isinstance(push, SyncWork):
                for meeting in self._meetings:
                    meeting.wake()

    async def _let_in(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        peer = writer.get_extra_info("peername")
        address = str(peer[0]) if peer else ""
        if not self._has_room(address):
            writer.transport.abort()
            return
        self._spawn(self._meet(reader, writer, address, lambda _: None))

    def _has_room(self, address: str) -> bool:
        now_s = time.monotonic()
        self._recent = [(then_s, at) for then_s, at in self._recent if now_s - then_s < 1]
        strangers = [at for meeting, at in self._meetings.items() if not meeting.is_greeted]
        if (
            not is_private_address(address)
            or len(self._recent) >= CONNECTIONS_PER_S
            or sum(at == address for _, at in self._recent) >= CONNECTIONS_OF_ONE_PER_S
            or len(self._meetings) >= MEETINGS_MAX
            or len(strangers) >= STRANGERS_MAX
            or strangers.count(address) >= STRANGERS_OF_ONE_MAX
        ):
            return False
        self._recent.append((now_s, address))
        return True

    def _call_others(self) -> None:
        now_s = time.monotonic()
        met = {meeting.peer for meeting in self._meetings if meeting.is_greeted}
        found = self._lan.found() if self._lan is not None else ()
        for terminal, place in found:
            calls = self._calls.setdefault(place, _Calls(since_s=now_s))
            waits_s = HIGHER_WAITS_S if self._known.terminal > terminal else 0.0
            if terminal not in met and now_s - calls.since_s >= waits_s:
                self._call(place, calls, now_s)
        for place in peers_of(self._section.peers):
            calls = self._calls.setdefault(place, _Calls(since_s=now_s))
            if calls.terminal not in met:
                self._call(place, calls, now_s)

    def _call(self, place: tuple[str, int], calls: "_Calls", now_s: float) -> None:
        if calls.is_calling or now_s < calls.next_s or len(self._meetings) >= MEETINGS_MAX:
            return
        calls.is_calling = True
        self._spawn(self._dial(place, calls))

    async def _dial(self, place: tuple[str, int], calls: "_Calls") -> None:
        def met(meeting: Meeting) -> None:
            calls.terminal, calls.pause_s = meeting.peer, 0.0

        try:
            async with asyncio.timeout(CONNECT_S):
                reader, writer = await asyncio.open_connection(*place, limit=STREAM_BYTES)
            await self._meet(reader, writer, place[0], met)
        except (OSError, TimeoutError):
            pass
        finally:
            calls.is_calling = False
            calls.pause_s = min(max(calls.pause_s * 2, RETRY_FIRST_S), RETRY_MAX_S)
            calls.next_s = time.monotonic() + random.uniform(calls.pause_s / 2, calls.pause_s)

    async def _meet(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        address: str,
        met: Callable[[Meeting], None],
    ) -> None:
        meeting = Meeting(self._link, reader, writer)
        self._meetings[meeting] = address
        try:
            await meeting.run(met)
        except (FrameError, NotBelievedError) as error:
            level = logging.INFO if meeting.is_greeted else logging.DEBUG
            log.log(level, "the talk with %s (%s) is over: %s", meeting.peer or "a stranger", address, error)
        except LinkError:
            # Whoever serves sees it too, and ends.
            pass
        finally:
            del self._meetings[meeting]

    def _spawn(self, work: Coroutine[object, object, None]) -> asyncio.Task[None]:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task


class _Calls:
    """The tries to reach one place."""

    __slots__ = ("is_calling", "next_s", "pause_s", "since_s", "terminal")

    def __init__(self, *, since_s: float) -> None:
        self.since_s = since_s
        self.next_s = 0.0
        self.pause_s = 0.0
        self.is_calling = False
        self.terminal: str | None = None
        """Whom was met there."""
