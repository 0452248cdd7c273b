"""Reading a stranger's memory stick: plain files, copied with bounds, and nothing else.

Rules:

- folders are entered and files opened one name at a time, never through a link, a device or a pipe; what is no plain
  file or folder, or has a name that none of ours has, is as if it were not there;
- what counts is what was read, never what a directory says: a file may claim any size, and grow while it is read;
- a stick that holds more than it may, in names, depth or bytes, is left altogether;
- the till keeps its room: nothing is copied that would take it.

Nothing here believes what was copied, and nothing is ever executed from it.
"""

import errno
import os
import re
import shutil
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import BinaryIO, Final

from pos.core.disk import RESERVE_BYTES, free_bytes
from pos.errors import PosError
from pos.link.stick import StickState
from pos.trust.adoption import TARGET_BYTES_MAX
from pos.trust.sources import TARGETS_FOLDER

PIECE_BYTES: Final = 256 * 1024
_NO_FOLDER: Final = frozenset({errno.ENOENT, errno.ENOTDIR, errno.ELOOP})
"""Nothing there, something else there, or a link."""
_NO_FILE: Final = _NO_FOLDER | {errno.EACCES, errno.ENXIO, errno.ENODEV}
"""A socket or a device too, or what this user may not read."""
_NAME: Final = re.compile(r"[A-Za-z0-9_%-][A-Za-z0-9._%-]{0,199}")


class StickError(PosError):
    """A stick that is not taken; `state` says why."""

    def __init__(self, state: StickState, what: str) -> None:
        super().__init__(what)
        self.state = state


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """How much a stick may hold, and what has to stay free here."""

    names_max: int
    depth_max: int
    file_bytes_max: int
    bytes_max: int
    room_bytes: int
    free_bytes: Callable[[Path], int]


REPOSITORY: Final = Bounds(
    names_max=20_000,
    depth_max=6,
    file_bytes_max=TARGET_BYTES_MAX,
    bytes_max=512 * 1024 * 1024,
    room_bytes=2 * RESERVE_BYTES,
    free_bytes=free_bytes,
)
"""More than a city's trust repository has; a stick may hold anything."""
PROGRAMS: Final = PurePosixPath(TARGETS_FOLDER) / "app"
"""In a repository: archives of the program, larger than everything else in it."""


@contextmanager
def opened_folder(path: Path | str, *, inside: int | None = None) -> Iterator[int | None]:
    """A handle of a real folder; None where there is none. Raises StickError where the medium does not answer."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=inside)
    except OSError as error:
        if error.errno not in _NO_FOLDER:
            raise StickError(StickState.UNREADABLE, f"{path}: {error.strerror}") from error
        handle = None
    try:
        yield handle
    finally:
        if handle is not None:
            os.close(handle)


def open_file(name: str, *, inside: int) -> BinaryIO | None:
    """A plain file in a folder; None for everything else. Raises StickError where the medium does not answer."""
    try:
        handle = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=inside)
    except OSError as error:
        if error.errno not in _NO_FILE:
            raise StickError(StickState.UNREADABLE, f"{name}: {error.strerror}") from error
        return None
    if stat.S_ISREG(os.fstat(handle).st_mode):
        return os.fdopen(handle, "rb")
    os.close(handle)
    return None


def copy_tree(source: int, target: Path, bounds: Bounds, *, leave: PurePosixPath) -> int:
    """Copy a folder's plain files to `target`, which is made anew, all but those below `leave`; returns their number.

    Raises StickError; nothing half copied is then in `target`.
    """
    made = target.with_name(f"{target.name}.new")
    shutil.rmtree(made, ignore_errors=True)
    copying = _Copying(target=made, bounds=bounds, leave=leave)
    try:
        made.mkdir(parents=True)
        copying.folder(source, PurePosixPath())
        shutil.rmtree(target, ignore_errors=True)
        made.rename(target)
    except OSError as error:
        raise StickError(StickState.UNREADABLE, f"copying stopped: {error}") from error
    finally:
        shutil.rmtree(made, ignore_errors=True)
    return copying.files


@dataclass(slots=True, kw_only=True)
class _Copying:
    """One tree on its way."""

    target: Path
    bounds: Bounds
    leave: PurePosixPath
    names: int = 0
    files: int = 0
    left_bytes: int = 0

    def __post_init__(self) -> None:
        self.left_bytes = self.bounds.bytes_max

    def folder(self, handle: int, place: PurePosixPath) -> None:
        if len(place.parts) > self.bounds.depth_max:
            raise StickError(StickState.TOO_LARGE, f"{place}: deeper than {self.bounds.depth_max} folders")
        with os.scandir(handle) as entries:
            for entry in entries:
                self.names += 1
                if self.names > self.bounds.names_max:
                    raise StickError(StickState.TOO_LARGE, f"more than {self.bounds.names_max} names")
                if _NAME.fullmatch(entry.name):
                    self._entry(handle, entry, place / entry.name)

    def _entry(self, handle: int, entry: "os.DirEntry[str]", place: PurePosixPath) -> None:
        if entry.is_dir(follow_symlinks=False):
            if place != self.leave:
                with opened_folder(entry.name, inside=handle) as inner:
                    if inner is not None:
                        self.folder(inner, place)
        elif entry.is_file(follow_symlinks=False):
            file = open_file(entry.name, inside=handle)
            if file is not None:
                with file:
                    self._file(file, place)

    def _file(self, file: BinaryIO, place: PurePosixPath) -> None:
        path = self.target / place
        path.parent.mkdir(parents=True, exist_ok=True)
        left = min(self.bounds.file_bytes_max, self.left_bytes)
        with path.open("xb") as copy:
            while piece := file.read(PIECE_BYTES):
                left -= len(piece)
                self.left_bytes -= len(piece)
                if left < 0:
                    raise StickError(StickState.TOO_LARGE, f"{place}: more bytes than a stick of ours has")
                need_room(self.target, len(piece), self.bounds)
                copy.write(piece)
        self.files += 1


def need_room(folder: Path, size: int, bounds: Bounds) -> None:
    """Raise StickError where `size` more bytes would take the till's room."""
    if bounds.free_bytes(folder) - size < bounds.room_bytes:
        raise StickError(StickState.NO_ROOM, f"{folder}: no room for what the stick holds")
