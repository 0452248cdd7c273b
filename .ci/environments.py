"""The outsiders that judge this project, each in a folder of its own under .cache, made once.

- An outsider is pinned like every other dependency, in .ci/locks.
- It is never importable from the project's own environment, nor the other way round; only the fuzzer sees the project.
- What only Debian 13 has (Python 3.13, a compositor) runs in a root of it, on this machine's kernel and network.
"""

from __future__ import annotations

import hashlib
import platform
import shlex
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from ground import CACHE, LOCK, ROOT, VENV, GroundError, as_root, install_environment, install_packages, say

LOCKS = ROOT / ".ci" / "locks"
DEBIAN_13 = CACHE / "debian13"
DEBIAN_13_PACKAGES = (
    *("ca-certificates", "fonts-naver-d2coding", "git", "libzbar0t64", "mount"),
    *("python3", "python3-venv", "strace"),
)
PATH_INSIDE = "PATH=/usr/sbin:/usr/bin:/sbin:/bin"


def pycose() -> Path:
    """A Python that has pycose."""
    install_environment(CACHE / "pycose", LOCKS / "pycose.txt")
    return CACHE / "pycose" / "bin" / "python"


def fuzzer() -> Path:
    """A Python that has atheris and sees the project with all it depends on."""
    venv, ours = CACHE / "fuzz", VENV / "bin" / "python"
    install_environment(venv, LOCKS / "fuzz.txt", python=ours)
    (_packages_folder(venv / "bin" / "python") / "project.pth").write_text(f"{ROOT}\n{_packages_folder(ours)}\n")
    return venv / "bin" / "python"


def smartcard() -> Path:
    """A folder with pyscard and nothing else of this machine's own Python."""
    install_packages(["pcscd", "vsmartcard-vpcd", "python3-pyscard"])
    folder = CACHE / "smartcard"
    folder.mkdir(parents=True, exist_ok=True)
    library = folder / "smartcard"
    if not library.exists():
        library.symlink_to("/usr/lib/python3/dist-packages/smartcard")
    return folder


def receiptio() -> Path:
    """The command of the npm printing client."""
    if shutil.which("npm") is None:
        install_packages(["nodejs", "npm"])
    folder, wanted = CACHE / "receiptio", _digest(LOCKS / "receiptio" / "package-lock.json")
    if not _is_done(folder, wanted):
        say("installing the npm package receiptio")
        folder.mkdir(parents=True, exist_ok=True)
        for name in ("package.json", "package-lock.json"):
            shutil.copy(LOCKS / "receiptio" / name, folder / name)
        must(["npm", "ci", "--no-audit", "--no-fund"], "npm could not install receiptio", cwd=folder)
        _mark_done(folder, wanted)
    return folder / "node_modules" / ".bin" / "receiptio"


def emupos() -> Path:
    """A command that runs the printer emulator in the Debian 13 root; it sees this machine's /tmp, /dev and network."""
    root, lock = debian_13(), LOCKS / "emupos.txt"
    wheels, wanted = CACHE / "emupos-wheels", _digest(lock)
    if not (_is_done(wheels, wanted) and (root / "opt/emupos/bin/emupos").exists()):
        say("installing the printer emulator emupos")
        _download_for_debian_13(lock, wheels)
        bring = as_root("cp", "-r", "--no-preserve=ownership", "-T", str(wheels), f"{root}/var/emupos")
        must(bring, "the Debian 13 root cannot be written")
        install = (
            "python3 -m venv --clear /opt/emupos && /opt/emupos/bin/pip install --quiet --no-index "
            "--find-links /var/emupos --requirement /var/emupos/emupos.txt"
        )
        must(
            as_root("chroot", str(root), "env", "-i", PATH_INSIDE, "sh", "-c", install), "emupos could not be installed"
        )
        _mark_done(wheels, wanted)
    return _command_inside(root, "emupos", "/opt/emupos/bin/emupos")


