"""What a check is, what it may look at, and what it finds.

Rules: a finding is a number and a colour; sentences belong to `pos.words`. A check looks and changes nothing, and ends
by itself: whatever it asks has a deadline. What cannot be found out is `UNKNOWN`, never a guess.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, TypeVar

from pos.config import TerminalConfig
from pos.link.calls import Call

R = TypeVar("R")


class Colour(StrEnum):
    """Whether something has to be done."""

    GREEN = "green"
    RED = "red"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that was looked at."""

    code: int
    """`FindingCode`, or a device's number; told over the telephone, so it holds no letters."""
    colour: Colour
    answered: str = ""
    """What the thing itself said or measured, such as a model or a number of bytes; safe text."""
    detail: str = ""
    """For technicians, in English."""


class RunningCore(Protocol):
    """Core, as a check asks it."""

    def call(self, call: Call[R]) -> R:
        """The answer; LinkError where core goes away."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """What is examined: a terminal's configuration, and its core where one is running."""

    config: TerminalConfig
    core: RunningCore | None


class Check(Protocol):
    """One examination; usually frozen and without state."""

    @property
    def name(self) -> str:
        """A stable lower-case word for scripts, such as "printer"."""

    def look(self, place: Place) -> Sequence[Finding]:
        """Look once. PosError, DeviceError and OSError are caught for it and become `FindingCode.CHECK_FAILED`."""
