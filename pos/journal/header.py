"""What a database file says it is, read without SQLite: looking must not change a file that is not ours to change.

SQLite itself would recover and empty the write-ahead log of a database that it only opens and closes. The two numbers
stand in the first page (https://www.sqlite.org/fileformat.html, 1.3.5 and 1.3.14), the newest copy of which may be in
the log (same document, section 4).
"""

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pos.errors import DatabaseVersionError
from pos.journal.faults import DamagedError, mapped

APPLICATION_ID: Final = int.from_bytes(b"CHJ1", "big")
GENERATION: Final = 1
"""`user_version`: the oldest program generation that can still use the database. Migrations that only add leave it, so
that the previous version survives them after an update was taken back; a change it could not survive raises it."""

_MAGIC: Final = b"SQLite format 3\x00"
_FILE_HEADER_BYTES: Final = 100
_WAL_HEADER: Final = struct.Struct(">IIII8s8s")
_WAL_MAGIC: Final = (0x377F0682, 0x377F0683)
_FRAME_HEADER: Final = struct.Struct(">II8s8s")


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """The two numbers by which a program knows its own databases."""

    application_id: int
    generation: int
    """SQLite's `user_version`."""


def refuse_foreign(path: Path) -> None:
    """Raise DatabaseVersionError for a database from the future, DamagedError for one of something else."""
    identity = read_identity(path)
    if identity is None:
        return
    if identity.generation > GENERATION:
        raise DatabaseVersionError(found=identity.generation, known=GENERATION)
    if identity.application_id not in (0, APPLICATION_ID):
        raise DamagedError(f"{path.name} is a database of something else ({identity.application_id:#x})")


def read_identity(path: Path) -> Identity | None:
    """The identity of a database file; None for an empty one. Raises DamagedError if it is no database."""
    with mapped():
        with path.open("rb") as file:
            header = file.read(_FILE_HEADER_BYTES)
        newest = _newest_first_page(path.with_name(path.name + "-wal")) or header
        # The very first page may be torn; SQLite then undoes it from the journal that it makes before its first write.
        is_unmade = path.with_name(path.name + "-journal").exists()
    if not newest or (is_unmade and not newest.startswith(_MAGIC)):
        return None
    if not newest.startswith(_MAGIC):
        raise DamagedError(f"{path.name} is not a database")
    return Identity(
        application_id=int.from_bytes(newest[68:72], "big"), generation=int.from_bytes(newest[60:64], "big")
    )


def _newest_first_page(log: Path) -> bytes | None:
    """The header in the newest copy of page 1 in a write-ahead log, if there is one."""
    try:
        file = log.open("rb")
    except FileNotFoundError:
        return None
    newest = None
    with file:
        header = file.read(_WAL_HEADER.size)
        if len(header) < _WAL_HEADER.size:
            return None
        magic, _, page_bytes, _, salts, _ = _WAL_HEADER.unpack(header)
        if magic not in _WAL_MAGIC:
            return None
        at = _WAL_HEADER.size
        while len(frame := file.read(_FRAME_HEADER.size)) == _FRAME_HEADER.size:
            page, _, frame_salts, _ = _FRAME_HEADER.unpack(frame)
            # Frames of an earlier round of the log carry other salts; the last one may be torn.
            if frame_salts == salts and page == 1:
                page_start = file.read(_FILE_HEADER_BYTES)
                newest = page_start if page_start.startswith(_MAGIC) else newest
            at += _FRAME_HEADER.size + page_bytes
            file.seek(at)
    return newest
