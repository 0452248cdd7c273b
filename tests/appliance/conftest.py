"""Reading unit files, and the tools that judge them. A tool that is missing is a failure that names its package."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.process_tools import Child, run

ROOT = Path(__file__).parents[2]
SYSTEMD = ROOT / "systemd"
PACKAGES = {"systemd-analyze": "systemd", "systemd-sysusers": "systemd", "udevadm": "udev", "findmnt": "util-linux"}

Tool = Callable[..., Child]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """One unit file: `(key, value)` in the order in which they stand."""

    path: Path
    settings: tuple[tuple[str, str], ...]

    def values(self, key: str) -> tuple[str, ...]:
        return tuple(value for name, value in self.settings if name == key)

    def words(self, key: str) -> tuple[str, ...]:
        return tuple(word for value in self.values(key) for word in value.split())


def read_unit(name: str) -> Unit:
    path = SYSTEMD / name
    lines = [line for line in path.read_text("utf-8").splitlines() if line and line[0] not in "#["]
    assert all("=" in line for line in lines), f"{name}: continued lines are not read here"
    return Unit(path=path, settings=tuple((line.partition("=")[0], line.partition("=")[2]) for line in lines))


@pytest.fixture
def tool() -> Tool:
    """Runs one of systemd's tools."""

    def use(name: str, *arguments: str | Path) -> Child:
        found = shutil.which(name) or shutil.which(name, path="/usr/sbin:/sbin")
        if found is None:
            pytest.fail(f"{name} is missing. Do, as root: apt-get install {PACKAGES[name]}")
        return run([found, *map(str, arguments)], deadline_s=60)

    return use


@pytest.fixture
def systemd_version(tool: Tool) -> int:
    """The major version of the tools on this machine: 252 on Debian 12, 257 on Debian 13."""
    match = re.match(r"systemd (\d+)", tool("systemd-analyze", "--version").stdout)
    assert match is not None
    return int(match[1])
