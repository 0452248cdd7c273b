"""`pos import DIR`: what a memory stick brings, taken without a shell. A unit runs it for each stick.

    DIR/chak-pos/trust/          the trust repository as the ledger publishes it below /trust, `emergency/` in it
    DIR/chak-pos/trust/targets/  with `app/…`: newer versions of the program, targets of that repository
    DIR/chak-pos/install.cose    a signed file for the installation (`pos.voucher.install_file`)
    DIR/chak-pos/catalogue.csv   the shop's articles, as a spreadsheet saves them (`pos.till.catalogue`)

Rules:

- a stick without that folder is nobody's business: nothing is read of it and nothing said;
- files are copied with bounds into the staging folder (`stick_files`), and judged there by those who judge downloads:
  core verifies trust data, whoever unpacks a program verifies it, the first boot verifies an install file, and a
  catalogue is read, and taken or left, at the till's menu;
- a program is brought only with trust data that core has taken, and only the one archive that this names;
- the screen says in one line what became of it. The stick may be pulled at any moment.
"""

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final, Protocol, TypeVar

import msgspec

from pos.commands.output import print_json, print_line
from pos.commands.stick_files import (
    PIECE_BYTES,
    PROGRAMS,
    REPOSITORY,
    Bounds,
    StickError,
    copy_tree,
    need_room,
    open_file,
    opened_folder,
)
from pos.commands.updating import UPDATE_FOLDER
from pos.config import TerminalConfig
from pos.core.first_boot import INSTALL_FILE
from pos.core.trust_desk import STICK_FOLDER
from pos.durable import replace_file
from pos.errors import LinkError, MalformedError
from pos.exits import Exit
from pos.link.calls import Call, Role, TakeTrust, TellStick, TrustOrigin, TrustStep, TrustTaken
from pos.link.client import BlockingLink
from pos.link.stick import StickState
from pos.till.catalogue import CATALOGUE_BYTES_MAX, CATALOGUE_FILE
from pos.trust.faults import TrustFault
from pos.trust.folder import EMERGENCY_FOLDER
from pos.trust.metadata import TARGETS_BYTES_MAX
from pos.trust.sources import TARGETS_FOLDER, RepositoryFolder
from pos.update.installation import Installation, machine
from pos.update.pieces import PartialFile
from pos.update.versions import Offer, newest_offer
from pos.voucher.install_file import INSTALL_BYTES_MAX

R = TypeVar("R")
FOLDER: Final = "chak-pos"
TRUST: Final = "trust"
INSTALL: Final = "install.cose"
AGAIN_S: Final = 3.0
LATER_S_MAX: Final = 600.0
_FAULTS: Final = {
    TrustFault.ROLLBACK: StickState.OLDER,
    TrustFault.EXPIRED: StickState.EXPIRED,
    TrustFault.MISSING: StickState.INCOMPLETE,
    TrustFault.UNUSABLE: StickState.INCOMPLETE,
}
"""Everything else is a repository that cannot be trusted."""
_GOOD: Final = frozenset(
    {
        StickState.TRUST_TAKEN,
        StickState.PROGRAM_TAKEN,
        StickState.INSTALL_TAKEN,
        StickState.CATALOGUE_BROUGHT,
        StickState.SAME,
        StickState.EMPTY,
    }
)
_NEEDS_NOBODY: Final = frozenset({None, StickState.TRUST_TAKEN, StickState.SAME, StickState.EMPTY})
"""What is not worth a line where something else wants a person."""


class Link(Protocol):
    """Core, as far as it is asked about a stick."""

    def call(self, call: Call[R]) -> R: ...


class ImportJson(msgspec.Struct, frozen=True, kw_only=True):
    """The stable form of what became of a stick."""

    state: StickState | None
    """None where the stick is not ours."""


class _Version(msgspec.Struct, frozen=True, kw_only=True):
    version: int


class _Meta(msgspec.Struct, frozen=True, kw_only=True):
    meta: dict[str, _Version]


