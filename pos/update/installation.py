"""The versions of the program on this machine, and the one link that says which runs.

    DIR/versions/VERSION/   a whole version; unpacked as VERSION.new, made durable, then renamed
    DIR/current             link to the version that runs; replaced by one rename
    DIR/state.json          what is on trial since when, what to return to, and what never to try again

Rules:

- everything of a version is durable before its name is, and its name before anything points there: a cut at any step
  leaves a link to a whole version;
- `state.json` says what is tried before the link says it; after a cut in between the trial begins at the next start;
- a version on trial that does not prove itself within `STARTS_MAX` starts of one boot, or `BOOTS_MAX` boots, is left
  for the one before, by itself; one that proved itself is never counted again, however often the plug is pulled;
- the version before stays; older ones go;
- an archive is copied to where nobody else can write before it is hashed and unpacked: whoever brought it may still
  have it open;
- the package's own version is a link to where the package lies. It stays whatever is brought; a newer package takes the
  place of an older version, never of a newer one.

Who decides what is tried and when is `tending`; what proves a version is `health`.
"""

import hashlib
import os
import platform
import shutil
import stat
import tarfile
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, Final

import msgspec

from pos.durable import replace_file, sync_filesystem, sync_folder
from pos.errors import MalformedError, PosError
from pos.update.versions import Offer, Version

STARTS_MAX: Final = 3
BOOTS_MAX: Final = 5
UNPACKED_BYTES_MAX: Final = 600 * 1024 * 1024
FILES_MAX: Final = 20_000
PROGRAM: Final = "bin/pos"
"""What every version has, and its start."""
INTERPRETER: Final = "bin/python3"
"""The machine's own: an archive that named a program outside itself would be refused."""
_SYSTEM_PYTHON: Final = Path("/usr/bin/python3")

_BLOCK_BYTES: Final = 1024 * 1024
_MACHINES: Final = {"x86_64": "amd64", "aarch64": "arm64"}


class UpdateError(PosError):
    """An archive that is not the promised one, or no version of this program."""


class Trial(msgspec.Struct, frozen=True, kw_only=True):
    """A version that has not proved itself yet."""

    version: str
    previous: str
    boot: str = ""
    starts: int = 0
    """In this boot."""
    boots: int = 0


class InstallationState(msgspec.Struct, frozen=True, kw_only=True):
    """`state.json`."""

    trial: Trial | None = None
    previous: str | None = None
    """The version before the one that runs, once that has proved itself."""
    refused: tuple[str, ...] = ()
    """Versions that were tried and left."""


