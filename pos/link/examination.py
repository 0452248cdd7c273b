"""What an examination finds, as processes tell it to each other.

Rules: a finding is a number and a colour; sentences belong to `pos.words`. What cannot be found out is `UNKNOWN`, never
a guess.
"""

from enum import StrEnum

from pos.link.state import View


class Colour(StrEnum):
    """Whether something has to be done."""

    GREEN = "green"
    RED = "red"
    UNKNOWN = "unknown"


class Finding(View, frozen=True, kw_only=True):
    """One thing that was looked at."""

    code: int
    """`pos.words.findings.FindingCode`, or a device's number; told over the telephone, so it holds no letters."""
    colour: Colour
    answered: str = ""
    """What the thing itself said or measured, such as a model or a number of bytes; safe text."""
    detail: str = ""
    """For technicians, in English."""


class BundleState(StrEnum):
    """What became of the file for support."""

    NONE = "none"
    """Nobody has asked for it since core started."""
    WANTED = "wanted"
    WRITTEN = "written"
    NO_STICK = "no_stick"
    FAILED = "failed"
