"""What the sync process brings from the ledger's inbox."""

from pos.link.base_calls import Answer, Call


class InboxPosition(Answer, frozen=True, kw_only=True):
    """Whose messages to ask for, and behind which number."""

    terminal: str
    after: int


class MessagesTaken(Answer, frozen=True, kw_only=True):
    """What became of messages that were handed in."""

    after: int
    """Number of the newest one that is stored."""
    taken: int
    is_refused: bool = False
    """Some of them were not ours, not signed, or left a gap: a reason not to ask again at once."""


class ReadPosition(Call[InboxPosition], frozen=True, kw_only=True):
    """Where the inbox stands."""


class TakeMessages(Call[MessagesTaken], frozen=True, kw_only=True):
    """Messages as the ledger gave them, oldest first."""

    messages: tuple[bytes, ...]