class _Signed(msgspec.Struct, frozen=True, kw_only=True):
    signed: _Meta


def import_stick(config: TerminalConfig, folder: Path, *, as_json: bool) -> int:
    """Take what the stick mounted at `folder` brings. Declined where it is not taken."""
    with opened_folder(folder / FOLDER) as ours:
        state = None if ours is None else _taken(config, ours)
    if as_json:
        print_json(ImportJson(state=state))
    else:
        print_line("nothing for a till on this stick" if state is None else state.value)
    return Exit.DONE if state is None or state in _GOOD else Exit.DECLINED


def _taken(config: TerminalConfig, ours: int) -> StickState:
    with _core(config) as core:
        _tell(core, StickState.READING)
        try:
            state = Import(config=config, core=core).take(ours)
        except StickError as error:
            sys.stderr.write(f"pos: not taken: {error}\n")
            state = error.state
        _tell(core, state)
    return state


@dataclass(frozen=True, slots=True, kw_only=True)
class Import:
    """One stick's content for one terminal."""

    config: TerminalConfig
    core: Link
    bounds: Bounds = REPOSITORY
    rest: Callable[[float], None] = time.sleep

    def take(self, ours: int) -> StickState:
        """Everything on it. Raises StickError where it is not taken."""
        has_install = not self.config.is_enrolled and self._copy(INSTALL, ours, INSTALL_FILE, INSTALL_BYTES_MAX)
        has_catalogue = self._copy(CATALOGUE_FILE, ours, Path(CATALOGUE_FILE), CATALOGUE_BYTES_MAX)
        with opened_folder(TRUST, inside=ours) as trust:
            state = None if trust is None else self._take_trust(trust)
        if state in (None, StickState.SAME) and has_install:
            return StickState.INSTALL_TAKEN
        if state in _NEEDS_NOBODY and has_catalogue:
            return StickState.CATALOGUE_BROUGHT
        return state or StickState.EMPTY

    def _copy(self, name: str, ours: int, staged: Path, bytes_max: int) -> bool:
        """Bring one file as it is; core knows whether it waits for one, and this user may not."""
        file = open_file(name, inside=ours)
        if file is None:
            return False
        with file, _readable():
            raw = file.read(bytes_max + 1)
        if len(raw) > bytes_max:
            raise StickError(StickState.TOO_LARGE, f"{name}: more than {bytes_max} bytes")
        place = self.config.terminal.staging / staged
        with _storable():
            place.parent.mkdir(parents=True, exist_ok=True)
            need_room(place.parent, len(raw), self.bounds)
            replace_file(place, raw)
        return True

    def _take_trust(self, trust: int) -> StickState:
        staged = self.config.terminal.staging / STICK_FOLDER
        if not copy_tree(trust, staged, self.bounds, leave=PROGRAMS):
            return StickState.EMPTY
        if not any((staged / place / "timestamp.json").is_file() for place in ("", EMERGENCY_FOLDER)):
            raise StickError(StickState.INCOMPLETE, "no timestamp.json: this is no trust repository")
        taken = self._judged()
        if taken.step is TrustStep.LATER:
            return StickState.LATER
        if taken.step is TrustStep.REFUSED:
            fault = TrustFault(taken.fault) if taken.fault else TrustFault.MISSING
            raise StickError(_FAULTS.get(fault, StickState.FORGED), f"the trust data is refused: {fault.value}")
        if self._bring_program(trust, staged):
            return StickState.PROGRAM_TAKEN
        return StickState.SAME if taken.step is TrustStep.SAME else StickState.TRUST_TAKEN

    def _judged(self) -> TrustTaken:
        """What core says of it; where a sale is open, once that is over."""
        waited_s = 0.0
        while True:
            taken = self.core.call(TakeTrust(origin=TrustOrigin.STICK))
            if not isinstance(taken, TrustTaken):
                raise StickError(StickState.INCOMPLETE, "this machine takes no trust data yet")
            if taken.step is not TrustStep.LATER or waited_s >= LATER_S_MAX:
                return taken
            _tell(self.core, StickState.LATER)
            self.rest(AGAIN_S)
            waited_s += AGAIN_S

    def _bring_program(self, trust: int, staged: Path) -> bool:
        """Copy the archive that the trust data names, if it is newer; whether it is here whole."""
        offer = self._wanted(staged)
        if offer is None:
            return False
        partial = PartialFile(self.config.terminal.staging / UPDATE_FOLDER, offer)
        if partial.is_complete:
            return True
        with _opened_below(trust, PurePosixPath(TARGETS_FOLDER) / offer.published_path) as handle:
            if handle is None:
                return False
            need_room(self.config.terminal.staging, offer.length, self.bounds)
            partial.drop_others()
            with _storable(), os.fdopen(os.dup(handle), "rb") as file:
                return _filled(partial, file.read)

    def _wanted(self, staged: Path) -> Offer | None:
        """What the trust data on the stick offers this machine: core has just verified these very files."""
        folder = self.config.update.dir
        if folder is None:
            return None
        with suppress(MalformedError, msgspec.DecodeError, OSError):
            offer = newest_offer(_targets_of(RepositoryFolder(staged)), machine=machine())
            return offer if offer is not None and Installation(folder).lacks(offer) else None
        return None


