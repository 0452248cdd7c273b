"""Emergency trust data in several codes (CKT1), shown in any order, put together again.

Rules:

- a part is a closed map: set id, index from 1, total of at most 32, bytes; a set is at most 12 KiB;
- the set id is the first 8 bytes of the SHA-256 of the whole set, so parts of two sets never mix and a damaged set is
  seen before anything in it is read;
- the set is an array of `[path, bytes]`; paths are relative, clean and unique.

The files inside are signed TUF metadata: whether they are believed, and that they can only take trust away, is for the
trust store. Nothing here is believed.
"""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Self

from pos import cbor
from pos.errors import MalformedError
from pos.voucher.fields import Fields
from pos.voucher.labels import OBJECT_BYTES_MAX

SET_ID_BYTES: Final = 8
PARTS_MAX: Final = 32
SET_BYTES_MAX: Final = 12 * 1024
PART_BYTES_MAX: Final = 480
"""Of a part made here: leaves room for its other fields in a code of 512 bytes."""
FILES_MAX: Final = 64

_PATH: Final = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*){0,4}")
_PATH_CHARACTERS_MAX: Final = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustPart:
    """One code of a set."""

    set_id: bytes
    index: int
    total: int
    data: bytes

    @classmethod
    def from_bytes(cls, raw: bytes) -> Self:
        """Read the content of a CKT1 code. Raises MalformedError."""
        if len(raw) > OBJECT_BYTES_MAX:
            raise MalformedError(f"trust part: more than {OBJECT_BYTES_MAX} bytes")
        fields = Fields("trust part", cbor.decode(raw))
        part = cls(
            set_id=fields.bytes_(1, "set id", size=SET_ID_BYTES),
            index=fields.uint(2, "index", low=1, high=PARTS_MAX),
            total=fields.uint(3, "total", low=1, high=PARTS_MAX),
            data=fields.object_(4, "bytes", bytes_max=OBJECT_BYTES_MAX),
        )
        fields.close()
        if part.index > part.total:
            raise MalformedError("trust part: its index is above the total")
        return part

    def to_bytes(self) -> bytes:
        """Return the content of a CKT1 code."""
        return cbor.encode({1: self.set_id, 2: self.index, 3: self.total, 4: self.data})


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustFile:
    """One file of the emergency repository."""

    path: str
    data: bytes


def split_set(files: Iterable[TrustFile]) -> tuple[TrustPart, ...]:
    """Return the parts that carry `files`. Raises MalformedError when they do not fit."""
    content = cbor.encode([[file.path, file.data] for file in files])
    _read_set(content)
    pieces = [content[start : start + PART_BYTES_MAX] for start in range(0, len(content), PART_BYTES_MAX)]
    set_id = hashlib.sha256(content).digest()[:SET_ID_BYTES]
    return tuple(
        TrustPart(set_id=set_id, index=index, total=len(pieces), data=piece)
        for index, piece in enumerate(pieces, start=1)
    )


def missing_parts(parts: Iterable[TrustPart]) -> tuple[int, ...]:
    """The indexes still to be shown. Raises MalformedError when parts of two sets are mixed."""
    by_index = _by_index(parts)
    total = next(iter(by_index.values())).total
    return tuple(index for index in range(1, total + 1) if index not in by_index)


def join_parts(parts: Iterable[TrustPart]) -> tuple[TrustFile, ...]:
    """Return the files of a complete set. Raises MalformedError for anything else."""
    by_index = _by_index(parts)
    if missing_parts(by_index.values()):
        raise MalformedError("trust set: parts are missing")
    content = b"".join(by_index[index].data for index in sorted(by_index))
    if hashlib.sha256(content).digest()[:SET_ID_BYTES] != by_index[1].set_id:
        raise MalformedError("trust set: the parts do not make up the set that they name")
    return _read_set(content)


def _by_index(parts: Iterable[TrustPart]) -> dict[int, TrustPart]:
    by_index: dict[int, TrustPart] = {}
    for part in parts:
        if by_index.setdefault(part.index, part) != part:
            raise MalformedError("trust set: two different parts of one index")
    if not by_index:
        raise MalformedError("trust set: no parts")
    if len({(part.set_id, part.total) for part in by_index.values()}) != 1:
        raise MalformedError("trust set: parts of different sets")
    return by_index


def _read_set(content: bytes) -> tuple[TrustFile, ...]:
    if len(content) > SET_BYTES_MAX:
        raise MalformedError(f"trust set: more than {SET_BYTES_MAX} bytes")
    items = cbor.decode(content)
    if not isinstance(items, list) or not 1 <= len(items) <= FILES_MAX:
        raise MalformedError("trust set: not an array of files")
    files = tuple(map(_read_file, items))
    if len({file.path for file in files}) != len(files):
        raise MalformedError("trust set: a path twice")
    return files


def _read_file(item: cbor.Value) -> TrustFile:
    if not isinstance(item, list) or len(item) != 2:
        raise MalformedError("trust set: not a path and bytes")
    path, data = item
    if not isinstance(path, str) or len(path) > _PATH_CHARACTERS_MAX or not _PATH.fullmatch(path):
        raise MalformedError("trust set: not a relative path of plain names")
    if not isinstance(data, bytes):
        raise MalformedError("trust set: a file that is not bytes")
    return TrustFile(path=path, data=data)
