"""The wheels that go into the package: pinned by version and by content, for the machine the package is for.

- .ci/locks/package.sha256 names every wheel of both machines with its SHA-256, as sha256sum writes it. What a wheel is
  called holds name, version, Python and machine, so nothing has to be said twice.
- Versions are those of requirements.lock; a test compares them.
- `python .ci/wheels.py` writes that file anew from requirements.lock and pyproject.toml. It is then read and committed
  like any other change.
"""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Sequence
from pathlib import Path

from ground import CACHE, LOCK, ROOT, VENV, GroundError, say

PACKAGE_LOCK = ROOT / ".ci" / "locks" / "package.sha256"
MACHINES = {"amd64": "x86_64", "arm64": "aarch64"}
"""What Debian calls a machine, and what Python does."""
GLIBC_MINORS = (39, 38, 36, 35, 34, 31, 28, 27, 26, 17)
"""manylinux tags that Debian 13 (glibc 2.41) can run, newest first."""
FROM_DEBIAN = ("numpy", "opencv-python-headless")
"""Too large to carry: Debian's own python3-numpy and python3-opencv are used."""
NOT_AT_RUN_TIME = ("pip", "setuptools", "tzdata")
"""Asked for by what is used, but by parts that are not: installers, and a copy of what Debian's tzdata has."""


def wheels(machine: str) -> Path:
    """A folder with exactly the wheels of one machine ("amd64" or "arm64"), each checked."""
    wanted = {name: digest for name, digest in pinned().items() if _fits(name, machine)}
    folder = CACHE / f"wheels-{machine}"
    if not _holds(folder, wanted):
        say(f"downloading {len(wanted)} wheels for {machine}")
        _download(folder, machine, wanted)
    return folder


def pinned() -> dict[str, str]:
    """SHA-256 by wheel file name."""
    lines = [line for line in PACKAGE_LOCK.read_text().splitlines() if not line.startswith("#")]
    return {name: digest for digest, name in (line.split("  ") for line in lines)}


def _fits(wheel: str, machine: str) -> bool:
    return wheel.endswith(("-any.whl", f"_{MACHINES[machine]}.whl"))


def _holds(folder: Path, wanted: dict[str, str]) -> bool:
    found = {path.name: _digest(path) for path in folder.glob("*.whl")}
    return found == wanted


def _download(folder: Path, machine: str, wanted: dict[str, str]) -> None:
    with tempfile.TemporaryDirectory(prefix="chak-wheels-") as scratch:
        asked = Path(scratch) / "wheels.txt"
        lines = (f"{_requirement(name)} --hash=sha256:{digest}\n" for name, digest in wanted.items())
        asked.write_text("".join(lines))
        shutil.rmtree(folder, ignore_errors=True)
        _pip_download(machine, ["--no-deps", "--require-hashes", "--requirement", str(asked)], folder)
    if not _holds(folder, wanted):
        raise GroundError(f"{folder} does not hold what {PACKAGE_LOCK.relative_to(ROOT)} names; run .ci/wheels.py")


def _requirement(wheel: str) -> str:
    name, version, *_ = wheel.split("-")
    return f"{name}=={version}"


def _pip_download(machine: str, what: Sequence[str], folder: Path) -> None:
    tags = [f"manylinux_2_{minor}_{MACHINES[machine]}" for minor in GLIBC_MINORS]
    platforms = [f"--platform={tag}" for tag in (*tags, f"manylinux2014_{MACHINES[machine]}")]
    only = ["--only-binary=:all:", "--implementation=cp", "--python-version=3.13", *platforms]
    command = [str(VENV / "bin" / "python"), "-m", "pip", "download", "--quiet", "--disable-pip-version-check", *only]
    done = subprocess.run([*command, *what, "--dest", str(folder)], stdout=sys.stderr, check=False)
    if done.returncode:
        raise GroundError("pip could not download the package's wheels. Is there a network?")


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def write_lock() -> None:
    """Resolve what the program asks for at run time and write down which wheels that is, for both machines."""
    asked = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]
    names = [line for line in asked if re.split(r"[<>=!~ ]", line)[0] not in FROM_DEBIAN]
    found: dict[str, str] = {}
    for machine in MACHINES:
        with tempfile.TemporaryDirectory(prefix="chak-wheels-") as folder:
            _pip_download(machine, ["--constraint", str(LOCK), *names], Path(folder))
            found |= {path.name: _digest(path) for path in Path(folder).glob("*.whl")}
    kept = {name: digest for name, digest in found.items() if name.split("-")[0] not in NOT_AT_RUN_TIME}
    head = "# The wheels inside the Debian package: see wheels.py, which writes this file.\n"
    PACKAGE_LOCK.write_text(head + "".join(f"{kept[name]}  {name}\n" for name in sorted(kept, key=str.lower)))


if __name__ == "__main__":
    write_lock()
