"""Revoked voucher ids of one issuer: mapped, bisected, never loaded (protocol, "Trust data").

Layout: magic `CKRV1`, u64 BE `as_of`, u64 BE `covers_until`, u32 BE count, then strictly ascending 16-byte ids. Above
`SHARD_IDS_MAX` ids the list is split by the first hex digit of the id into `{issuer}-{digit}.bin`. A list that is too
old answers "not covered"; it never answers "not revoked". Every list is looked at once, when the folder is opened:
an unordered list could hide an id, and a damaged one must be found before the first customer comes.

Lists are replaced by renaming; one cut short in place would take the process that has it mapped with it.
"""

import mmap
import re
import struct
from itertools import pairwise
from pathlib import Path
from typing import Final

from pos.errors import TrustError
from pos.till.policy import RevocationState

MAGIC: Final = b"CKRV1"
SHARD_IDS_MAX: Final = 65_536
_HEAD: Final = struct.Struct(">5sQQI")
_ID_BYTES: Final = 16
_ID: Final = struct.Struct("16s")
_NAME: Final = re.compile(r"(?P<name>[0-9]{5}(-[0-9a-f])?)\.bin")


class RevocationList:
    """One mapped list file."""

    def __init__(self, path: Path) -> None:
        """Map `path`; TrustError when it is not such a list. Missing files are the caller's matter."""
        with path.open("rb") as file:
            try:
                self._map = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
            except ValueError as error:
                raise TrustError(f"{path.name}: empty") from error
        if len(self._map) < _HEAD.size:
            raise TrustError(f"{path.name}: too short for a revocation list")
        magic, self.as_of_s, self.covers_until_s, self.count = _HEAD.unpack_from(self._map)
        if magic != MAGIC or len(self._map) != _HEAD.size + self.count * _ID_BYTES:
            raise TrustError(f"{path.name}: not a revocation list")
        if not self._is_ascending():
            raise TrustError(f"{path.name}: ids are not in ascending order")
        self._let_go()

    def state(self, voucher_id: bytes, *, now_s: int) -> RevocationState:
        """Where the voucher stands, `now_s` by the best clock there is."""
        low, high = 0, self.count
        while low < high:
            middle = (low + high) // 2
            if self._id(middle) < voucher_id:
                low = middle + 1
            else:
                high = middle
        is_listed = low < self.count and self._id(low) == voucher_id
        self._let_go()
        if is_listed:
            return RevocationState.REVOKED
        return RevocationState.NOT_REVOKED if now_s <= self.covers_until_s else RevocationState.NOT_COVERED

    def close(self) -> None:
        self._map.close()

    def _let_go(self) -> None:
        """Give the pages back: having been read is no reason to stay, and the kernel keeps its own copy anyway."""
        self._map.madvise(mmap.MADV_DONTNEED)

    def _is_ascending(self) -> bool:
        with memoryview(self._map) as whole, whole[_HEAD.size :] as ids:
            return all(former < latter for former, latter in pairwise(_ID.iter_unpack(ids)))

    def _id(self, index: int) -> bytes:
        start = _HEAD.size + index * _ID_BYTES
        return self._map[start : start + _ID_BYTES]


class Revocations:
    """All lists of a folder."""

    def __init__(self, folder: Path) -> None:
        """Map every list; TrustError names the first that is damaged. Without the folder nothing is covered."""
        files = sorted(folder.iterdir()) if folder.is_dir() else []
        self._lists = {
            found["name"]: RevocationList(path) for path in files if (found := _NAME.fullmatch(path.name)) is not None
        }

    def state(self, issuer: str, voucher_id: bytes, *, now_s: int) -> RevocationState:
        """REVOKED, NOT_REVOKED, or NOT_COVERED where there is no list that can tell."""
        found = self._lists.get(issuer) or self._lists.get(f"{issuer}-{voucher_id.hex()[0]}")
        return RevocationState.NOT_COVERED if found is None else found.state(voucher_id, now_s=now_s)

    def close(self) -> None:
        for one in self._lists.values():
            one.close()
