"""`pos update`: where versions stand, and the steps that the units take (`pos.update`).

    pos update status     what runs, what is on trial, what is offered
    pos update start      before everything else at a start: finish or end a trial, change to what waits
    pos update tend       now and then while the shop sells, and when it closes: unpack, change after closing
    pos update prove      after a start: wait until the version proves itself, else return to the one before
    pos update examine    what this version finds of data, key and certificate: whoever changes to it asks
    pos update package    after the package was installed: its version is one of this machine's

`tend --now` changes although the day is open: somebody chose it.
"""

import time
from contextlib import suppress
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Final

import msgspec

from pos.clock import LinuxMachine
from pos.commands.output import print_json, print_line
from pos.config import TerminalConfig
from pos.errors import ConfigError, LinkError, PosError
from pos.exits import Exit
from pos.link.calls import ReadState, Role
from pos.link.client import BlockingLink
from pos.link.state import SellingStop, TillState
from pos.trust.faults import RejectedError
from pos.update.health import DEATHS_MAX, PROOF_S, is_healthy
from pos.update.installation import PROGRAM, Installation, machine
from pos.update.pieces import PartialFile
from pos.update.services import Found, NoServices, Services, Units
from pos.update.tending import Moment, Situation, Step, next_step
from pos.update.versions import Offer, Version, newest_offer
from pos.update.vouching import ROOT_FILE, Vouching

UPDATE_FOLDER: Final = "update"
DOWNLOADED_TRUST: Final = "trust"
PAUSE_S: Final = 0.5


class StatusJson(msgspec.Struct, frozen=True, kw_only=True):
    """The stable form of `pos update status`."""

    running: str
    trial: str | None
    previous: str | None
    offered: str | None
    staged: tuple[str, ...]
    refused: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Updates:
    """One machine's updates, and how its services are started anew."""

    config: TerminalConfig
    installation: Installation
    folder: Path
    services: Services = field(default_factory=NoServices)

    def situation(self, moment: Moment, *, is_chosen: bool = False) -> Situation:
        """Where things stand. Raises OSError, MalformedError where nothing is installed in versions."""
        offer, staged = self.offer(may_keep=True), self.installation.staged()
        return Situation(
            moment=moment,
            running=Version.parse(self.installation.current),
            offer=offer,
            state=self.installation.state,
            is_downloaded=offer is not None and self._partial(offer).is_complete,
            is_staged=offer is not None and str(offer.version) in staged,
            is_chosen=is_chosen,
        )

    def offer(self, *, may_keep: bool = False) -> Offer | None:
        """The newest version that is vouched for; `may_keep` where this process may write what it verified."""
        terminal = self.config.terminal
        downloaded = terminal.staging / DOWNLOADED_TRUST
        vouching = Vouching(self.folder / ROOT_FILE, terminal.trust_dir, downloaded)
        with suppress(PosError, RejectedError, OSError):
            targets = vouching.targets(may_keep=may_keep)
            return None if targets is None else newest_offer(targets, machine=machine())
        return None

    def start(self) -> str:
        """Before anything runs: the version that runs now."""
        version = self.installation.start(LinuxMachine().boot_id().hex())
        situation = self.situation(Moment.STARTING)
        if next_step(situation) is Step.CHANGE and situation.offer is not None:
            self.installation.begin_trial(str(situation.offer.version))
            version = self.installation.start(LinuxMachine().boot_id().hex())
        return version

    def tend(self, *, is_chosen: bool = False) -> Step:
        """One step, as far as the shop's day allows it; first of all the proof of a version on trial."""
        if self.installation.state.trial is not None:
            self.prove()
            return Step.NOTHING
        till = self._till()
        # A day that was closed before this start is no reason to keep the shop waiting for its first sale.
        is_closed = till is not None and till.sale is None and till.day.is_closed_since_start
        situation = self.situation(Moment.CLOSED if is_closed else Moment.OPEN, is_chosen=is_chosen)
        step, offer = next_step(situation), situation.offer
        if step is Step.STAGE and offer is not None:
            partial = self._partial(offer)
            try:
                self.installation.stage(partial.path, offer)
            finally:
                # What is no version is brought anew; it would be none the next time either.
                partial.path.unlink(missing_ok=True)
        elif step is Step.CHANGE and offer is not None:
            red_before = self.services.red(self._program)
            self.installation.begin_trial(str(offer.version))
            self.services.restart()
            self.prove(stop_before=None if till is None else till.stop, red_before=red_before)
        return step

    def prove(self, *, stop_before: SellingStop | None = None, red_before: frozenset[int] | None = None) -> bool:
        """Wait until the version on trial proves itself; where it does not, return to the one before."""
        if self.installation.state.trial is None:
            return True
        fault = self._stand(stop_before) or self._examined(red_before)
        if not fault:
            self.installation.confirm()
            return True
        print_line(f"{self.installation.current} {fault}; back to {self.installation.fall_back()}")
        self.services.restart()
        return False

    def _stand(self, stop_before: SellingStop | None) -> str:
        """Wait until everything stands; what is wrong where it does not."""
        until_s = time.monotonic() + PROOF_S
        while self.services.deaths() < DEATHS_MAX:
            till = self._till()
            if till is not None and is_healthy(till, stop_before=stop_before) and self.services.are_up():
                return ""
            if time.monotonic() > until_s:
                return "is not ready to sell in time"
            time.sleep(PAUSE_S)
        return "has a core that dies"

    def _examined(self, red_before: frozenset[int] | None) -> str:
        red = self.services.red(self._program)
        if red is None:
            return "cannot examine itself"
        new = red - red_before if red_before is not None else frozenset()
        return f"finds what was not red before: {', '.join(map(str, sorted(new)))}" if new else ""

    @property
    def _program(self) -> Path:
        return self.folder / "current" / PROGRAM

    def _partial(self, offer: Offer) -> PartialFile:
        return PartialFile(self.config.terminal.staging / UPDATE_FOLDER, offer)

    def _till(self) -> TillState | None:
        try:
            link = BlockingLink(self.config.terminal.socket_dir, Role.CONTROL)
        except LinkError:
            return None
        try:
            return link.call(ReadState()).till
        except LinkError:
            return None
        finally:
            link.close()


