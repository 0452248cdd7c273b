"""The ground everything else stands on: Debian packages, one Python, one virtual environment.

- Standard library only: this runs before anything is installed.
- Nothing is done twice: a stamp in the virtual environment names the lock file and the project file it was made from,
  and dpkg-query says which packages are there.
- Nothing that is already there needs a network.
- Each step is said in plain words on standard error, which leaves standard output to the program that is run.

What the test stages need beyond this they install themselves: see stages.py and environments.py.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CACHE = ROOT / ".cache"
VENV = ROOT / ".venv"
LOCK = ROOT / "requirements.lock"
STAMP_NAME = "made-from.sha256"

# A name with a bar means "one of these": Debian 13 renamed the libraries whose time_t grew.
PACKAGES_TO_SELL = ("libzbar0|libzbar0t64", "fonts-naver-d2coding", "fonts-noto-cjk")

# Newest first, of those that the lock file has been tried with; then whatever `python3` is.
PYTHONS = ("python3.13", "python3.12", "python3.11", "python3")
NEW_ENOUGH = "import sys; sys.exit(sys.version_info < (3, 11))"


class GroundError(Exception):
    """Something the machine needs cannot be had; the text says what to do."""


def say(words: str) -> None:
    sys.stderr.write(f"run: {words}\n")
    sys.stderr.flush()


def prepare() -> None:
    """Make the machine ready to sell; returns in a fraction of a second where it already is."""
    install_packages(PACKAGES_TO_SELL)
    install_environment(VENV, LOCK, with_project=True)


def become(program: str, arguments: Sequence[str]) -> None:
    """Replace this process by one of the virtual environment's programs."""
    path = VENV / "bin" / program
    if not path.exists():
        raise GroundError(f"{path} is missing. Do: rm -r .venv, then ./run setup")
    sys.stderr.flush()
    os.execv(path, [str(path), *arguments])


# Debian packages


def install_packages(names: Iterable[str]) -> None:
    """Install the Debian packages that are missing, as root or through sudo."""
    missing = missing_packages(names)
    if not missing:
        return
    if shutil.which("apt-get") is None:
        say(f"this is not Debian: make sure that what Debian calls {', '.join(missing)} is here")
        return
    names_plain = " ".join(name.split("|")[0] for name in missing)
    say(f"installing from Debian: {names_plain}")
    by_hand = f"Do, as root: apt-get update && apt-get install {names_plain}"
    if os.geteuid() != 0 and shutil.which("sudo") is None:
        raise GroundError(f"this needs root, and there is no sudo. {by_hand}")
    # A list that cannot be fetched is not yet a failure: the packages may come from a cache or a disk.
    _apt_get("update")
    done = _apt_get("install", "--no-install-recommends", *map(_available_name, missing))
    if done.returncode or missing_packages(missing):
        raise GroundError(
            f"Debian's packages could not be installed. Is there a network? {by_hand}\n{done.stderr.strip()}"
        )


def _apt_get(*words: str) -> subprocess.CompletedProcess[str]:
    command = as_root("env", "DEBIAN_FRONTEND=noninteractive", "LC_ALL=C.UTF-8", "apt-get", "-qq", *words)
    return subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)


def missing_packages(names: Iterable[str]) -> list[str]:
    names = list(names)
    if shutil.which("dpkg-query") is None:
        return names
    wanted = [choice for name in names for choice in name.split("|")]
    command = ["dpkg-query", "--show", "--showformat=${Package} ${db:Status-Status}\n", *wanted]
    listed = subprocess.run(command, capture_output=True, text=True, check=False).stdout.splitlines()
    installed = {line.split()[0] for line in listed if line.endswith(" installed")}
    return [name for name in names if installed.isdisjoint(name.split("|"))]


def as_root(*command: str) -> list[str]:
    """The command as root runs it; through sudo, which asks for a password on the terminal, for anybody else."""
    return list(command) if os.geteuid() == 0 else ["sudo", *command]


