"""Revoked voucher ids of one issuer: mapped, bisected, never loaded (protocol, "Trust data").

Layout: magic `CKRV1`, u64 BE `as_of`, u64 BE `covers_until`, u32 BE count, then strictly ascending 16-byte ids. Above
`SHARD_IDS_MAX` ids the list is split by the first hex digit of the id into `{issuer}-{digit}.bin`. A list that is too
old answers "not covered"; it never answers "not revoked". Every list is looked at once, when the folder is opened:
an unordered list could hide an id, and a damaged one must be found before the first customer comes.
"""

import re
import struct
from itertools import pairwise
from pathlib import Path
from typing import Final

from pos.core.mapped_records import MappedRecords
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
        self._ids = MappedRecords(path, magic=MAGIC, head=_HEAD, record_bytes=_ID_BYTES, what="a revocation list")
        self.as_of_s, self.covers_until_s, self.count = self._ids.head
        with self._ids.whole() as ids:
            is_ascending = all(former < latter for former, latter in pairwise(_ID.iter_unpack(ids)))
        if not is_ascending:
            raise TrustError(f"{path.name}: ids are not in ascending order")

    def state(self, voucher_id: bytes, *, now_s: int) -> RevocationState:
        """Where the voucher stands, `now_s` by the best clock there is."""
        below = self._ids.count_below(voucher_id)
        is_listed = below < self.count and self._ids.record(below) == voucher_id
        self._ids.let_go()
        if is_listed:
            return RevocationState.REVOKED
        return RevocationState.NOT_REVOKED if now_s <= self.covers_until_s else RevocationState.NOT_COVERED

    def close(self) -> None:
        self._ids.close()


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
