"""Lists of revoked vouchers as files (protocol, "Trust data").

Layout: magic `CKRV1`, u64 BE `as_of`, u64 BE `covers_until`, u32 BE count, then strictly ascending 16-byte ids; above
`SHARD_IDS_MAX` ids one file for each first hex digit. Who is on a list is for the issuer and `pos.ledger.conflicts`.
"""

import struct
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pos.durable import replace_file

SHARD_IDS_MAX: Final = 65_536
_HEAD: Final = struct.Struct(">5sQQI")
_MAGIC: Final = b"CKRV1"
_ID_BYTES: Final = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class RevokedIds:
    """What an issuer's list names, and as of when."""

    ids: frozenset[bytes] = frozenset()
    as_of_s: int = 0
    """0 where there is no list."""


def read_lists(folder: Path, issuer: str) -> RevokedIds:
    """Read an issuer's list, whole or in parts."""
    ids: set[bytes] = set()
    as_of_s = 0
    for path in folder.glob(f"{issuer}*.bin"):
        raw = path.read_bytes()
        _, as_of_s, _, _ = _HEAD.unpack_from(raw)
        ids.update(raw[start : start + _ID_BYTES] for start in range(_HEAD.size, len(raw), _ID_BYTES))
    return RevokedIds(ids=frozenset(ids), as_of_s=as_of_s)


def write_lists(folder: Path, issuer: str, ids: Iterable[bytes], *, as_of_s: int, covers_until_s: int) -> None:
    """Write an issuer's list, in sixteen parts where it is long. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    ordered = sorted(set(ids))
    lists = {issuer: ordered}
    if len(ordered) > SHARD_IDS_MAX:
        lists = {f"{issuer}-{digit:x}": [one for one in ordered if one[0] >> 4 == digit] for digit in range(16)}
    for name, part in lists.items():
        head = _HEAD.pack(_MAGIC, as_of_s, covers_until_s, len(part))
        replace_file(folder / f"{name}.bin", head + b"".join(part))
    for path in folder.glob(f"{issuer}*.bin"):
        if path.stem not in lists:
            path.unlink()
