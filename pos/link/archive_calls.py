"""What the command line may ask about archives of what is old."""

from pos.link.base_calls import Answer, Call, Done, Refused


class OldMessages(Answer, frozen=True, kw_only=True):
    """Messages of the ledger, oldest first; empty at the end."""

    messages: tuple[bytes, ...]
    last: int
    """Number of the last one, to go on behind it."""


class ReadOldMessages(Call[OldMessages | Refused], frozen=True, kw_only=True):
    """Messages from before a business day (YYYY-MM-DD) that an archive takes."""

    before: str
    after: int = 0


class AcknowledgeArchive(Call[Done | Refused], frozen=True, kw_only=True):
    """Somebody has this archive in a safe place."""

    sha256: bytes
    before: str
    until: int
    head: bytes
    clerk: str


class Dropped(Answer, frozen=True, kw_only=True):
    """So many messages went."""

    count: int


class DropArchived(Call[Dropped | Refused], frozen=True, kw_only=True):
    """Drop what the archive that was acknowledged last covers."""
