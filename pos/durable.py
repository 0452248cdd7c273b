"""Files that are either the old or the new whole, also after a power cut.

Rules: a temporary file in the same folder, fsync, rename, fsync of the folder; many files at once are written plainly,
made durable together (`sync_filesystem`), and only then named by one file that is replaced in this way. A caller that
returned may rely on the new content.
"""

import ctypes
import os
from pathlib import Path
from typing import Final

_LIBC: Final = ctypes.CDLL(None, use_errno=True)


def replace_file(path: Path, data: bytes, *, mode: int = 0o644) -> None:
    """Replace `path` by a file of these bytes; OSError leaves the old content in place."""
    temporary = path.with_name(f"{path.name}.new")
    with temporary.open("wb") as file:
        os.fchmod(file.fileno(), mode)
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make renames and new names in `folder` durable."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_filesystem(folder: Path) -> None:
    """Make everything written on the file system of `folder` durable: one flush for many files. Raises OSError."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        if _LIBC.syncfs(descriptor) != 0:
            number = ctypes.get_errno()
            raise OSError(number, os.strerror(number), str(folder))
    finally:
        os.close(descriptor)
