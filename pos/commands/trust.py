"""Trust data from the command line: the first of a new terminal, what is newer, and what a stick brings.

`pos trust import DIR` copies a repository's folder into the staging folder and lets core look at it; so does the unit
that watches for sticks. Nothing that is copied is believed here.
"""

import shutil
import sys
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeVar, cast

import msgspec

from pos.clock import LinuxMachine
from pos.commands.output import print_json, print_line
from pos.config import TerminalConfig
from pos.core.timekeeper import Timekeeper
from pos.core.trust_desk import STICK_FOLDER, TrustDesk
from pos.errors import ConfigError, LedgerUnreachableError, TrustError
from pos.exits import Exit
from pos.link.calls import AskTrust, Call, TakeTrust, TrustOrigin, TrustStep
from pos.sync.trust import Link, TrustUpdate
from pos.terminal import open_control, open_trust, trust_desk
from pos.trust.adoption import TARGET_BYTES_MAX
from pos.trust.folder import EMERGENCY_FOLDER

FILES_MAX: Final = 20_000
"""More than a city's repository has; a stick may hold anything."""
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
        assert isinstance(call, AskTrust | TakeTrust), "nobody asks a desk for anything else"
        return cast("R", self.desk.answer(call))


def import_trust(config: TerminalConfig, folder: Path, *, as_json: bool) -> int:
    """Adopt a repository that lies in a folder. Declined where it is refused."""
    if not any((folder / place / "timestamp.json").is_file() for place in ("", EMERGENCY_FOLDER)):
        raise ConfigError((f"{folder}: holds no trust repository (timestamp.json is missing)",))
    _copy(folder, config.terminal.staging / STICK_FOLDER)
    with _trust_link(config) as link:
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
        with _trust_link(config) as link:
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
def _trust_link(config: TerminalConfig) -> Iterator[Link]:
    """The running core, one opened here, or where there is nothing to sell with yet the desk alone."""
    with ExitStack() as stack:
        try:
            link: Link = stack.enter_context(open_control(config))
        except TrustError:
            link = _DeskLink(trust_desk(config, Timekeeper(LinuxMachine(), config.terminal.state_dir)))
        yield link


def _copy(source: Path, target: Path) -> None:
    """Copy a repository's plain files. Raises ConfigError where it is no such thing."""
    shutil.rmtree(target, ignore_errors=True)
    files = [path for path in source.rglob("*") if path.is_file() and not path.is_symlink()]
    if len(files) > FILES_MAX or any(path.stat().st_size > TARGET_BYTES_MAX for path in files):
        raise ConfigError((f"{source}: holds more than a trust repository does",))
    for path in files:
        place = target / path.relative_to(source)
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, place)
