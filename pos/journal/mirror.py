"""The journal's second medium: the same signed entries, appended to a file on another disk before they are committed.

    record = u32 length | u32 CRC-32 of the entry | the entry's bytes        (big-endian)

Rules:

- entry 1 is the first record and none is left out, so the place of each record follows from the entries before it;
- a record is synced before the database commits: whatever was approved is on both media, and the mirror is never
  behind;
- nothing is ever written into a folder without the marker file that `prepare_mirror` left there: a mount point whose
  medium is missing is an ordinary empty folder of the wrong disk. A marker of another terminal's key is left alone;
- a torn last append is cut off at start. Anything longer is damage, kept beside the new file and never thrown away;
- a medium that failed is not written again until it has been checked from its beginning.

What differs between mirror and database is settled in `reconcile`.
"""

import os
import struct
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO, Final

from pos.errors import JournalError
from pos.journal.faults import fault_of
from pos.journal.files import sync_folder
from pos.voucher.entry import ENTRY_BYTES_MAX

MARKER_NAME: Final = "chak-journal-mirror"
FILE_NAME: Final = "journal.mirror"
BATCH_BYTES_MAX: Final = 4 * (ENTRY_BYTES_MAX + 8)
"""Most that one append writes, and so the longest tail that a cut can tear."""

_HEAD: Final = struct.Struct(">II")
HEAD_BYTES: Final = _HEAD.size


class MirrorState(StrEnum):
    """How the second medium stands."""

    OFF = "off"
    """None is configured."""
    CURRENT = "current"
    MISSING = "missing"
    """No medium with our marker is there."""
    FOREIGN = "foreign"
    """The marker names another terminal's key."""
    FORKED = "forked"
    """It holds another entry than the database for the same sequence; both are left as they are."""
    FAILED = "failed"
    """The medium did not take or give what was asked of it."""


class MirrorError(JournalError):
    """The second medium did not take or give what was asked of it. The database is not concerned."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One whole record and the offset just behind it."""

    entry: bytes
    end: int


def prepare_mirror(folder: Path, *, terminal: str, public_key: bytes) -> None:
    """Make `folder` the mirror of this terminal; done once, by a person who knows that the medium is mounted.

    Raises MirrorError where the folder already belongs to another key, or cannot be written.
    """
    if is_marked(folder, public_key=public_key) is False:
        raise MirrorError(f"{folder} is the mirror of another terminal")
    with _mapped():
        marker = folder / MARKER_NAME
        with marker.open("w", encoding="ascii") as file:
            file.write(f"terminal {terminal}\nkey {public_key.hex()}\n")
            file.flush()
            os.fsync(file.fileno())
        sync_folder(folder)


def is_marked(folder: Path, *, public_key: bytes) -> bool | None:
    """Whether the folder's marker names this key; None where there is no marker."""
    with _mapped():
        try:
            lines = (folder / MARKER_NAME).read_text("utf-8", errors="replace").splitlines()
        except (FileNotFoundError, NotADirectoryError):
            return None
    return f"key {public_key.hex()}" in lines


@dataclass(frozen=True, slots=True, kw_only=True)
class Marker:
    """Whose medium it says it is; nobody has signed that."""

    terminal: str
    public_key: bytes


def marker_of(folder: Path) -> Marker | None:
    """What the folder's marker says; None where there is none that can be read."""
    try:
        lines = (folder / MARKER_NAME).read_text("utf-8", errors="replace").splitlines()
        terminal, key = (line.removeprefix(word) for line, word in zip(lines, ("terminal ", "key "), strict=True))
        return Marker(terminal=terminal, public_key=bytes.fromhex(key))
    except (OSError, ValueError):
        return None


def read_mirror(folder: Path) -> Iterator[Record]:
    """The whole records of anybody's medium, read without writing there, to the first that is not whole.

    Raises MirrorError, also in the middle: a medium can be pulled out.
    """
    with _mapped(), (folder / FILE_NAME).open("rb") as file:
        yield from _whole_records(file, end=0)


class Mirror:
    """The open mirror file."""

    def __init__(self, folder: Path) -> None:
        """Open the file in a folder whose marker has been checked; like every method, raises MirrorError."""
        self.path = folder / FILE_NAME
        with _mapped():
            self._descriptor = os.open(self.path, os.O_CREAT | os.O_RDWR | os.O_APPEND | os.O_CLOEXEC, 0o600)
            sync_folder(folder)

    @property
    def size_bytes(self) -> int:
        with _mapped():
            return os.fstat(self._descriptor).st_size

    def append(self, entries: Iterable[bytes]) -> None:
        """Write the entries durably behind the last one. After an error the file's end is unknown: close it."""
        batch = bytearray()
        for entry in entries:
            if len(batch) + HEAD_BYTES + len(entry) > BATCH_BYTES_MAX:
                self._append(batch)
                batch.clear()
            batch += _HEAD.pack(len(entry), zlib.crc32(entry)) + entry
        if batch:
            self._append(batch)

    def _append(self, batch: bytearray) -> None:
        with _mapped():
            written = os.write(self._descriptor, batch)
            if written != len(batch):
                raise MirrorError(f"the mirror took {written} of {len(batch)} bytes")
            os.fdatasync(self._descriptor)

    def records(self, *, start: int = 0) -> Iterator[Record]:
        """Read whole records from `start` until the end of the file or the first one that is not whole."""
        with _mapped(), self.path.open("rb") as file:
            file.seek(start)
            yield from _whole_records(file, end=start)

    def cut(self, end: int) -> None:
        """Drop what lies behind `end`, durably."""
        with _mapped():
            os.ftruncate(self._descriptor, end)
            os.fsync(self._descriptor)

    def set_aside(self) -> Path:
        """Keep the present file under another name and go on with an empty one; returns the kept file."""
        number = 1
        while (kept := self.path.with_name(f"{FILE_NAME}.damaged-{number}")).exists():
            number += 1
        self.close()
        with _mapped():
            self.path.rename(kept)
        fresh = Mirror(self.path.parent)
        self._descriptor = fresh._descriptor
        return kept

    def close(self) -> None:
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1


@contextmanager
def _mapped() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise MirrorError(str(fault_of(error))) from error


def _whole_records(file: BinaryIO, *, end: int) -> Iterator[Record]:
    while (entry := _read_record(file)) is not None:
        end += HEAD_BYTES + len(entry)
        yield Record(entry=entry, end=end)


def _read_record(file: BinaryIO) -> bytes | None:
    head = file.read(HEAD_BYTES)
    if len(head) < HEAD_BYTES:
        return None
    length, checksum = _HEAD.unpack(head)
    if not 0 < length <= ENTRY_BYTES_MAX:
        return None
    entry = file.read(length)
    return entry if len(entry) == length and zlib.crc32(entry) == checksum else None
