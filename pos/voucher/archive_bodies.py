"""Entries about archives: what was exported and by whom it was acknowledged, and what was dropped after that.

Imported from `pos.voucher.bodies`.
"""

from dataclasses import dataclass
from typing import ClassVar

from pos.voucher import body_fields as key
from pos.voucher.body_fields import EntryBody


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveAcknowledged(EntryBody):
    """Somebody has the archive of everything before a day, and says so."""

    KIND: ClassVar[str] = "archive.acknowledged"

    sha256: key.ArchiveSha256
    """Of the archive's file."""
    until: key.ArchiveUntil
    """Sequence of the last entry in it."""
    entry: key.OtherEntry
    """Hash of that entry."""
    before: key.ArchiveBefore
    clerk: key.Clerk | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchivedDropped(EntryBody):
    """What stood beside the chain and is in an acknowledged archive was dropped."""

    KIND: ClassVar[str] = "archive.dropped"

    sha256: key.ArchiveSha256
    before: key.ArchiveBefore
    count: key.DroppedCount
    """Messages of the ledger."""
