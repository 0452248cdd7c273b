"""The composition root: the only place that picks implementations, and the only one that opens anything real.

Builds core from a configuration, in order: key, journal (which checks itself), clock, trust, then the parts over them.
Also gives the command line its way in: the running core if there is one, otherwise a core of its own, because exactly
one process may hold the journal.
"""

import logging
import os
import secrets
import shutil
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Final

from pos.clock import Clock, LinuxMachine, Machine
from pos.config import BackupSection, MirrorSection, TerminalConfig, load_config
from pos.control import LocalControl, RemoteControl
from pos.core.assembly import assemble
from pos.core.bundling import Bundling
from pos.core.core import Core
from pos.core.enrolling import mark_tested
from pos.core.examining import Examining
from pos.core.first_boot import FirstBoot
from pos.core.grounds import Grounds
from pos.core.installation import Installation
from pos.core.live_trust import HeldTrust, LiveTrust
from pos.core.people import People
from pos.core.people_desk import PeopleDesk
from pos.core.pins import Pins
from pos.core.probe import takes_writes
from pos.core.seen import of_stop
from pos.core.stopped import StoppedCore, stop_of
from pos.core.timekeeper import Timekeeper, certain_time_s
from pos.core.trust_desk import TrustDesk, stored_set
from pos.core.trust_store import FolderTrustStore
from pos.errors import ConfigError, JournalError, LinkError, TrustError
from pos.journal.faults import HeldError
from pos.journal.journal import Journal
from pos.trust.emergency_file import stored_emergency
from pos.trust.folder import EMERGENCY_FOLDER, TrustFolder
from pos.trust.names import Wanted
from pos.voucher.bodies import JournalOpened
from pos.voucher.enrolment import check_code
from pos.voucher.keys import SEED_BYTES, SigningKey
from pos.words import words_for

KEY_FILE: Final = "terminal.key"
TRAINING: Final = "training"
"""Folder and terminal id of a till that only practises."""
JOURNAL_FILE: Final = "journal.db"
CREDENTIAL: Final = "terminal.key"
"""Name under which systemd hands the key over (`LoadCredentialEncrypted=`)."""
SEALED_FOLDER: Final = "credentials"
"""Beside the state folder: where the sealed key lies on an appliance."""

HELD_S_MAX: Final = 5.0
"""How long a command waits for another one to let go of the journal."""
HELD_PAUSE_S: Final = 0.05

log = logging.getLogger(__name__)


def load_key(config: TerminalConfig) -> SigningKey:
    """The terminal's key, from the state folder or from systemd's credentials; ConfigError says what is wrong.

    A key in the state folder is the newer one: enrolling made it, and sealing removes it.
    """
    credentials = os.environ.get("CREDENTIALS_DIRECTORY")
    path = config.terminal.state_dir / KEY_FILE
    if credentials and not path.exists():
        path = Path(credentials) / CREDENTIAL
    try:
        seed = path.read_bytes()
    except OSError as error:
        raise ConfigError((_no_key(config, path, error),)) from None
    if len(seed) != SEED_BYTES:
        raise ConfigError((f"{path}: a key has {SEED_BYTES} bytes, this file {len(seed)}; enrol the terminal again",))
    return SigningKey.from_seed(seed)


def _no_key(config: TerminalConfig, path: Path, error: OSError) -> str:
    """A sealed key is handed to core alone: a command beside it cannot open the journal and need not."""
    if (config.terminal.state_dir.parent / SEALED_FOLDER / CREDENTIAL).exists():
        return "the terminal's key is sealed for the till itself, which is not running. Do: systemctl restart pos-core"
    return f"{path}: the terminal's key cannot be read: {error.strerror}; enrol the terminal"


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
    distrusted = stored_emergency(TrustFolder(section.trust_dir / EMERGENCY_FOLDER))
    return LiveTrust(HeldTrust(store, distrusted), terminal=section.id)


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
    sees = of_stop(stop_of(fault))
    examining = Examining(
        sees=lambda: (sees,),
        queue_age_s=lambda: 0,
        now_s=lambda: clock.read().time_s,
        bundling=Bundling(socket_dir=config.terminal.socket_dir, clock=clock),
        prints=False,
    )
    return StoppedCore(
        terminal=config.terminal.id, fault=fault, time_s=clock.read().time_s, trust=desk, examining=examining
    )


