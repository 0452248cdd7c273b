"""Whether a device that may be unplugged can be used now."""

from enum import StrEnum


class Presence(StrEnum):
    """What there is to a device."""

    OFF = "off"
    """It is not wanted here."""
    READY = "ready"
    MISSING = "missing"
    FAULTY = "faulty"
    """It is there and does not work."""
