"""Core as a command sees it: one that runs in another process, or one in this process for as long as a command takes.

Rules: a command never touches the journal itself; what it asks goes through the same calls as every other process's.
Which of the two it is, is decided in `pos.terminal`.
"""

import logging
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Timer
from typing import Final, Protocol, TypeVar, cast

from drivers.errors import DeviceError
from pos.config import TerminalConfig
from pos.core.core import Core
from pos.link.calls import AnyCall, Call, Role
from pos.link.client import BlockingLink

PAPER_S_MAX: Final = 30.0
"""How long a command waits for the printer; the receipt stays queued or its outcome unknown."""

log = logging.getLogger(__name__)

R = TypeVar("R")


class Control(Protocol):
    """Core as the command line sees it, wherever it runs."""

    def call(self, call: Call[R]) -> R: ...

    def call_as(self, role: Role, call: Call[R]) -> R: ...

    def see_to_paper(self, receipt_number: str) -> str | None:
        """Print what waits, and tell how this receipt stands then; None where the devices process does it by itself."""


@dataclass(frozen=True, slots=True)
class RoleLink:
    """A control seen through another role's calls."""

    control: Control
    role: Role

    def call(self, call: Call[R]) -> R:
        return self.control.call_as(self.role, call)


class LocalControl:
    """A core in this process."""

    def __init__(self, core: Core, config: TerminalConfig) -> None:
        self._core = core
        self._config = config

    def close(self) -> None:
        self._core.close()

    def call(self, call: Call[R]) -> R:
        return self.call_as(Role.CONTROL, call)

    def call_as(self, role: Role, call: Call[R]) -> R:
        return cast("R", self._core.handle(role, cast("AnyCall", call)))

    def see_to_paper(self, receipt_number: str) -> str | None:
        if self._core.equipment.printer.url != "none" and self._core.devices_state().jobs_waiting:
            try:
                self._print()
            except DeviceError as error:
                # The sale is recorded and its receipt stays queued: nothing of it may fail here any more.
                log.warning("no receipt now: %s", error)
        jobs = self._core.journal.paper.jobs_of(receipt_number)
        return jobs[-1].state.value if jobs else None

    def _print(self) -> None:
        from pos.devices.chosen import ChosenPrinter
        from pos.devices.paper import PaperDesk

        stopping = Event()
        # A command must come to its end, also where somebody has to put in paper first.
        giving_up = Timer(PAPER_S_MAX, stopping.set)
        giving_up.start()
        chosen = ChosenPrinter()
        chosen.use(self._core.equipment.printer)
        if chosen.setup_fault:
            log.warning("no receipt now: %s", chosen.setup_fault)
        try:
            PaperDesk(RoleLink(self, Role.DEVICES), chosen, stopping).print_waiting()
        finally:
            giving_up.cancel()
            chosen.close()


class RemoteControl:
    """The core process that is running for this configuration."""

    def __init__(self, socket_dir: Path) -> None:
        self._socket_dir = socket_dir
        self._links = {Role.CONTROL: BlockingLink(socket_dir, Role.CONTROL)}

    def call(self, call: Call[R]) -> R:
        return self.call_as(Role.CONTROL, call)

    def call_as(self, role: Role, call: Call[R]) -> R:
        if role not in self._links:
            self._links[role] = BlockingLink(self._socket_dir, role)
        return self._links[role].call(call)

    def see_to_paper(self, receipt_number: str) -> str | None:
        return None

    def close(self) -> None:
        for link in self._links.values():
            link.close()
