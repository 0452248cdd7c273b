"""The lock files pin everything exactly, and what is pinned is what the project asks for."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
LOCKS = sorted([ROOT / "requirements.lock", *(ROOT / ".ci" / "locks").glob("*.txt")])
PIN = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)==(?P<version>[0-9][0-9A-Za-z.]*)( ; .+)?$")


def pins(lock: Path) -> dict[str, str]:
    lines = [line for line in lock.read_text().splitlines() if not line.startswith("#")]
    found = [PIN.match(line) for line in lines]
    assert None not in found, f"{lock.name}: {lines[found.index(None)]}"
    return {canonicalize_name(pin["name"]): pin["version"] for pin in found if pin is not None}


def asked_for() -> list[Requirement]:
    """What pyproject.toml names, every extra included, without its references to itself."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    extras = project["project"]["optional-dependencies"].values()
    lines = [*project["build-system"]["requires"], *project["project"]["dependencies"], *(x for e in extras for x in e)]
    return [asked for asked in map(Requirement, lines) if asked.name != project["project"]["name"]]


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_a_lock_file_pins_each_package_once_and_exactly(lock: Path) -> None:
    lines = [line for line in lock.read_text().splitlines() if not line.startswith("#")]

    assert len(pins(lock)) == len(lines) > 0


@pytest.mark.parametrize("asked", asked_for(), ids=str)
def test_what_the_project_asks_for_is_pinned(asked: Requirement) -> None:
    pinned = pins(ROOT / "requirements.lock")

    assert canonicalize_name(asked.name) in pinned, f"./run would not install {asked.name}"
    assert asked.specifier.contains(pinned[canonicalize_name(asked.name)])


WHEEL = re.compile(r"^(?P<digest>[0-9a-f]{64})  (?P<name>\w+)-(?P<version>[0-9][^-]*)-\S+\.whl$")
FROM_DEBIAN = {"numpy", "opencv-python-headless"}


def test_the_debian_package_carries_what_the_program_asks_for_in_the_versions_that_were_tested() -> None:
    lines = [line for line in (ROOT / ".ci" / "locks" / "package.sha256").read_text().splitlines() if line[0] != "#"]
    wheels = [WHEEL.match(line) for line in lines]
    assert None not in wheels
    carried = {canonicalize_name(wheel["name"]): wheel["version"] for wheel in wheels if wheel is not None}
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]
    asked = {canonicalize_name(Requirement(line).name) for line in project}

    assert asked - FROM_DEBIAN <= set(carried), "run: .venv/bin/python .ci/wheels.py"
    locked = pins(ROOT / "requirements.lock")
    assert carried == {name: locked.get(name) for name in carried}


def test_the_npm_lock_names_no_place_to_download_from() -> None:
    lock = json.loads((ROOT / ".ci" / "locks" / "receiptio" / "package-lock.json").read_text())

    assert all("resolved" not in package for package in lock["packages"].values())
    assert all("integrity" in package for name, package in lock["packages"].items() if name)
