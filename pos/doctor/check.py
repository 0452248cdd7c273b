"""What a check is, what it may look at, and what it finds.

Rules: a check looks and changes nothing, and ends by itself: whatever it asks has a deadline.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from pos.config import TerminalConfig
from pos.link.calls import Call
from pos.link.examination import Finding

R = TypeVar("R")


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