def open_updates(config: TerminalConfig) -> Updates:
    """Raises ConfigError where this machine has no versions."""
    if config.update.dir is None:
        raise ConfigError((f"{config.file}: update.dir: this machine's program comes with its package",))
    folder, units = config.update.dir, config.update.units.split()
    services = Units(names=units, config=config.file) if units else NoServices()
    return Updates(config=config, installation=Installation(folder), folder=folder, services=services)


def adopt_package(folder: Path, place: Path) -> int:
    """Called by the package, from its own version: what runs from now on, said."""
    print_line(Installation(folder).adopt_package(version("chak-pos"), place))
    return Exit.DONE


def update(config: TerminalConfig, action: str, *, is_chosen: bool, as_json: bool) -> int:
    """One of the actions above."""
    updates = open_updates(config)
    match action:
        case "start":
            print_line(updates.start())
        case "tend":
            print_line(updates.tend(is_chosen=is_chosen).value)
        case "examine":
            _examine(config)
        case "prove":
            return Exit.DONE if updates.prove() else Exit.DECLINED
        case _:
            _show(updates, as_json=as_json)
    return Exit.DONE


def _examine(config: TerminalConfig) -> None:
    # What a version can break: cables and the network are none of its business, and core is asked for itself.
    from pos.doctor.examination import examine, place_of
    from pos.doctor.papers import CertificateCheck
    from pos.doctor.storage import DataCheck, KeyCheck
    from pos.link.examination import Colour

    with place_of(config) as place:
        for _, finding in examine(place, (DataCheck(), KeyCheck(), CertificateCheck())):
            print_json(Found(code=finding.code, is_red=finding.colour is Colour.RED))


def _show(updates: Updates, *, as_json: bool) -> None:
    state, offer = updates.installation.state, updates.offer()
    status = StatusJson(
        running=updates.installation.current,
        trial=None if state.trial is None else state.trial.version,
        previous=state.previous,
        offered=None if offer is None else str(offer.version),
        staged=updates.installation.staged(),
        refused=state.refused,
    )
    if as_json:
        print_json(status)
    else:
        print_line(
            f"runs {status.running}; offered {status.offered or 'nothing'}; on trial {status.trial or 'nothing'}"
        )
