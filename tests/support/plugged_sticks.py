"""A memory stick for a booted till: a file system of its own on a loop device, under the name of a partition.

There is no udev in a container, so the unit that a rule would want is started by the test; everything behind that is
real. Needs root.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.booted_till import BootedTill
from tests.support.process_tools import run

NAME = "sdz1"
UNIT = f"pos-import@{NAME}.service"


@contextmanager
def plugged_in(till: BootedTill, content: Path, image: Path) -> Iterator[None]:
    """Put a stick with this content into the machine, and pull it out again."""
    image.unlink(missing_ok=True)
    _must("mkfs.ext4", "-q", "-O", "^has_journal", "-d", str(content), str(image), "64M")
    device = _must("losetup", "--find", "--show", "--read-only", str(image)).strip()
    node = till.root_of_running / "dev" / NAME
    try:
        os.mknod(node, stat.S_IFBLK | 0o600, Path(device).stat().st_rdev)
        yield
    finally:
        node.unlink(missing_ok=True)
        _must("losetup", "--detach", device)


def _must(*command: str) -> str:
    done = run(list(command), deadline_s=60)
    assert done.exit_status == 0, done.report()
    return done.stdout