def _targets_of(repository: RepositoryFolder) -> bytes:
    """The top-level targets that the timestamp leads to. Raises MalformedError, msgspec.DecodeError."""
    raw, version = b"", None
    for role, of in (("timestamp", "snapshot.json"), ("snapshot", "targets.json"), ("targets", "")):
        found = repository.metadata(role, version, bytes_max=TARGETS_BYTES_MAX)
        if found is None:
            raise MalformedError(f"{role}: not there")
        raw = found
        if of:
            named = msgspec.json.decode(raw, type=_Signed).signed.meta.get(of)
            if named is None:
                raise MalformedError(f"{role}: does not name {of}")
            version = named.version
    return raw


def _filled(partial: PartialFile, read: Callable[[int], bytes]) -> bool:
    """Go on where the download or the last stick stopped; a whole that is something else is thrown away."""
    at = 0
    while at < partial.done_bytes:
        skipped = len(read(min(PIECE_BYTES, partial.done_bytes - at)))
        if not skipped:
            return False
        at += skipped
    while not partial.is_complete:
        first, last = partial.wanted()
        try:
            partial.append(read(last - first + 1))
        except ValueError as error:
            raise StickError(StickState.FORGED, f"the program on the stick: {error}") from error
    return True


@contextmanager
def _opened_below(folder: int, path: PurePosixPath) -> Iterator[int | None]:
    """A handle of a plain file some folders down, none of them a link."""
    if len(path.parts) > 1:
        with opened_folder(path.parts[0], inside=folder) as inner:
            if inner is None:
                yield None
                return
            with _opened_below(inner, PurePosixPath(*path.parts[1:])) as handle:
                yield handle
            return
    file = open_file(path.name, inside=folder)
    if file is None:
        yield None
        return
    with file:
        yield file.fileno()


@contextmanager
def _readable() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StickError(StickState.UNREADABLE, str(error)) from error


@contextmanager
def _storable() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StickError(StickState.UNREADABLE, f"neither read nor stored: {error}") from error


@contextmanager
def _core(config: TerminalConfig) -> Iterator[Link]:
    """Core through sync's socket, which is all that whoever reads sticks may reach; else whatever a command has."""
    try:
        link = BlockingLink(config.terminal.socket_dir, Role.SYNC)
    except LinkError:
        # Brings the network's libraries, for which whoever reads sticks has no use.
        from pos.commands.trust import trust_link

        with trust_link(config, Role.SYNC) as other:
            yield other
        return
    with closing(link):
        yield link


def _tell(core: Link, state: StickState) -> None:
    """The screen is told where there is one; what was taken stays taken."""
    with suppress(LinkError):
        core.call(TellStick(state=state))