def output(command: Sequence[str]) -> str:
    """What a command prints; GroundError with what it complained of when it fails."""
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if done.returncode:
        raise GroundError(f"{' '.join(command)} failed:\n{done.stdout}{done.stderr}")
    return done.stdout


def _available_name(name: str) -> str:
    for choice in name.split("|"):
        if subprocess.run(["apt-cache", "show", choice], capture_output=True, check=False).stdout:
            return choice
    return name.split("|")[0]


# Python


def choose_python() -> str:
    """The newest Python that the lock file has been tried with and that can make virtual environments."""
    found = [path for path in map(shutil.which, PYTHONS) if path and _runs(path, NEW_ENOUGH)]
    for path in found:
        if _runs(path, "import ensurepip, venv"):
            return path
    for path in found:
        if Path(path).resolve().is_relative_to("/usr"):
            install_packages([f"{Path(path).resolve().name}-venv"])
            return path
    raise GroundError("no Python 3.11 or newer with its venv module is here. Do: apt install python3 python3-venv")


def _runs(python: str, code: str) -> bool:
    return subprocess.run([python, "-c", code], capture_output=True, check=False).returncode == 0


# Virtual environments


def install_environment(venv: Path, lock: Path, *, python: Path | None = None, with_project: bool = False) -> None:
    """Make a virtual environment that holds what a lock file names, unless it already does.

    Without `python`, the best one of this machine. Packages that the lock file does not name are left alone.
    """
    stamp = _stamp(lock, with_project=with_project)
    if _is_made_from(venv, stamp):
        return
    with _alone():
        if not _is_made_from(venv, stamp):
            _make_environment(venv, lock, python, with_project=with_project)
            (venv / STAMP_NAME).write_text(stamp)


def _make_environment(venv: Path, lock: Path, python: Path | None, *, with_project: bool) -> None:
    inside = venv / "bin" / "python"
    if not _is_of_use(venv):
        chosen = str(python or choose_python())
        say(f"making {venv.relative_to(ROOT)} with {chosen}")
        _step([chosen, "-m", "venv", "--clear", str(venv)], "the virtual environment could not be made")
    (venv / STAMP_NAME).unlink(missing_ok=True)
    count = sum(1 for line in lock.read_text().splitlines() if line and not line.startswith("#"))
    say(f"installing {count} Python packages named in {lock.relative_to(ROOT)}")
    pip = [str(inside), "-m", "pip", "install", "--quiet", "--no-input", "--disable-pip-version-check"]
    problem = "pip could not install them. Is there a network? The same command tries again"
    _step([*pip, "--requirement", str(lock)], problem)
    if with_project:
        say("installing the project itself")
        _step([*pip, "--no-deps", "--no-build-isolation", "--editable", str(ROOT)], problem)


def _step(command: Sequence[str], problem: str) -> None:
    if subprocess.run(command, stdin=subprocess.DEVNULL, stdout=sys.stderr, check=False).returncode:
        raise GroundError(problem)


def _stamp(lock: Path, *, with_project: bool) -> str:
    made_from = hashlib.sha256(lock.read_bytes())
    if with_project:
        made_from.update((ROOT / "pyproject.toml").read_bytes())
    return f"{made_from.hexdigest()} {ROOT}"


def _is_made_from(venv: Path, stamp: str) -> bool:
    path = venv / STAMP_NAME
    return path.exists() and path.read_text() == stamp and (venv / "bin" / "python").exists()


def _is_of_use(venv: Path) -> bool:
    """Whether an environment can be added to: its Python starts, and it was not made in another folder."""
    stamp = venv / STAMP_NAME
    is_at_home = not stamp.exists() or stamp.read_text().endswith(f" {ROOT}")
    return is_at_home and (venv / "bin" / "python").exists() and _runs(str(venv / "bin" / "python"), NEW_ENOUGH)


@contextmanager
def _alone() -> Iterator[None]:
    """Two runs started at once must not build the same folder: the second waits and finds it done."""
    CACHE.mkdir(exist_ok=True)
    with (CACHE / "setting-up").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield
