"""A Debian root to spoil: a writable layer over one that stays as it is, entered without a network.

Needs root, and mounts in the mount namespace of the test run, which ends with it.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support.process_tools import Child, run

PATH_INSIDE = "PATH=/usr/sbin:/usr/bin:/sbin:/bin"


@dataclass(frozen=True, slots=True, kw_only=True)
class DebianRoot:
    folder: Path

    def inside(self, *command: str | Path, deadline_s: float = 120) -> Child:
        """Run a command in it, without a network and with nothing of this machine's environment."""
        bare: list[str | Path] = [
            "unshare",
            "--net",
            "--",
            "chroot",
            self.folder,
            "env",
            "-i",
            PATH_INSIDE,
            "LANG=C.UTF-8",
        ]
        return run([*bare, *command], deadline_s=deadline_s)

    def must(self, *command: str | Path, deadline_s: float = 120) -> str:
        """Like `inside`, for what has to succeed; gives what it printed."""
        done = self.inside(*command, deadline_s=deadline_s)
        assert done.exit_status == 0, done.report()
        return done.stdout

    def install(self, deb: Path) -> None:
        """Install a package as a technician without a network would: dpkg, and what is already there."""
        target = self.folder / "tmp" / deb.name
        target.write_bytes(deb.read_bytes())
        self.must("dpkg", "--install", f"/tmp/{deb.name}")


@contextmanager
def layer_over(lower: Path, scratch: Path, *, is_synced: bool = True) -> Iterator[DebianRoot]:
    """A root that looks like `lower` and keeps every change in `scratch`.

    Where nothing is learnt from a power cut, a layer that is not synced spares the disk minutes of it.
    """
    upper, work, folder = (scratch / name for name in ("upper", "work", "root"))
    for path in (upper, work, folder):
        path.mkdir(parents=True)
    options = f"lowerdir={lower},upperdir={upper},workdir={work}" + ("" if is_synced else ",volatile")
    mount("-t", "overlay", "overlay", "-o", options, str(folder))
    try:
        yield DebianRoot(folder=folder)
    finally:
        unmount(folder)


@contextmanager
def with_proc(root: DebianRoot) -> Iterator[None]:
    """/proc and /dev as installers and self-tests expect them."""
    mount("-t", "proc", "proc", str(root.folder / "proc"))
    mount("--bind", "/dev", str(root.folder / "dev"))
    try:
        yield
    finally:
        unmount(root.folder / "dev")
        unmount(root.folder / "proc")


def mount(*arguments: str) -> None:
    _must("mount", *arguments)


def unmount(folder: Path) -> None:
    _must("umount", "--lazy", str(folder))


def _must(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{' '.join(command)}: {done.stderr}"
