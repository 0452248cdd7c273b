"""Snapshots of the journal: whole, checked, and complete under their name or not there at all.

A snapshot is a copy that SQLite itself makes (`VACUUM INTO`), synced, read back with a full integrity check, and only
then given its name. It is as old as its last entry; what came later is on the mirror and at the ledger.
"""

import os
import re
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Final

from pos.journal.database import Database
from pos.journal.faults import DamagedError, mapped
from pos.journal.files import sync_folder

KEPT: Final = 3
_NAME: Final = re.compile(r"journal-([0-9]{12})\.db")


def write_snapshot(database: Database, folder: Path, *, sequence: int, kept: int = KEPT) -> Path:
    """Write a snapshot that ends with entry `sequence`, and keep the newest `kept`; returns its path.

    Raises DiskFullError, ReadOnlyDiskError, DamagedError or JournalError; the older snapshots then stay.
    """
    path = folder / f"journal-{sequence:012d}.db"
    draft = path.with_suffix(".draft")
    with mapped():
        draft.unlink(missing_ok=True)
        try:
            database.connection.execute("VACUUM INTO ?", (str(draft),))
            draft.chmod(0o600)
            _sync(draft)
            _check(draft)
            draft.rename(path)
        except BaseException:
            draft.unlink(missing_ok=True)
            raise
        sync_folder(folder)
        for old in snapshots(folder)[kept:]:
            old.unlink()
    return path


def snapshots(folder: Path) -> tuple[Path, ...]:
    """The snapshots in a folder, the newest first."""
    return tuple(sorted((path for path in folder.iterdir() if _NAME.fullmatch(path.name)), reverse=True))


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _check(path: Path) -> None:
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as copy:
        if copy.execute("PRAGMA integrity_check(1)").fetchone() != ("ok",):
            raise DamagedError(f"the snapshot {path.name} is damaged")
