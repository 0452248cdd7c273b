"""Files and the names of files, made durable."""

import os
from pathlib import Path

from pos.journal.faults import mapped


def create_file(path: Path) -> bool:
    """Create the file durably, readable by its owner only; False where it exists."""
    with mapped():
        try:
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        except FileExistsError:
            return False
        sync_folder(path.parent)
    return True


def sync_folder(folder: Path) -> None:
    """Make the names in `folder` durable."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
