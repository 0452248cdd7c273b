"""The trust data that a terminal has adopted, as it lies on the disk.

    DIR/current.json           which set holds, and its versions; replaced as the last step of every change
    DIR/sets/NUMBER/metadata/  the metadata that was verified: the floor below which nothing is taken any more
    DIR/sets/NUMBER/targets/   the files, each verified against it when it was copied

Rules:

- a set is written whole and made durable before `current.json` names it, so that a power cut at any step leaves the old
  set or the new one; a set that nothing names is removed at the next change;
- files that did not change are linked, not copied: the list of a million revoked vouchers is written once.

Whether bytes deserve to be here is for `adoption`.
"""

import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec

from pos.durable import replace_file, sync_filesystem
from pos.errors import TrustError
from pos.trust.sources import METADATA_FOLDER, TARGETS_FOLDER

CURRENT_FILE: Final = "current.json"
SETS_FOLDER: Final = "sets"
EMERGENCY_FOLDER: Final = "emergency"
"""In the trust folder, another one of this kind for what emergencies took away."""
FORMAT: Final = 1


class CurrentSet(msgspec.Struct, frozen=True, kw_only=True):
    """`current.json`. Versions are 0 where there is nothing yet."""

    format: int = FORMAT
    number: int
    root_version: int
    timestamp_version: int = 0
    snapshot_version: int = 0
    hashes: dict[str, str] = {}
    """SHA-256 of each target by its path, as the metadata promised it and as it was found."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredSet:
    """A set that holds."""

    current: CurrentSet
    folder: Path

    @property
    def targets(self) -> Path:
        return self.folder / TARGETS_FOLDER

    def metadata(self, role: str) -> bytes | None:
        """A role's stored bytes; None where there are none. Raises TrustError where they cannot be read."""
        try:
            return (self.folder / METADATA_FOLDER / f"{role}.json").read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise TrustError(f"{role}.json: cannot be read: {error.strerror}") from error


class TrustFolder:
    """One terminal's trust data."""

    def __init__(self, folder: Path) -> None:
        self.folder: Final = folder

    def stored(self) -> StoredSet | None:
        """The set that holds; None before the first. Raises TrustError where it cannot be told."""
        path = self.folder / CURRENT_FILE
        try:
            current = msgspec.json.decode(path.read_bytes(), type=CurrentSet)
        except FileNotFoundError:
            return None
        except (OSError, msgspec.DecodeError) as error:
            raise TrustError(f"{CURRENT_FILE}: cannot be read: {error}") from error
        if current.format != FORMAT:
            raise TrustError(f"{CURRENT_FILE}: was written by a newer program (format {current.format})")
        return StoredSet(current=current, folder=self._set(current.number))

    def begin(self, *, from_nothing: bool = False) -> "NewSet":
        """An empty set beside the one that holds, from which it may keep files unless told otherwise.

        Raises TrustError, OSError.
        """
        stored = self.stored()
        number = 1 if stored is None else stored.current.number + 1
        folder = self._set(number)
        if folder.exists():
            shutil.rmtree(folder)
        (folder / METADATA_FOLDER).mkdir(parents=True)
        (folder / TARGETS_FOLDER).mkdir()
        return NewSet(number=number, folder=folder, before=None if from_nothing else stored)

    def commit(self, made: "NewSet", current: CurrentSet) -> StoredSet:
        """Let a finished set hold from now on, durably. Raises OSError, and then the old one holds."""
        assert current.number == made.number, "the set that was begun is the one that is named"
        sync_filesystem(made.folder)
        replace_file(self.folder / CURRENT_FILE, msgspec.json.encode(current))
        for other in (self.folder / SETS_FOLDER).iterdir():
            if other != made.folder:
                shutil.rmtree(other, ignore_errors=True)
        return StoredSet(current=current, folder=made.folder)

    def _set(self, number: int) -> Path:
        return self.folder / SETS_FOLDER / f"{number:08d}"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSet:
    """A set that is being written."""

    number: int
    folder: Path
    before: StoredSet | None

    @property
    def targets(self) -> Path:
        return self.folder / TARGETS_FOLDER

    def write_metadata(self, role: str, raw: bytes) -> None:
        (self.folder / METADATA_FOLDER / f"{role}.json").write_bytes(raw)

    def place(self, path: str) -> Path:
        """Where a target is written; its folder is made."""
        place = self.targets / path
        place.parent.mkdir(parents=True, exist_ok=True)
        return place

    def keep(self, path: str, sha256: str) -> bool:
        """Take a target over from the set before, if that is the very same file."""
        before = self.before
        if before is None or before.current.hashes.get(path) != sha256:
            return False
        try:
            os.link(before.targets / path, self.place(path))
        except OSError:
            return False
        return True

    def keep_all(self) -> None:
        """Take over everything that the set before has."""
        if self.before is not None:
            shutil.copytree(self.before.folder, self.folder, copy_function=os.link, dirs_exist_ok=True)

    def drop(self) -> None:
        """Give the set up."""
        shutil.rmtree(self.folder, ignore_errors=True)
