"""Copies of the journal's database: whole, checked, and complete under their name or not there at all.

    FOLDER/journal-000000000123.db      ends with entry 123

Rules:

- the file is copied while core leaves it alone (`Database.hold_still`): nothing waits for the copy, which is made in
  small pieces, each on the medium before the next, so that a sale in between waits for one piece at most;
- the copy is read back from the medium and opened as a journal: every page, every hash, the signatures since the last
  check, and the newest entry must be what core said. Only then it gets its name, and only then an older one goes;
- a copy knows that it is one: opened as a till's journal it sells nothing before the second medium or the ledger has
  said what came after it, because the next entry may be signed already;
- a copy never takes the room that selling needs: older ones go first, and where that is not enough there is none.
"""

import os
import re
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from pos.errors import DiskFullError
from pos.journal.acknowledgements import remember_missing
from pos.journal.chain import check_chain
from pos.journal.database import Database
from pos.journal.faults import DamagedError, HeldError, mapped
from pos.journal.files import sync_folder
from pos.voucher.entry import FIRST_PREVIOUS
from pos.voucher.keys import PublicKey

KEPT: Final = 3
PIECE_BYTES: Final = 256 * 1024
_NAME: Final = re.compile(r"journal-([0-9]{12})\.db")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What is copied, and what has to be found in the copy."""

    public_key: PublicKey
    head: int
    hash: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """Where copies are kept, and how many."""

    folder: Path
    free_bytes: Callable[[Path], int]
    room_bytes: int
    """What stays free on the medium whatever happens."""
    kept: int = KEPT
    rest: Callable[[float], None] = time.sleep
    """Waits as many seconds as the last piece took: half of the medium's time belongs to others."""

    def copies(self) -> tuple[Path, ...]:
        """The copies, the newest first."""
        found = (path for path in self.folder.iterdir() if _NAME.fullmatch(path.name))
        return tuple(sorted(found, reverse=True))

    def take(self, source: BinaryIO, ground: Ground, *, is_undisturbed: Callable[[], bool]) -> Path:
        """Copy a journal's database, check the copy and name it; returns its path.

        Raises HeldError where the file was written to meanwhile, DiskFullError, DamagedError, ChainError or
        JournalError; the older copies then stay, but for those that had to make room.
        """
        path = self.folder / f"journal-{ground.head:012d}.db"
        draft = path.with_suffix(".draft")
        try:
            is_same = self._copy(source, draft)
            if not is_undisturbed():
                raise HeldError("the journal's file was written to while it was copied")
            _refuse_other(draft, is_same=is_same)
            _check(draft, ground)
            return self._named(draft, path)
        finally:
            self._clear()

    def take_same(self, copy: Path) -> Path:
        """Put a copy that was checked on this medium too, and read it back. Raises as `take` does."""
        path = self.folder / copy.name
        draft = path.with_suffix(".draft")
        try:
            with mapped(), copy.open("rb") as source:
                _refuse_other(draft, is_same=self._copy(source, draft))
            return self._named(draft, path)
        finally:
            self._clear()

    def _copy(self, source: BinaryIO, draft: Path) -> bool:
        """Whether it reads back as what was copied."""
        self._clear()
        with mapped():
            size = os.fstat(source.fileno()).st_size
            self._make_room(size)
            source.seek(0)
            with draft.open("xb") as copy:
                os.fchmod(copy.fileno(), 0o600)
                while piece := source.read(PIECE_BYTES):
                    began_s = time.monotonic()
                    copy.write(piece)
                    copy.flush()
                    os.fdatasync(copy.fileno())
                    self.rest(time.monotonic() - began_s)
            return _reads_back(source, draft)

    def _make_room(self, size: int) -> None:
        copies = list(self.copies())
        while self.free_bytes(self.folder) - size < self.room_bytes and len(copies) > 1:
            copies.pop().unlink()
        if self.free_bytes(self.folder) - size < self.room_bytes:
            raise DiskFullError(
                f"{self.folder}: a copy of {size // 1_000_000} MB would take the room that selling needs"
            )

    def _named(self, draft: Path, path: Path) -> Path:
        with mapped():
            _sync(draft)
            draft.rename(path)
            sync_folder(self.folder)
            for old in self.copies()[self.kept :]:
                old.unlink()
        return path

    def _clear(self) -> None:
        """Remove what was begun and not finished, now or before a power cut."""
        with suppress(OSError):
            for path in self.folder.glob("journal-*.draft*"):
                path.unlink()


def _check(draft: Path, ground: Ground) -> None:
    """Open the copy as the journal that it is, and leave in it that it is a copy."""
    database = Database(draft)
    try:
        problems = database.integrity_problems()
        if problems:
            raise DamagedError(f"the copy is damaged: {problems[0]}")
        head = check_chain(database, ground.public_key).head
        if (head.sequence, head.hash) != (ground.head, ground.hash):
            raise DamagedError(f"the copy ends with entry {head.sequence}, and not where the journal did")
        remember_missing(database, FIRST_PREVIOUS)
    finally:
        database.close()


def _refuse_other(draft: Path, *, is_same: bool) -> None:
    if not is_same:
        raise DamagedError(f"{draft.parent}: what was written there reads back as something else")


def _reads_back(source: BinaryIO, draft: Path) -> bool:
    source.seek(0)
    with draft.open("rb") as copy:
        # From the medium, and not from what was written to it a moment ago.
        os.posix_fadvise(copy.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        while expected := source.read(PIECE_BYTES):
            if expected != copy.read(PIECE_BYTES):
                return False
        return not copy.read(1)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
