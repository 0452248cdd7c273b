"""Trust data from the command line: the first of a new terminal, what is newer, and what a stick brings.

`pos trust import DIR` copies a repository's folder into the staging folder and lets core look at it; so does the unit
that watches for sticks. Nothing that is copied is believed here.
"""

import sys
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeVar, cast

import msgspec

from pos.clock import LinuxMachine
from pos.commands.output import print_json, print_line
from pos.commands.stick_files import PROGRAMS, REPOSITORY, StickError, copy_tree, opened_folder
from pos.config import TerminalConfig
from pos.control import RoleLink
from pos.core.timekeeper import Timekeeper
from pos.core.trust_desk import STICK_FOLDER, TrustDesk
from pos.errors import ConfigError, LedgerUnreachableError, TrustError
from pos.exits import Exit
from pos.link.calls import AskTrust, Call, Done, Role, TakeTrust, TellStick, TrustOrigin, TrustStep
from pos.sync.trust import Link, TrustUpdate
from pos.terminal import open_control, open_trust, trust_desk
from pos.trust.folder import EMERGENCY_FOLDER

R = TypeVar("R")


class ImportJson(msgspec.Struct, frozen=True, kw_only=True):
    """The stable form of an import's result."""

    outcome: str
    reason: str | None
    trust_version: int


@dataclass(frozen=True, slots=True)
class _DeskLink:
    """A desk in this process, where no core can be opened for want of trust data."""

    desk: TrustDesk

    def call(self, call: Call[R]) -> R:
        if isinstance(call, TellStick):
            return cast("R", Done())
        assert isinstance(call, AskTrust | TakeTrust), "nobody asks a desk for anything else"
        return cast("R", self.desk.answer(call))


def import_trust(config: TerminalConfig, folder: Path, *, as_json: bool) -> int:
    """Adopt a repository that lies in a folder. Declined where it is refused."""
    if not any((folder / place / "timestamp.json").is_file() for place in ("", EMERGENCY_FOLDER)):
        raise ConfigError((f"{folder}: holds no trust repository (timestamp.json is missing)",))
    _stage(config, folder)
    with trust_link(config) as link:
        taken = link.call(TakeTrust(origin=TrustOrigin.STICK))
    if as_json:
        print_json(ImportJson(outcome=taken.step, reason=taken.fault or None, trust_version=taken.trust_version))
    else:
        print_line(_SAID[taken.step].format(version=taken.trust_version, fault=taken.fault))
    return _EXIT[taken.step]


def fetch_first_trust(config: TerminalConfig, url: str) -> None:
    """Bring the trust data of an enrolled terminal that has none, or none that can be used. Raises TrustError."""
    try:
        open_trust(config)
    except TrustError:
        with trust_link(config) as link:
            refresh(link, config, url)


def refresh(link: Link, config: TerminalConfig, url: str) -> None:
    """Bring newer trust data; where that fails, what holds goes on holding."""
    update = TrustUpdate(link, url, ca_file=config.ledger.ca_file, staging=config.terminal.staging)
    with closing(update):
        try:
            taken = update.refresh()
        except LedgerUnreachableError as error:
            sys.stderr.write(f"no newer trust data: {error}\n")
            return
    if taken is not None and taken.step is TrustStep.REFUSED:
        sys.stderr.write(f"the trust data that the ledger serves is refused: {taken.fault}\n")


_SAID: Final = {
    TrustStep.TAKEN: "trust data {version} holds from now on",
    TrustStep.SAME: "trust data {version} was here already",
    TrustStep.LATER: "not now: finish the open sale, then try again",
    TrustStep.REFUSED: "refused ({fault}); trust data {version} goes on holding",
}
_EXIT: Final = {
    TrustStep.TAKEN: Exit.DONE,
    TrustStep.SAME: Exit.DONE,
    TrustStep.LATER: Exit.REFERRED,
    TrustStep.REFUSED: Exit.DECLINED,
}


@contextmanager
def trust_link(config: TerminalConfig, role: Role = Role.CONTROL) -> Iterator[Link]:
    """The running core, one opened here, or where there is nothing to sell with yet the desk alone."""
    with ExitStack() as stack:
        try:
            link: Link = RoleLink(stack.enter_context(open_control(config)), role)
        except TrustError:
            link = _DeskLink(trust_desk(config, Timekeeper(LinuxMachine(), config.terminal.state_dir)))
        yield link


def _stage(config: TerminalConfig, folder: Path) -> None:
    """Copy a repository's plain files to where core looks. Raises ConfigError where they are no such thing."""
    # Named by a person, and so possibly through a link; what is in it is a stranger's.
    with opened_folder(folder.resolve()) as source:
        assert source is not None, "it holds a file"
        try:
            copy_tree(source, config.terminal.staging / STICK_FOLDER, REPOSITORY, leave=PROGRAMS)
        except StickError as error:
            raise ConfigError((f"{folder}: {error}",)) from error
