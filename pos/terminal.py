"""The composition root: the only place that picks implementations, and the only one that opens anything real.

Builds core from a configuration, in order: key, journal (which checks itself), clock, trust, then the parts over them.
Also gives the command line its way in: the running core if there is one, otherwise a core of its own, because exactly
one process may hold the journal.
"""

import logging
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from threading import Event, Timer
from typing import Final, Protocol, TypeVar, cast

from drivers.errors import DeviceError
from pos.clock import Clock, LinuxMachine, Machine
from pos.config import TerminalConfig
from pos.core.assembly import Grounds, assemble
from pos.core.core import Core
from pos.core.live_trust import LiveTrust
from pos.core.people import People
from pos.core.people_desk import PeopleDesk
from pos.core.pins import Pins
from pos.core.probe import takes_writes
from pos.core.stopped import StoppedCore
from pos.core.timekeeper import Timekeeper, certain_time_s
from pos.core.trust_desk import TrustDesk, stored_set
from pos.core.trust_store import FolderTrustStore
from pos.errors import ConfigError, JournalError, LinkError, TrustError
from pos.journal.faults import HeldError
from pos.journal.journal import Journal
from pos.link.calls import AnyCall, Call, Role
from pos.link.client import BlockingLink
from pos.trust.emergency_file import EmergencyFile
from pos.trust.folder import TrustFolder
from pos.trust.names import Wanted
from pos.voucher.bodies import JournalOpened
from pos.voucher.keys import SEED_BYTES, SigningKey

KEY_FILE: Final = "terminal.key"
JOURNAL_FILE: Final = "journal.db"
CREDENTIAL: Final = "terminal.key"
"""Name under which systemd hands the key over (`LoadCredentialEncrypted=`)."""

HELD_S_MAX: Final = 5.0
"""How long a command waits for another one to let go of the journal."""
HELD_PAUSE_S: Final = 0.05
PAPER_S_MAX: Final = 30.0
"""How long a command waits for the printer; the receipt stays queued or its outcome unknown."""

log = logging.getLogger(__name__)

R = TypeVar("R")


def load_key(config: TerminalConfig) -> SigningKey:
    """The terminal's key, from systemd's credentials or from the state folder; ConfigError says what is wrong."""
    credentials = os.environ.get("CREDENTIALS_DIRECTORY")
    path = Path(credentials) / CREDENTIAL if credentials else config.terminal.state_dir / KEY_FILE
    try:
        seed = path.read_bytes()
    except OSError as error:
        raise ConfigError(
            (f"{path}: the terminal's key cannot be read: {error.strerror}; enrol the terminal",)
        ) from None
    if len(seed) != SEED_BYTES:
        raise ConfigError((f"{path}: a key has {SEED_BYTES} bytes, this file {len(seed)}; enrol the terminal again",))
    return SigningKey.from_seed(seed)


def open_trust(config: TerminalConfig) -> LiveTrust:
    """The trust data that holds. Raises TrustError."""
    section = config.terminal
    stored = stored_set(TrustFolder(section.trust_dir))
    store = FolderTrustStore(
        stored.targets,
        version=stored.current.snapshot_version,
        terminal=section.id,
        merchant=section.merchant,
        ledger=section.ledger,
    )
    return LiveTrust(store, EmergencyFile(), terminal=section.id)


def trust_desk(config: TerminalConfig, clock: Clock) -> TrustDesk:
    """What takes trust data in, with or without a core to sell with."""
    section = config.terminal
    return TrustDesk(
        folder=TrustFolder(section.trust_dir),
        wanted=Wanted(terminal=section.id, merchant=section.merchant),
        ledger=section.ledger,
        staging=section.staging,
        clock=clock,
    )


def stand_in(config: TerminalConfig, fault: JournalError | TrustError) -> StoppedCore:
    """What serves in the place of a core that cannot be built."""
    clock = Timekeeper(LinuxMachine(), config.terminal.state_dir)
    desk = trust_desk(config, clock) if isinstance(fault, TrustError) else None
    return StoppedCore(terminal=config.terminal.id, fault=fault, time_s=clock.read().time_s, trust=desk)