def build_core(config: TerminalConfig, machine: Machine | None = None) -> Core:
    """Open everything and wire it up. Raises ConfigError, TrustError, or the journal's faults; nothing is then held."""
    if not config.is_enrolled:
        raise ConfigError((f"{config.file}: this machine is not enrolled yet; see its screen, or `pos provision`",))
    key = load_key(config)
    trust = open_trust(config)
    with ExitStack() as held:
        held.callback(trust.close)
        journal, report = Journal.open(
            config.terminal.state_dir / JOURNAL_FILE, mirror=config.mirror.path, key=key, terminal=config.terminal.id
        )
        held.callback(journal.close)
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
        if not config.is_tested:
            core.installation = _installation(config, core, key=key, trust=trust)
            core.installation.begin()
        held.pop_all()
    return core


def first_boot(config: TerminalConfig) -> FirstBoot | None:
    """What serves until this machine is a terminal with trust data; None where it is."""
    if config.enrolment_dir is None or (config.is_enrolled and (config.is_tested or _has_trust(config))):
        return None
    config.enrolment_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    clock = Timekeeper(LinuxMachine(), config.enrolment_dir)
    return FirstBoot(
        config,
        clock=clock,
        reload=partial(load_config, config.file),
        trust_desk=lambda enrolled: trust_desk(enrolled, clock),
        has_trust=_has_trust,
    )


def _has_trust(config: TerminalConfig) -> bool:
    try:
        open_trust(config)
    except TrustError:
        return False
    return True


def _installation(config: TerminalConfig, core: Core, *, key: SigningKey, trust: LiveTrust) -> Installation:
    assert config.enrolment_dir is not None, "only what enrolled by itself is tested"
    timekeeper = core.sync.delivery.timekeeper
    return Installation(
        journal=core.journal,
        trust=trust,
        clock=timekeeper,
        contact=timekeeper,
        paper=core.paper,
        home=config.terminal.state_dir,
        terminal=config.terminal.id,
        check_code=check_code(key.public_key, ledger=config.terminal.ledger),
        words=words_for(config.terminal.language).install,
        former=core.former,
        support=lambda: core.examining.examined().number,
        finish=partial(mark_tested, config.enrolment_dir),
    )


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
            practise=partial(_practised, config, machine, trust),
            is_training=config.terminal.id == TRAINING,
        )
    )


def _practised(config: TerminalConfig, machine: Machine, trust: LiveTrust) -> Core:
    """A core that only practises: an empty folder, a key that nobody knows, no issuer, no second medium."""
    folder = config.terminal.state_dir / TRAINING
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700)
    apart = replace(
        config,
        terminal=replace(config.terminal, id=TRAINING, state_dir=folder),
        mirror=MirrorSection(),
        backup=BackupSection(),
    )
    key = SigningKey.from_seed(secrets.token_bytes(SEED_BYTES))
    journal, report = Journal.open(folder / JOURNAL_FILE, mirror=None, key=key, terminal=TRAINING)
    practised = trust.for_practice()
    core = _wired(apart, machine, key=key, trust=practised, journal=journal)
    section = config.terminal
    core.start(
        report,
        JournalOpened(
            terminal=TRAINING, merchant=section.merchant, ledger=section.ledger, certificate=practised.certificate
        ),
    )
    return core


def _people_desk(config: TerminalConfig, journal: Journal, clock: Clock) -> PeopleDesk:
    credentials = os.environ.get("CREDENTIALS_DIRECTORY")
    pins = Pins(
        people=journal.people,
        state_dir=config.terminal.state_dir,
        credentials=Path(credentials) if credentials else None,
    )
    people = People(journal=journal, pins=pins, clock=clock, idle_lock_s=config.people.idle_lock_s)
    return PeopleDesk(people=people, pins=pins, journal=journal, clock=clock)


@contextmanager
def open_control(config: TerminalConfig) -> Iterator[LocalControl | RemoteControl]:
    """The running core, or one opened here for as long as the command takes."""
    control = _first_control(config)
    try:
        yield control
    finally:
        control.close()


def _first_control(config: TerminalConfig) -> RemoteControl | LocalControl:
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
