"""Files of sorted records behind a head: mapped, bisected, never loaded.

A list is replaced by renaming; one cut short in place would take the process that has it mapped with it. What has been
read is given back at once: the kernel keeps its own copy of the pages anyway.
"""

import mmap
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from pos.errors import TrustError


class MappedRecords:
    """One mapped file. The last number of its head says how many records follow."""

    def __init__(self, path: Path, *, magic: bytes, head: struct.Struct, record_bytes: int, what: str) -> None:
        """Map `path`; TrustError when it is not such a list. Missing files are the caller's matter."""
        with path.open("rb") as file:
            try:
                self._map = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
            except ValueError as error:
                raise TrustError(f"{path.name}: empty") from error
        self._record_bytes: Final = record_bytes
        self._start: Final = head.size
        if len(self._map) < head.size:
            raise TrustError(f"{path.name}: too short for {what}")
        found, *self.head = head.unpack_from(self._map)
        self.count: Final = int(self.head[-1])
        if found != magic or len(self._map) != head.size + self.count * record_bytes:
            raise TrustError(f"{path.name}: not {what}")

    def count_below(self, key: bytes) -> int:
        """How many records come before `key`; a record is compared by the bytes that it begins with."""
        low, high = 0, self.count
        while low < high:
            middle = (low + high) // 2
            if self.record(middle)[: len(key)] < key:
                low = middle + 1
            else:
                high = middle
        return low

    def record(self, index: int) -> bytes:
        start = self._start + index * self._record_bytes
        return self._map[start : start + self._record_bytes]

    @contextmanager
    def whole(self) -> Iterator[memoryview]:
        """All records, for one look at their order."""
        with memoryview(self._map) as everything, everything[self._start :] as records:
            yield records
        self.let_go()

    def let_go(self) -> None:
        """Give the pages back."""
        self._map.madvise(mmap.MADV_DONTNEED)

    def close(self) -> None:
        self._map.close()
