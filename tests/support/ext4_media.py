"""Disks whose power can be cut: ext4 in an image, mounted as the handbook's fstab mounts the data partition.

A cut is the file system's own shutdown: from that moment nothing reaches the disk any more, whatever was promised to be
written later; what the disk holds is found by mounting it again, when ext4 replays its journal. Three kinds: nothing
more is written, the journal's tail still is, or everything is. Disks that acknowledge a flush and lie are not modelled.

Needs root and loop devices; mount in a mount namespace of one's own.
"""

from __future__ import annotations

import fcntl
import os
import struct
import subprocess
from enum import IntEnum
from pathlib import Path

from tests.support.debian_roots import mount, unmount

FSTAB = Path(__file__).parents[2] / "firmware_config" / "mounts" / "fstab"
SIZE = "400M"
"""Sparse; more than a till wants free before it sells."""
_SHUTDOWN = 0x8004587D
"""EXT4_IOC_SHUTDOWN: _IOR('X', 125, u32)."""


class CutKind(IntEnum):
    """What still reaches the disk; the values are the kernel's."""

    ALL_FLUSHED = 0
    JOURNAL_FLUSHED = 1
    NOTHING_FLUSHED = 2


class Disk:
    """One ext4 in an image; on a loop device for as long as it is used."""

    def __init__(self, image: Path, folder: Path) -> None:
        self.folder = folder
        self._image = image
        with image.open("wb"):
            pass
        _must("truncate", f"--size={SIZE}", str(image))
        _must("mkfs.ext4", "-q", "-F", str(image))
        self._device = _must("losetup", "--find", "--show", str(image)).strip()
        folder.mkdir()

    def plug_in(self) -> None:
        """Mount it; ext4 replays what its journal holds."""
        mount("-o", _options(), self._device, str(self.folder))

    def cut(self, kind: CutKind) -> None:
        """From here on nothing is written any more."""
        descriptor = os.open(self.folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            fcntl.ioctl(descriptor, _SHUTDOWN, struct.pack("I", kind))
        finally:
            os.close(descriptor)

    def unplug(self) -> None:
        """Not lazily: whoever still has a file open here is a mistake."""
        _must("umount", str(self.folder))

    def check(self) -> None:
        """fsck finds nothing; the disk is unplugged and its journal empty."""
        _must("e2fsck", "-fn", self._device)

    def scrap(self) -> None:
        if self.folder.is_mount():
            unmount(self.folder)
        _must("losetup", "--detach", self._device)
        self._image.unlink()
        self.folder.rmdir()


def _options() -> str:
    """How the handbook mounts the data partition, less what only systemd understands."""
    (line,) = (line for line in FSTAB.read_text("utf-8").splitlines() if " /var/lib/pos " in line)
    options = line.split()[3].split(",")
    return ",".join(option for option in options if option != "nofail" and not option.startswith("x-systemd"))


def _must(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{' '.join(command)}: {done.returncode}: {done.stdout}{done.stderr}"
    return done.stdout
