"""The core process: one event loop, one owner of the money.

Pushes go out when a call changed something, at most once per turn of the loop. A fault at start still serves the
screen: a till that cannot sell must say why. When the outcome of a commit is unknown the process ends with a code that
makes its supervisor start it again: opening the journal afresh is the only way to know.
"""

import asyncio
import logging
import signal
from collections.abc import Callable
from typing import Final

from pos.clock import LinuxMachine
from pos.config import TerminalConfig
from pos.core.core import Core, StoppedCore, stop_of
from pos.errors import JournalError, TrustError
from pos.exits import Exit
from pos.link.calls import (
    AnyAnswer,
    AnyCall,
    DevicesState,
    Role,
    StateChanged,
    SyncWork,
    Watch,
    WatchDevices,
    WatchSync,
)
from pos.link.server import LinkServer
from pos.link.state import (
    LimitView,
    NetworkView,
    PrinterState,
    PrinterView,
    ScannerState,
    ScannerView,
    TillState,
    WaitingView,
)
from pos.notify import Notifier

TICK_S: Final = 1.0

log = logging.getLogger(__name__)


async def serve_core(config: TerminalConfig, build: Callable[[TerminalConfig], Core]) -> int:
    """Build core and serve the sockets until told to stop."""
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    try:
        core: Core | StoppedCore = build(config)
    except (JournalError, TrustError) as error:
        log.error("cannot sell: %s: %s", type(error).__name__, error)
        core = StoppedCore(till_state=_stopped_state(config, error))
    process = _CoreProcess(config, core, stopping)
    return await process.run()


class _CoreProcess:
    def __init__(self, config: TerminalConfig, core: Core | StoppedCore, stopping: asyncio.Event) -> None:
        self._core = core
        self._stopping = stopping
        self._server = LinkServer(config.terminal.socket_dir, self._handle)
        self._told: dict[Role, object] = {}
        self._is_telling = False

    async def run(self) -> int:
        await self._server.start()
        notifier = Notifier()
        notifier.ready()
        try:
            while not self._stopping.is_set():
                notifier.alive()
                if isinstance(self._core, Core):
                    self._core.tick()
                self._tell()
                try:
                    await asyncio.wait_for(self._stopping.wait(), TICK_S)
                except TimeoutError:
                    continue
        finally:
            await self._server.stop()
            if isinstance(self._core, Core):
                self._core.close()
        return Exit.FAULT if self._core.must_end else Exit.DONE

    def _handle(self, role: Role, call: AnyCall) -> AnyAnswer:
        if isinstance(call, Watch | WatchDevices | WatchSync):
            # Whoever begins to watch has been told nothing yet.
            self._told.pop(role, None)
        try:
            return self._core.handle(role, call)
        finally:
            if self._core.must_end or (isinstance(self._core, Core) and self._core.control.is_stop_wanted):
                self._stopping.set()
            self._tell_soon()

    def _tell_soon(self) -> None:
        if not self._is_telling:
            self._is_telling = True
            asyncio.get_running_loop().call_soon(self._tell)

    def _tell(self) -> None:
        """Push what differs from what each role was told last."""
        self._is_telling = False
        if not isinstance(self._core, Core):
            return
        self._push(Role.SCREEN, StateChanged(till=self._core.till()))
        self._push(Role.DEVICES, self._core.devices_state())
        self._push(Role.SYNC, self._core.sync_work())

    def _push(self, role: Role, push: StateChanged | DevicesState | SyncWork) -> None:
        if self._told.get(role) != push and self._server.has_clients(role):
            self._told[role] = push
            self._server.push(role, push)


def _stopped_state(config: TerminalConfig, error: JournalError | TrustError) -> TillState:
    return TillState(
        shop_name="",
        terminal=config.terminal.id,
        clerk="",
        business_date="",
        time_s=LinuxMachine().wall_s(),
        clock_quality=0,
        network=NetworkView(online=False, since_s=0),
        waiting=WaitingView(count=0, value_won=0),
        printer=PrinterView(state=PrinterState.MISSING, unprinted=0),
        scanner=ScannerView(state=ScannerState.MISSING),
        limit=LimitView(left_won=0, left_count=0, used_percent=0),
        stop=stop_of(error),
    )
