"""How much room the disk has left: in days, and whether it is time to stop selling.

Selling stops while enough is left for everything else: sending, exporting, closing and the proof of what was sold.
"""

import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

RESERVE_BYTES: Final = 200 * 1024 * 1024
DAY_BYTES_MIN: Final = 2 * 1024 * 1024
"""A quiet shop's day, with the write-ahead log's share: no estimate is rosier than this."""
DAYS_SHOWN: Final = 60
_DAY_S: Final = 86_400
_LOOK_S: Final = 5.0


def free_bytes(folder: Path) -> int:
    """Bytes that a file in this folder may still take."""
    return shutil.disk_usage(folder).free


@dataclass(slots=True, kw_only=True)
class Disk:
    """The disk that the journal is on."""

    journal_file: Path
    monotonic_s: Callable[[], float]
    free: Callable[[Path], int] = free_bytes
    _looked_s: float = field(default=float("-inf"))
    _free_bytes: int = 0

    @property
    def free_now(self) -> int:
        """Free bytes, looked at every few seconds."""
        now_s = self.monotonic_s()
        if now_s - self._looked_s >= _LOOK_S:
            self._looked_s, self._free_bytes = now_s, self.free(self.journal_file.parent)
        return self._free_bytes

    @property
    def is_nearly_full(self) -> bool:
        """Whether nothing more should be sold."""
        return self.free_now < RESERVE_BYTES

    def days_left(self, *, first_s: int, now_s: int) -> int:
        """Days of selling until the reserve is reached, from what the journal has taken a day since its first entry."""
        days = max((now_s - first_s) / _DAY_S, 1.0)
        taken = self.journal_file.stat().st_size if self.journal_file.exists() else 0
        per_day = max(taken / days, DAY_BYTES_MIN)
        return int(max(self.free_now - RESERVE_BYTES, 0) / per_day)
