"""The first boot: what the screen shows and asks, what sync is sent for, and what core is told.

Core holds the key and the code; sync is the only one on the network, so it is sent on errands and believes nothing of
them. A till that is not installed sells nothing.
"""

from enum import StrEnum

from pos.link.base_calls import Answer, Call, Done, Refused
from pos.link.install import InstallFault


class ErrandKind(StrEnum):
    """What sync is to do."""

    NONE = "none"
    """Nothing now; ask again."""
    AUTHORITY = "authority"
    ENROL = "enrol"
    TRUST = "trust"
    OVER = "over"
    """The terminal is enrolled: go on with delivering."""


class GoOnInstalling(Call[Done | Refused], frozen=True, kw_only=True):
    """Enter."""


class RepeatStep(Call[Done | Refused], frozen=True, kw_only=True):
    """Print the paper again, try the payment again."""


class SkipStep(Call[Done | Refused], frozen=True, kw_only=True):
    """Pass over a test that cannot be made; it is recorded."""


class TypeInstallNumber(Call[Done | Refused], frozen=True, kw_only=True):
    """Eighteen digits instead of a code."""

    digits: str


class Errand(Answer, frozen=True, kw_only=True):
    """What to do, and with what."""

    kind: ErrandKind
    url: str = ""
    pin: bytes = b""
    request: bytes = b""
    authority: bytes = b""
    """PEM; empty where there is none."""


class NextErrand(Call[Errand], frozen=True, kw_only=True):
    """What is sync wanted for before it delivers?"""

    is_online: bool
    """Whether this machine has a way out at all."""


class EndErrand(Call[Done], frozen=True, kw_only=True):
    """What came of it: `raw` is what was brought, or `fault` says why there is nothing."""

    kind: ErrandKind
    raw: bytes = b""
    fault: InstallFault | None = None
