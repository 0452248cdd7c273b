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
- the version before stays; older ones go.

Who decides what is tried and when is `tending`; what proves a version is `health`.
"""

import hashlib
import platform
import shutil
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

    def stage(self, archive: Path, offer: Offer) -> str:
        """Unpack an archive beside what runs; nothing else changes. Raises UpdateError, OSError."""
        name = str(offer.version)
        place, unfinished = self._versions / name, self._versions / f"{name}.new"
        if place.is_dir():
            return name
        self._versions.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(unfinished, ignore_errors=True)
        try:
            with archive.open("rb") as file:
                if hashlib.file_digest(file, "sha256").hexdigest() != offer.sha256:
                    raise UpdateError(f"{name}: not the archive that was promised")
                file.seek(0)
                _unpack(file, unfinished)
            if not (unfinished / PROGRAM).is_file():
                raise UpdateError(f"{name}: the archive holds no {PROGRAM}")
        except (UpdateError, tarfile.TarError, OSError) as error:
            shutil.rmtree(unfinished, ignore_errors=True)
            raise error if isinstance(error, UpdateError | OSError) else UpdateError(f"{name}: {error}") from error
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

    def _drop_old(self, *, keep: Iterable[str]) -> None:
        for path in self._versions.iterdir():
            if path.name not in keep:
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
            archive.extract(member, place, filter="data")
