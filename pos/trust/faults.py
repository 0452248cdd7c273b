"""Why trust data was not taken.

TrustError
└── RejectedError    bytes that were looked at and not believed; `fault` says which rule they broke
"""

from enum import StrEnum

from pos.errors import TrustError


class TrustFault(StrEnum):
    """Which rule of The Update Framework's client workflow the bytes broke. Persisted: add, never rename."""

    MALFORMED = "malformed"
    SIGNATURES = "signatures"
    """Fewer keys signed than the threshold asks for."""
    VERSION = "version"
    """Not the version that it must have."""
    ROLLBACK = "rollback"
    """Older than what was trusted before."""
    CONTENT = "content"
    """Length or hash is not as promised."""
    EXPIRED = "expired"
    MISSING = "missing"
    """Promised, and not there."""
    UNUSABLE = "unusable"
    """Rightly signed, and no use to this terminal: a file in it cannot be read."""


class RejectedError(TrustError):
    """Trust data that is not believed, or not usable; what was trusted before stays so."""

    def __init__(self, fault: TrustFault, what: str) -> None:
        super().__init__(what)
        self.fault = fault
