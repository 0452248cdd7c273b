"""What the command line may ask of core."""

from pos.link.base_calls import Answer, Call, Done, Refused, State
from pos.link.state import Outcome


class PayAnswer(Answer, frozen=True, kw_only=True):
    """The result of one presented code (`pos pay`)."""

    outcome: Outcome
    reason: str | None
    receipt_number: str | None
    entry: str | None
    """Lower-case hex SHA-256 of the journal entry."""
    entry_sequence: int
    amount_won: int
    checks: tuple[str, ...]


class EntryPage(Answer, frozen=True, kw_only=True):
    """Raw entries, oldest first; empty at the end."""

    entries: tuple[bytes, ...]


class JournalReport(Answer, frozen=True, kw_only=True):
    """What `pos journal verify` and `rebuild` found."""

    entries: int
    head: str
    problems: tuple[str, ...]


class Pay(Call[PayAnswer | Refused], frozen=True, kw_only=True):
    """One sale with one code."""

    text: str
    amount_won: int


class ReadJournal(Call[EntryPage], frozen=True, kw_only=True):
    after: int
    entries_max: int = 256


class CheckJournal(Call[JournalReport], frozen=True, kw_only=True):
    rebuild: bool = False


class ReadState(Call[State], frozen=True, kw_only=True):
    pass


class Stop(Call[Done], frozen=True, kw_only=True):
    """End core in order (tests and `pos run`)."""
