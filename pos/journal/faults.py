"""What SQLite and the operating system report, in the terminal's own words; the only place that knows their codes.

    JournalError                (pos.errors)
    ├── HeldError               another process holds the journal
    ├── DamagedError            the file is not the database it should be
    └── ContradictionError      the database refuses what the record already excludes; nothing was written

`DiskFullError`, `ReadOnlyDiskError` and `OutcomeUnknownError` are in `pos.errors`. A fault at COMMIT is never mapped
here: its outcome is unknown, whatever the code says.
"""

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from pos.errors import DiskFullError, JournalError, ReadOnlyDiskError


class HeldError(JournalError):
    """Another process has this journal open; only one may."""


class DamagedError(JournalError):
    """The file is not a journal, or its pages contradict each other."""


class ContradictionError(JournalError):
    """A constraint of the database forbids this: a second approval of one payment, a receipt number twice, a closed
    request answered. The caller's check was wrong; nothing was written and the journal goes on."""


_PRIMARY: Final = 0xFF
_SQLITE_FAULTS: Final[dict[int, type[JournalError]]] = {
    sqlite3.SQLITE_FULL: DiskFullError,
    sqlite3.SQLITE_READONLY: ReadOnlyDiskError,
    sqlite3.SQLITE_PERM: ReadOnlyDiskError,
    sqlite3.SQLITE_BUSY: HeldError,
    sqlite3.SQLITE_LOCKED: HeldError,
    sqlite3.SQLITE_CONSTRAINT: ContradictionError,
    sqlite3.SQLITE_CORRUPT: DamagedError,
    sqlite3.SQLITE_NOTADB: DamagedError,
}
_OS_FAULTS: Final[dict[int, type[JournalError]]] = {
    errno.ENOSPC: DiskFullError,
    errno.EDQUOT: DiskFullError,
    errno.EFBIG: DiskFullError,
    errno.EROFS: ReadOnlyDiskError,
    errno.EACCES: ReadOnlyDiskError,
    errno.EPERM: ReadOnlyDiskError,
}


def fault_of(error: sqlite3.Error | OSError) -> JournalError:
    """Return the terminal's own exception for one of SQLite's or of the operating system's."""
    if isinstance(error, OSError):
        return _OS_FAULTS.get(error.errno or 0, JournalError)(str(error))
    code: int = getattr(error, "sqlite_errorcode", 0)
    name: str = getattr(error, "sqlite_errorname", type(error).__name__)
    return _SQLITE_FAULTS.get(code & _PRIMARY, JournalError)(f"{name}: {error}")


@contextmanager
def mapped() -> Iterator[None]:
    """Let nothing but the terminal's own exceptions out of the block."""
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        raise fault_of(error) from error
