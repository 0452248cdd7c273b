"""The board itself: its power, its temperature, its card, its battery, what is installed on it.

Rules: read from the kernel's files and from dpkg, as facts; no score is made of them. Where a board has no sensor, or
this is no appliance, nothing is known and nothing is red.
"""

import subprocess
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pos.doctor.check import Place
from pos.link.examination import Colour, Finding
from pos.words.findings import FindingCode

HOT_MILLIDEGREES: Final = 80_000
"""A Raspberry Pi slows itself down from here on."""
DPKG_S_MAX: Final = 60.0
PACKAGE: Final = "chak-pos"
UNSAFE_OPTION: Final = "force-unsafe-io"


@dataclass(frozen=True, slots=True)
class PowerCheck:
    """Whether the supply has been too weak since the board started: the first cause of broken cards."""

    root: Path = Path("/")
    name: str = "power"

    def look(self, place: Place) -> Sequence[Finding]:
        alarms = [_text(path) for path in self.root.glob("sys/class/hwmon/hwmon*/in0_lcrit_alarm")]
        if not alarms:
            return (Finding(code=FindingCode.POWER_UNKNOWN, colour=Colour.UNKNOWN),)
        if any(alarm != "0" for alarm in alarms):
            return (Finding(code=FindingCode.POWER_LOW, colour=Colour.RED),)
        return (Finding(code=FindingCode.POWER_FINE, colour=Colour.GREEN),)


@dataclass(frozen=True, slots=True)
class HeatCheck:
    """How hot the processor is."""

    root: Path = Path("/")
    name: str = "temperature"

    def look(self, place: Place) -> Sequence[Finding]:
        zones = [_text(path) for path in self.root.glob("sys/class/thermal/thermal_zone*/temp")]
        degrees = [int(zone) for zone in zones if zone.lstrip("-").isdigit()]
        if not degrees:
            return (Finding(code=FindingCode.HEAT_UNKNOWN, colour=Colour.UNKNOWN),)
        said = f"{max(degrees) / 1000:.0f} °C"
        if max(degrees) >= HOT_MILLIDEGREES:
            return (Finding(code=FindingCode.HEAT_HIGH, colour=Colour.RED, answered=said),)
        return (Finding(code=FindingCode.HEAT_FINE, colour=Colour.GREEN, answered=said),)


@dataclass(frozen=True, slots=True)
class CardCheck:
    """What the kernel has counted of errors on file systems: ext4 keeps the count on the card, over restarts."""

    root: Path = Path("/")
    name: str = "card"

    def look(self, place: Place) -> Sequence[Finding]:
        counts = {path.parent.name: _text(path) for path in self.root.glob("sys/fs/ext4/*/errors_count")}
        if not counts:
            return (Finding(code=FindingCode.CARD_UNKNOWN, colour=Colour.UNKNOWN),)
        bad = {name: count for name, count in counts.items() if count != "0"}
        if bad:
            told = ", ".join(f"{name}: {count} errors" for name, count in sorted(bad.items()))
            return (Finding(code=FindingCode.CARD_ERRORS, colour=Colour.RED, detail=told),)
        return (Finding(code=FindingCode.CARD_FINE, colour=Colour.GREEN),)


@dataclass(frozen=True, slots=True)
class BatteryCheck:
    """Whether the board has a clock that runs without power."""

    root: Path = Path("/")
    name: str = "battery"

    def look(self, place: Place) -> Sequence[Finding]:
        if any(self.root.glob("sys/class/rtc/rtc*/time")):
            return (Finding(code=FindingCode.BATTERY_THERE, colour=Colour.GREEN),)
        return (Finding(code=FindingCode.BATTERY_MISSING, colour=Colour.UNKNOWN),)


@dataclass(frozen=True, slots=True)
class PackageCheck:
    """Whether every installed file is the package's own, and whether installing survives a power cut."""

    root: Path = Path("/")
    dpkg: str = "dpkg"
    name: str = "package"

    def look(self, place: Place) -> Sequence[Finding]:
        if not (self.root / "var/lib/dpkg/info" / f"{PACKAGE}.list").exists():
            return (Finding(code=FindingCode.PACKAGE_ABSENT, colour=Colour.UNKNOWN),)
        return (self._integrity(), self._options())

    def _integrity(self) -> Finding:
        command = [self.dpkg, f"--root={self.root}", "--verify", PACKAGE]
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=DPKG_S_MAX, check=False)
        except subprocess.TimeoutExpired:
            return Finding(code=FindingCode.PACKAGE_ABSENT, colour=Colour.UNKNOWN, detail="dpkg does not answer")
        # A setting that an administrator changed (c) is theirs to change.
        changed = [line for line in done.stdout.splitlines() if " c /" not in line]
        if changed:
            return Finding(code=FindingCode.PACKAGE_DAMAGED, colour=Colour.RED, detail="; ".join(changed[:5]))
        return Finding(code=FindingCode.PACKAGE_WHOLE, colour=Colour.GREEN)

    def _options(self) -> Finding:
        places = [self.root / "etc/dpkg/dpkg.cfg", *self.root.glob("etc/dpkg/dpkg.cfg.d/*")]
        unsafe = [path.name for path in places if UNSAFE_OPTION in _options_of(path)]
        if unsafe:
            return Finding(code=FindingCode.INSTALLING_UNSAFE, colour=Colour.RED, detail=", ".join(unsafe))
        return Finding(code=FindingCode.INSTALLING_SAFE, colour=Colour.GREEN)


def _text(path: Path) -> str:
    try:
        return path.read_text("ascii", errors="replace").strip()
    except OSError:
        return ""


def _options_of(path: Path) -> Iterable[str]:
    return [line.strip().removeprefix("--") for line in _text(path).splitlines()]
