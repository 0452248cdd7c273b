"""The till's services, as whoever changes their program needs them: start them anew, see whether they stand.

`systemd` answers for units; a machine without it, and a test, has services of its own kind. Nothing here decides.
"""

import subprocess
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

import msgspec

RESTART_S_MAX: Final = 60.0
"""A service that has not said that it is ready by then is looked at all the same."""
EXAMINED_S_MAX: Final = 30.0


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """One finding of a version about its machine, as `pos update examine` prints it."""

    code: int
    is_red: bool


class Services(Protocol):
    """What runs the till."""

    def restart(self) -> None:
        """Start everything anew, with the version that runs now."""

    def are_up(self) -> bool:
        """Whether each of them has said that it is ready."""

    def deaths(self) -> int:
        """How often the first of them has been started again by itself since somebody started it."""

    def red(self, program: Path) -> frozenset[int] | None:
        """What this version finds red about its machine; None where it finds nothing at all: it does not run."""


@dataclass(frozen=True, slots=True)
class NoServices:
    """A machine on which nobody runs the till's processes."""

    def restart(self) -> None:
        pass

    def are_up(self) -> bool:
        return True

    def deaths(self) -> int:
        return 0

    def red(self, program: Path) -> frozenset[int] | None:
        return frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Units:
    """Units of systemd, core's first."""

    names: Sequence[str]
    config: Path

    def restart(self) -> None:
        with suppress(subprocess.TimeoutExpired):
            subprocess.run(["systemctl", "restart", *self.names], check=False, timeout=RESTART_S_MAX)

    def are_up(self) -> bool:
        return all(self._property(name, "ActiveState") == "active" for name in self.names)

    def deaths(self) -> int:
        count = self._property(self.names[0], "NRestarts")
        return int(count) if count.isdecimal() else 0

    def red(self, program: Path) -> frozenset[int] | None:
        asked = [str(program), "update", "examine", "--config", str(self.config)]
        try:
            done = subprocess.run(asked, stdout=subprocess.PIPE, check=False, timeout=EXAMINED_S_MAX)
            found = [msgspec.json.decode(line, type=Found) for line in done.stdout.splitlines()]
        except (OSError, subprocess.TimeoutExpired, msgspec.DecodeError):
            return None
        return frozenset(finding.code for finding in found if finding.is_red) if found else None

    def _property(self, unit: str, name: str) -> str:
        asked = ["systemctl", "show", unit, f"--property={name}", "--value"]
        return subprocess.run(asked, capture_output=True, text=True, check=False).stdout.strip()
