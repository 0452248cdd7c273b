"""Whether a disk takes writes: tried, because free space says nothing about quotas, reserves and read-only mounts."""

import os
import tempfile
from pathlib import Path
from typing import Final

PROBE_BYTES: Final = 256 * 1024
"""More than one sale writes, so that selling does not begin again for one sale only."""


def takes_writes(folder: Path) -> bool:
    """Write a nameless file in `folder`, durably, and let it go."""
    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(bytes(PROBE_BYTES))
            file.flush()
            os.fsync(file.fileno())
    except OSError:
        return False
    return True
