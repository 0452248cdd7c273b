"""Trust data between the processes: what core has and wants, and that something lies ready to be looked at.

The bytes themselves never pass here: they lie in the staging folder, where core verifies them again.
"""

from enum import StrEnum

from pos.link.base_calls import Answer, Call


class TrustOrigin(StrEnum):
    """How trust data came. Persisted: add, never rename."""

    DOWNLOAD = "download"
    STICK = "stick"
    CODES = "codes"


class TrustStep(StrEnum):
    """What became of it."""

    TAKEN = "taken"
    SAME = "same"
    """It was here already."""
    LATER = "later"
    """Not now: a sale is open, or the journal takes no entry."""
    REFUSED = "refused"


class TrustWants(Answer, frozen=True, kw_only=True):
    """Whose trust data is wanted, and from which root on."""

    terminal: str
    merchant: str
    root: bytes
    """Empty where the terminal is not enrolled."""
    timestamp_version: int = 0
    trust_version: int = 0
    emergency_root: bytes = b""
    """From which root on the emergency repository is believed; empty where none is known yet."""
    emergency_version: int = 0


class TrustTaken(Answer, frozen=True, kw_only=True):
    step: TrustStep
    fault: str = ""
    """A value of `pos.trust.faults.TrustFault`, where it was refused."""
    trust_version: int = 0


class AskTrust(Call[TrustWants], frozen=True, kw_only=True):
    """What to bring."""


class TakeTrust(Call[TrustTaken], frozen=True, kw_only=True):
    """Something lies in the staging folder: from a download, or copied from a stick."""

    origin: TrustOrigin
