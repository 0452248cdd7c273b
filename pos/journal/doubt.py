"""After a commit that raised: finding out what is on the disk, and making it stay that way."""

from dataclasses import dataclass

from pos.errors import JournalError
from pos.journal.boot import BootReport
from pos.journal.chain import Head
from pos.journal.database import Database
from pos.voucher.entry import Entry


@dataclass(frozen=True, slots=True, kw_only=True)
class Reopened:
    """The truth about a record whose outcome was unknown."""

    recorded: tuple[Entry, ...]
    """Entries that are there: they count, whatever the commit said."""
    lost: tuple[Entry, ...]
    """Entries that are not there and never will be."""
    fault: JournalError | None
    """What the commit had met: DiskFullError, ReadOnlyDiskError or another."""
    report: BootReport


def write_anew(database: Database, head: Head) -> bool:
    """Write something new, and everything in the log anew, durably; False if the disk takes no writes.

    What a failed sync left in the page cache is not on the disk, though reading finds it; and the log that a failed
    commit was in may come back after a power cut until its folder has been synced.
    """
    try:
        with database.transaction() as transaction:
            transaction.connection.execute(
                "INSERT OR REPLACE INTO marks VALUES ('reopened', ?, ?)", (head.sequence, head.hash)
            )
        database.checkpoint()
    except JournalError:
        database.reopen()
        return False
    return True
