"""What the sync process brings from the ledger's public log."""

from pos.link.base_calls import Answer, Call


class LogWants(Answer, frozen=True, kw_only=True):
    """What core wants to see of the log."""

    terminal: str
    old_size: int | None
    """Size of the newest head known here; None where the trust data names no log."""
    entries: tuple[bytes, ...] = ()
    """Hashes of settled entries without a proof, oldest first."""


class LogTaken(Answer, frozen=True, kw_only=True):
    """Whether what was brought is what the log should show."""

    is_good: bool


class AskLog(Call[LogWants], frozen=True, kw_only=True):
    """What to bring next."""


class TakeGrowth(Call[LogTaken], frozen=True, kw_only=True):
    """The proof that the log grew from the head of `old_size`; empty where the ledger has none."""

    text: str


class TakeProof(Call[LogTaken], frozen=True, kw_only=True):
    """The proof that an entry is in the log; empty where the ledger has none."""

    entry: bytes
    text: str
