"""The core process: one event loop, one owner of the money.

Rules:

- pushes go out when a call changed something, at most once per turn of the loop;
- a fault at start still serves the screen, because a till that cannot sell must say why; what may pass (a full disk,
  trust data that has not arrived) is tried again;
- a machine that is no terminal yet is served by a first boot, which core takes the place of without a restart;
- where another process has the journal this one leaves the sockets alone and ends; its supervisor tries again;
- when only a fresh look at the disk can tell what is true, the process ends after saying so, and is started again.
"""

import asyncio
import logging
import signal
from collections.abc import Callable
from functools import partial
from typing import Final, Protocol

from pos.config import TerminalConfig
from pos.core.core import Core
from pos.core.first_boot import FirstBoot, errand_of
from pos.core.stopped import StoppedCore
from pos.errors import ConfigError, DiskFullError, JournalError, ReadOnlyDiskError, TrustError
from pos.exits import Exit
from pos.journal.faults import HeldError
from pos.link.calls import (
    AnyAnswer,
    AnyCall,
    DevicesState,
    ErrandKind,
    NextErrand,
    Role,
    StateChanged,
    SyncWork,
    Watch,
    WatchDevices,
    WatchSync,
)
from pos.link.server import LinkServer
from pos.link.state import TillState
from pos.notify import Notifier

TICK_S: Final = 1.0
REBUILD_S: Final = 5.0
"""How often a core that could not be built is tried again."""

log = logging.getLogger(__name__)


class ServedCore(Protocol):
    """A core behind the sockets, whether it can sell or not."""

    @property
    def must_end(self) -> bool: ...

    @property
    def is_stop_wanted(self) -> bool: ...

    def handle(self, role: Role, call: AnyCall) -> AnyAnswer: ...

    def tick(self) -> None: ...

    def till(self) -> TillState: ...

    def devices_state(self) -> DevicesState: ...

    def sync_work(self) -> SyncWork: ...

    def close(self) -> None: ...


Build = Callable[[TerminalConfig], Core]
StandIn = Callable[[TerminalConfig, JournalError | TrustError], StoppedCore]
"""What serves while no core can be made."""
BeginFirstBoot = Callable[[TerminalConfig], FirstBoot | None]
"""What serves a machine that is no terminal yet; None for one that is."""


async def serve_core(config: TerminalConfig, build: Build, stand_in: StandIn, first_boot: BeginFirstBoot) -> int:
    """Build core and serve the sockets until told to stop. Raises ConfigError."""
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    make = partial(_built, build=build, stand_in=stand_in, first_boot=first_boot)
    try:
        core = make(config)
    except HeldError as error:
        log.error("another process has the journal: %s", error)
        return Exit.FAULT
    return await _CoreProcess(config, make, core, stopping).run()


def _built(config: TerminalConfig, *, build: Build, stand_in: StandIn, first_boot: BeginFirstBoot) -> ServedCore:
    nobody_yet = first_boot(config)
    if nobody_yet is not None:
        return nobody_yet
    try:
        return build(config)
    except HeldError:
        raise
    except (JournalError, TrustError) as error:
        log.error("cannot sell: %s: %s", type(error).__name__, error)
        return stand_in(config, error)


class _CoreProcess:
    def __init__(
        self,
        config: TerminalConfig,
        make: Callable[[TerminalConfig], ServedCore],
        core: ServedCore,
        stopping: asyncio.Event,
    ) -> None:
        self._config = config
        self._make = make
        self._core = core
        self._stopping = stopping
        self._server = LinkServer(config.terminal.socket_dir, self._handle)
        self._told: dict[Role, object] = {}
        self._is_telling = False
        self._built_s = asyncio.get_running_loop().time()

    async def run(self) -> int:
        notifier = Notifier()
        try:
            await self._serve()
            notifier.ready()
            while not self._stopping.is_set():
                notifier.alive()
                self._tick()
                try:
                    await asyncio.wait_for(self._stopping.wait(), TICK_S)
                except TimeoutError:
                    continue
        finally:
            await self._server.stop()
            self._core.close()
        return Exit.FAULT if self._core.must_end else Exit.DONE

    async def _serve(self) -> None:
        try:
            await self._server.start()
        except OSError as error:
            raise ConfigError(
                (f"terminal.socket_dir: no sockets can be made in {self._config.terminal.socket_dir}: {error}",)
            ) from error

    def _tick(self) -> None:
        if isinstance(self._core, StoppedCore):
            self._try_again(self._core)
        self._core.tick()
        if isinstance(self._core, FirstBoot) and self._core.enrolled is not None:
            self._go_over(self._core.enrolled)
        self._end_if_wanted()
        self._tell()

    def _try_again(self, stopped: StoppedCore) -> None:
        now_s = asyncio.get_running_loop().time()
        may_pass = isinstance(stopped.fault, DiskFullError | ReadOnlyDiskError | TrustError)
        if may_pass and now_s - self._built_s >= REBUILD_S:
            self._built_s = now_s
            try:
                self._core = self._make(self._config)
            except (HeldError, ConfigError) as error:
                log.error("cannot sell: %s", error)

    def _go_over(self, enrolled: TerminalConfig) -> None:
        """This machine has become a terminal: from here on its core serves the same sockets."""
        self._config = enrolled
        try:
            self._core = self._make(enrolled)
        except (HeldError, ConfigError) as error:
            log.error("the new terminal cannot be opened: %s", error)
            self._stopping.set()

    def _handle(self, role: Role, call: AnyCall) -> AnyAnswer:
        if isinstance(call, NextErrand) and not isinstance(self._core, FirstBoot):
            return errand_of(self._config, ErrandKind.OVER)
        if isinstance(call, Watch | WatchDevices | WatchSync):
            # Whoever begins to watch has been told nothing yet.
            self._told.pop(role, None)
        try:
            return self._core.handle(role, call)
        finally:
            self._tell_soon()

    def _end_if_wanted(self) -> None:
        if self._core.must_end or self._core.is_stop_wanted:
            self._stopping.set()

    def _tell_soon(self) -> None:
        if not self._is_telling:
            self._is_telling = True
            asyncio.get_running_loop().call_soon(self._tell)

    def _tell(self) -> None:
        """Push what differs from what each role was told last; the last thing told is why it ends."""
        self._is_telling = False
        if self._server.has_clients(Role.SCREEN):
            self._push(Role.SCREEN, StateChanged(till=self._core.till()))
        self._push(Role.DEVICES, self._core.devices_state())
        self._push(Role.SYNC, self._core.sync_work())
        self._end_if_wanted()

    def _push(self, role: Role, push: StateChanged | DevicesState | SyncWork) -> None:
        if self._told.get(role) != push and self._server.has_clients(role):
            self._told[role] = push
            self._server.push(role, push)