def python_313() -> Path:
    """A command that runs Debian 13's Python with everything of requirements.lock, at the repository's root."""
    root, wheels, wanted = debian_13(), CACHE / "wheels-313", _digest(LOCK)
    if not (_is_done(wheels, wanted) and (root / "opt/project/bin/python").exists()):
        say("installing the project's libraries for Debian 13's Python")
        _download_for_debian_13(LOCK, wheels)
        bring = as_root("cp", "-r", "--no-preserve=ownership", "-T", str(wheels), f"{root}/var/project")
        must(bring, "the Debian 13 root cannot be written")
        install = (
            "python3 -m venv --clear /opt/project && /opt/project/bin/pip install --quiet --no-index "
            f"--find-links /var/project --requirement /var/project/{LOCK.name} && rm -r /var/project"
        )
        inside = as_root("chroot", str(root), "env", "-i", PATH_INSIDE, "sh", "-c", install)
        must(inside, "the project's libraries could not be installed")
        _mark_done(wheels, wanted)
    return _command_inside(root, "python313", "/opt/project/bin/python", also=ROOT)


def debian_13() -> Path:
    """The root folder of a small Debian 13."""
    wanted = " ".join(DEBIAN_13_PACKAGES)
    # A root can be used from anywhere, so its mark does not say where it was made.
    mark = _done_mark(DEBIAN_13)
    if not (DEBIAN_13.exists() and mark.exists() and mark.read_text() == wanted):
        install_packages(["mmdebstrap"])
        say("making a Debian 13 root in .cache/debian13; this takes half a minute")
        must(as_root("rm", "-rf", "--one-file-system", str(DEBIAN_13)), "the old root could not be removed")
        make = ("mmdebstrap", "--quiet", "--variant=apt", f"--include={','.join(DEBIAN_13_PACKAGES)}", "trixie")
        must(as_root(*make, str(DEBIAN_13)), "the Debian 13 root could not be made")
        mark.write_text(wanted)
    return DEBIAN_13


def _download_for_debian_13(lock: Path, wheels: Path) -> None:
    machine = platform.machine()
    platforms = [f"--platform={tag}_{machine}" for tag in ("manylinux_2_28", "manylinux_2_17", "manylinux2014")]
    only = ["--only-binary=:all:", "--no-deps", "--python-version=3.13", *platforms]
    download = [str(VENV / "bin" / "python"), "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
    shutil.rmtree(wheels, ignore_errors=True)
    must([*download, *only, "--requirement", str(lock), "--dest", str(wheels)], "pip could not download emupos")
    shutil.copy(lock, wheels)


def _command_inside(root: Path, name: str, program: str, *, also: Path | None = None) -> Path:
    """Write a small script that runs a program of a root folder as if it were one of this machine's own.

    A folder of this machine that it sees under its own name, and in which it starts, can be named with `also`.
    """
    there = shlex.quote(str(root))
    seen = "" if also is None else f"mkdir -p {there}{also}; mount --rbind {also} {there}{also}; "
    start = "" if also is None else f"--chdir={also} "
    inside = (
        f"set -e; for shared in dev tmp; do mount --rbind /$shared {there}/$shared; done; {seen}"
        f'mount -t proc proc {there}/proc; exec chroot {there} env {start}{PATH_INSIDE} {program} "$@"'
    )
    command = CACHE / "bin" / name
    command.parent.mkdir(parents=True, exist_ok=True)
    enter = shlex.join([*as_root("unshare", "--mount", "--"), "sh", "-c", inside, name])
    command.write_text(f'#!/bin/sh\nexec {enter} "$@"\n')
    command.chmod(0o755)
    return command


def _packages_folder(python: Path) -> Path:
    ask = [str(python), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"]
    return Path(subprocess.run(ask, capture_output=True, text=True, check=True).stdout.strip())


def must(command: Sequence[str], problem: str, *, cwd: Path | None = None) -> None:
    """Run a command to its end; GroundError with the problem in words when it fails."""
    done = subprocess.run(command, cwd=cwd, stdin=subprocess.DEVNULL, stdout=sys.stderr, check=False)
    if done.returncode:
        raise GroundError(f"{problem}. Is there a network? The command was: {' '.join(command)}")


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _done_mark(folder: Path) -> Path:
    # Beside the folder, not in it: a Debian root belongs to root, whoever runs this.
    return folder.with_name(f"{folder.name}.made-from")


def _is_done(folder: Path, wanted: str) -> bool:
    mark = _done_mark(folder)
    return folder.exists() and mark.exists() and mark.read_text() == f"{wanted} {ROOT}"


def _mark_done(folder: Path, wanted: str) -> None:
    _done_mark(folder).write_text(f"{wanted} {ROOT}")