class Installation:
    """One machine's versions."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._versions = folder / "versions"
        self._link = folder / "current"

    @property
    def current(self) -> str:
        """The version that the link points to. Raises OSError where there is none."""
        return self._link.readlink().name

    @property
    def state(self) -> InstallationState:
        """Where things stand; a damaged file forgets a trial, and the link still points to a whole version."""
        with suppress(OSError, msgspec.DecodeError):
            return msgspec.json.decode((self._folder / "state.json").read_bytes(), type=InstallationState)
        return InstallationState()

    def staged(self) -> tuple[str, ...]:
        """Whole versions that could run, oldest first."""
        return tuple(str(version) for version in sorted(_versions(path.name for path in self._versions.iterdir())))

    def lacks(self, offer: Offer) -> bool:
        """Whether this is newer than what runs, was never left, and is not here yet. Raises OSError, MalformedError."""
        if offer.version <= Version.parse(self.current) or str(offer.version) in self.state.refused:
            return False
        return str(offer.version) not in self.staged()

    def stage(self, archive: Path, offer: Offer) -> str:
        """Unpack an archive beside what runs; nothing else changes. Raises UpdateError, OSError."""
        name = str(offer.version)
        place, unfinished = self._versions / name, self._versions / f"{name}.new"
        if place.is_dir():
            return name
        self._versions.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(unfinished, ignore_errors=True)
        own = self._versions / f"{name}.tar.new"
        own.unlink(missing_ok=True)
        try:
            _copy_promised(archive, own, offer)
            with own.open("rb") as file:
                _unpack(file, unfinished)
            if not os.access(unfinished / PROGRAM, os.X_OK):
                raise UpdateError(f"{name}: the archive holds no {PROGRAM} that could be started")
            (unfinished / INTERPRETER).symlink_to(_SYSTEM_PYTHON)
        except (UpdateError, tarfile.TarError, OSError) as error:
            shutil.rmtree(unfinished, ignore_errors=True)
            raise error if isinstance(error, UpdateError | OSError) else UpdateError(f"{name}: {error}") from error
        finally:
            own.unlink(missing_ok=True)
        sync_filesystem(unfinished)
        unfinished.rename(place)
        sync_folder(self._versions)
        return name

    def begin_trial(self, version: str) -> None:
        """Let another whole version run from the next start on."""
        assert (self._versions / version / PROGRAM).is_file(), "only what was staged is tried"
        before = self.state
        trial = Trial(version=version, previous=self.current)
        self._write(msgspec.structs.replace(before, trial=trial))
        self._point_to(version)

    def start(self, boot: str) -> str:
        """Called before the program starts: finish or end a trial; return the version that runs now."""
        state = self.state
        trial = state.trial
        if trial is None:
            return self.current
        starts, boots = (trial.starts + 1, trial.boots) if trial.boot == boot else (1, trial.boots + 1)
        if starts > STARTS_MAX or boots > BOOTS_MAX:
            return self.fall_back()
        counted = msgspec.structs.replace(trial, boot=boot, starts=starts, boots=boots)
        self._write(msgspec.structs.replace(state, trial=counted))
        if self.current != trial.version:
            self._point_to(trial.version)
        return trial.version

    def confirm(self) -> None:
        """The version on trial has proved itself."""
        state = self.state
        if state.trial is None:
            return
        self._write(msgspec.structs.replace(state, trial=None, previous=state.trial.previous))
        self._drop_old(keep=(state.trial.version, state.trial.previous))

    def fall_back(self) -> str:
        """Leave the version on trial for the one before, and never try it again; returns the one that runs now."""
        state = self.state
        assert state.trial is not None, "there is nothing to fall back from"
        # First the link, then the state: a cut in between falls back once more, to the same.
        self._point_to(state.trial.previous)
        refused = (*state.refused, state.trial.version)[-FILES_MAX:]
        self._write(InstallationState(previous=state.previous, refused=refused))
        return state.trial.previous

    def adopt_package(self, version: str, place: Path) -> str:
        """A package was installed at `place`: its version is one of this machine's from now on; the one that runs then.

        What was brought and is newer goes on running; what is older is left for it on trial.
        """
        self._versions.mkdir(parents=True, exist_ok=True)
        packaged = {path.name for path in self._versions.iterdir() if path.is_symlink()}
        before = self._link.readlink().name if self._link.is_symlink() else None
        self._link_package(version, place)
        state = _without(self.state, packaged | {version}, instead=version)
        if before is None or before in packaged:
            # What ran lay where the package now lies: there is nothing to return to.
            self._write(msgspec.structs.replace(state, trial=None))
            self._point_to(version)
        elif Version.parse(before) < Version.parse(version):
            self._write(msgspec.structs.replace(state, trial=Trial(version=version, previous=before)))
            self._point_to(version)
        else:
            self._write(state)
        for stale in packaged - {version}:
            (self._versions / stale).unlink()
        sync_folder(self._versions)
        return self.current

    def _link_package(self, version: str, place: Path) -> None:
        link, new = self._versions / version, self._versions / f"{version}.link.new"
        if link.is_dir() and not link.is_symlink():
            # The same version was brought before: the package's copy is the one that dpkg looks after.
            shutil.rmtree(link)
        new.unlink(missing_ok=True)
        new.symlink_to(place)
        new.rename(link)
        sync_folder(self._versions)

    def _drop_old(self, *, keep: Iterable[str]) -> None:
        for path in self._versions.iterdir():
            if path.name not in keep and not path.is_symlink():
                shutil.rmtree(path, ignore_errors=True)

    def _write(self, state: InstallationState) -> None:
        replace_file(self._folder / "state.json", msgspec.json.encode(state))

    def _point_to(self, version: str) -> None:
        new = self._folder / "current.new"
        new.unlink(missing_ok=True)
        new.symlink_to(Path("versions") / version)
        new.rename(self._link)
        sync_folder(self._folder)


def machine() -> str:
    """This machine as archives name it."""
    name = platform.machine()
    return _MACHINES.get(name, name)


def _without(state: InstallationState, replaced: set[str], *, instead: str) -> InstallationState:
    """A state in which no version is named any more that a package has replaced."""
    previous = instead if state.previous in replaced else state.previous
    trial = state.trial
    if trial is not None:
        trial = (
            None
            if trial.version in replaced
            else msgspec.structs.replace(trial, previous=instead if trial.previous in replaced else trial.previous)
        )
    refused = tuple(version for version in state.refused if version not in replaced)
    return InstallationState(trial=trial, previous=previous, refused=refused)


def _copy_promised(archive: Path, own: Path, offer: Offer) -> None:
    """Copy an archive that others may write to. Raises UpdateError where it is not the promised one, OSError."""
    descriptor = os.open(archive, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb") as file, own.open("xb") as copy:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode) or found.st_size != offer.length:
            raise UpdateError(f"{offer.version}: not the archive that was promised")
        digest = hashlib.sha256()
        left = offer.length
        while left and (block := file.read(min(left, _BLOCK_BYTES))):
            digest.update(block)
            copy.write(block)
            left -= len(block)
        if left or digest.hexdigest() != offer.sha256:
            raise UpdateError(f"{offer.version}: not the archive that was promised")


def _versions(names: Iterable[str]) -> list[Version]:
    found: list[Version] = []
    for name in names:
        with suppress(MalformedError):
            found.append(Version.parse(name))
    return found


def _unpack(file: BinaryIO, place: Path) -> None:
    """Unpack plain files, folders and links that stay inside, within bounds. Raises UpdateError, TarError, OSError."""
    left, count = UNPACKED_BYTES_MAX, 0
    with tarfile.open(fileobj=file, mode="r:") as archive:
        for member in archive:
            left, count = left - member.size, count + 1
            if left < 0 or count > FILES_MAX:
                raise UpdateError("the archive holds more than a version of this program does")
            _unpack_member(archive, member, place)


def _unpack_member(archive: tarfile.TarFile, member: tarfile.TarInfo, place: Path) -> None:
    # Debian 12's Python has no filters for this. Owners are not taken over: the unit that unpacks may change none.
    target = place / member.name
    if ".." in target.parts or not _is_inside(target.parent, place):
        raise UpdateError(f"{member.name}: lies outside")
    if member.isdir():
        target.mkdir(mode=0o755, parents=True, exist_ok=True)
        target.chmod(0o755)
    elif member.issym():
        if not _is_inside(target.parent / member.linkname, place):
            raise UpdateError(f"{member.name}: leads outside")
        target.symlink_to(member.linkname)
    elif (packed := archive.extractfile(member) if member.isreg() else None) is not None:
        target.parent.mkdir(parents=True, exist_ok=True)
        with packed, target.open("xb") as file:
            shutil.copyfileobj(packed, file)
        target.chmod(0o755 if member.mode & 0o100 else 0o644)
    else:
        raise UpdateError(f"{member.name}: neither file, folder nor link")


def _is_inside(path: Path, place: Path) -> bool:
    """Wherever links lead to, those that go round in circles included."""
    return Path(os.path.realpath(path)).is_relative_to(os.path.realpath(place))