def build_core(config: TerminalConfig, machine: Machine | None = None) -> Core:
    """Open everything and wire it up. Raises ConfigError, TrustError, or the journal's faults; nothing is then held."""
    key = load_key(config)
    trust = open_trust(config)
    journal, report = Journal.open(
        config.terminal.state_dir / JOURNAL_FILE, mirror=config.mirror.path, key=key, terminal=config.terminal.id
    )
    try:
        core = _wired(config, machine or LinuxMachine(), key=key, trust=trust, journal=journal)
        core.start(
            report,
            JournalOpened(
                terminal=config.terminal.id,
                merchant=config.terminal.merchant,
                ledger=config.terminal.ledger,
                certificate=trust.certificate,
            ),
        )
    except BaseException:
        journal.close()
        raise
    return core


def _wired(config: TerminalConfig, machine: Machine, *, key: SigningKey, trust: LiveTrust, journal: Journal) -> Core:
    state_dir = config.terminal.state_dir
    timekeeper = Timekeeper(machine, state_dir, floor_s=certain_time_s(journal))
    return assemble(
        Grounds(
            config=config,
            key=key,
            trust=trust,
            journal=journal,
            timekeeper=timekeeper,
            people=_people_desk(config, journal, timekeeper),
            trust_desk=trust_desk(config, timekeeper),
            takes_writes=partial(takes_writes, state_dir),
        )
    )


def _people_desk(config: TerminalConfig, journal: Journal, clock: Clock) -> PeopleDesk:
    credentials = os.environ.get("CREDENTIALS_DIRECTORY")
    pins = Pins(
        people=journal.people,
        state_dir=config.terminal.state_dir,
        credentials=Path(credentials) if credentials else None,
    )
    people = People(journal=journal, pins=pins, clock=clock, idle_lock_s=config.people.idle_lock_s)
    return PeopleDesk(people=people, pins=pins, journal=journal, clock=clock)


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
        if self._config.printer.url != "none" and self._core.devices_state().jobs_waiting:
            try:
                self._print()
            except DeviceError as error:
                # The sale is recorded and its receipt stays queued: nothing of it may fail here any more.
                log.warning("no receipt now: %s", error)
        jobs = self._core.journal.paper.jobs_of(receipt_number)
        return jobs[-1].state.value if jobs else None

    def _print(self) -> None:
        from pos.devices.paper import PaperDesk, open_printer

        stopping = Event()
        # A command must come to its end, also where somebody has to put in paper first.
        giving_up = Timer(PAPER_S_MAX, stopping.set)
        giving_up.start()
        printer = open_printer(self._config)
        try:
            PaperDesk(RoleLink(self, Role.DEVICES), printer, stopping).print_waiting()
        finally:
            giving_up.cancel()
            printer.close()


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


@contextmanager
def open_control(config: TerminalConfig) -> Iterator[Control]:
    """The running core, or one opened here for as long as the command takes."""
    control = _first_control(config)
    try:
        yield control
    finally:
        control.close()


def _first_control(config: TerminalConfig) -> "RemoteControl | LocalControl":
    """Whoever can be had first; where another command holds the journal, its end is waited for."""
    until_s = time.monotonic() + HELD_S_MAX
    while True:
        with suppress(LinkError):
            return RemoteControl(config.terminal.socket_dir)
        try:
            return LocalControl(build_core(config), config)
        except HeldError as error:
            if time.monotonic() >= until_s:
                raise HeldError(
                    "another command works on this terminal's journal; try again when it is done"
                ) from error
        time.sleep(HELD_PAUSE_S)


@contextmanager
def town_ledger(config: TerminalConfig) -> Iterator[str]:
    """The ledger's address; a sandbox town's ledger is started where none is running, and stopped again."""
    if config.ledger.town_dir is None:
        yield config.ledger.url
        return
    from pos.ledger_process import running_ledger

    with running_ledger(config.ledger.town_dir) as url:
        yield url


def run_terminal(config: TerminalConfig) -> int:
    """All four processes, the screen on this tty."""
    from pos.processes import run_supervised

    return run_supervised(config)
