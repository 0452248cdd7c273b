"""Exit codes of the `pos` command: a stable surface for scripts."""

from enum import IntEnum


class Exit(IntEnum):
    """What a script can rely on."""

    DONE = 0
    FAULT = 1
    USAGE = 2
    """Wrong usage or configuration."""
    DECLINED = 3
    REFERRED = 4
    """Needs a payment request, a manager or the network."""
    DEVICE = 5
    UNREACHABLE = 6
    """The ledger does not answer."""
    UNKNOWN = 7
    """Do not repeat: look it up."""
