"""What a replacement brings from the second medium of the terminal whose place it took."""

from pos.link.base_calls import Answer, Call
from pos.link.install import FormerMedium


class RecoveredBatch(Answer, frozen=True, kw_only=True):
    """Entries of another terminal's journal, oldest first. `old` is empty where there is nothing to bring."""

    terminal: str
    old: str
    entries: tuple[bytes, ...] = ()
    """None yet where it is not known how far the ledger is."""
    medium: FormerMedium = FormerMedium.NONE
    """Whose medium is plugged in."""


class NextRecovered(Call[RecoveredBatch], frozen=True, kw_only=True):
    """What to bring next."""


class RecoveredTaken(Answer, frozen=True, kw_only=True):
    """Whether to go on."""

    is_more: bool


class TakeRecovered(Call[RecoveredTaken], frozen=True, kw_only=True):
    """The ledger's acknowledgement of the old journal, for the call of `nonce`."""

    raw: bytes
    nonce: bytes
