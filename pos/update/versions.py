"""Which versions of the program there are to have: targets `app/MACHINE/chak-pos-VERSION.tar` of the trust repository.

The offline keys that sign issuers sign programs too; whose signatures count is `vouching`.
"""

import re
from dataclasses import dataclass
from functools import total_ordering
from typing import Final, Self

import msgspec

from pos.errors import MalformedError
from pos.trust.names import hashed_path

_VERSION: Final = re.compile(r"(0|[1-9][0-9]{0,5})\.(0|[1-9][0-9]{0,5})\.(0|[1-9][0-9]{0,5})")
_PATH: Final = re.compile(r"app/(?P<machine>[a-z0-9]{1,16})/chak-pos-(?P<version>[0-9.]{5,20})\.tar")
ARCHIVE_BYTES_MAX: Final = 200 * 1024 * 1024


@total_ordering
@dataclass(frozen=True, slots=True)
class Version:
    """Three numbers; the higher is the newer."""

    major: int
    minor: int
    patch: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `1.2.3`. Raises MalformedError."""
        found = _VERSION.fullmatch(text)
        if found is None:
            raise MalformedError(f"{text!r} is no version")
        return cls(*map(int, found.groups()))

    def __lt__(self, other: "Version") -> bool:
        return (self.major, self.minor, self.patch) < (other.major, other.minor, other.patch)

    def __str__(self) -> str:
        return f"{self.major}.{self.minor}.{self.patch}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """An archive that the offline keys vouch for."""

    version: Version
    path: str
    length: int
    sha256: str

    @property
    def published_path(self) -> str:
        """Below `targets/` of the repository."""
        return hashed_path(self.path, self.sha256)


class _File(msgspec.Struct, frozen=True, kw_only=True):
    length: int
    hashes: dict[str, str]


class _Targets(msgspec.Struct, frozen=True, kw_only=True):
    targets: dict[str, _File]


class _Signed(msgspec.Struct, frozen=True, kw_only=True):
    signed: _Targets


def newest_offer(raw_targets: bytes, *, machine: str) -> Offer | None:
    """The newest archive for a machine that top-level targets metadata names. Raises MalformedError.

    Whether the metadata is to be believed is the caller's business: what `Vouching` gives is.
    """
    try:
        named = msgspec.json.decode(raw_targets, type=_Signed).signed.targets
    except msgspec.DecodeError as error:
        raise MalformedError(f"targets: {error}") from error
    offers = [offer for path, file in named.items() if (offer := _offer(path, file, machine)) is not None]
    return max(offers, key=lambda offer: offer.version, default=None)


def _offer(path: str, file: _File, machine: str) -> Offer | None:
    found = _PATH.fullmatch(path)
    if found is None or found["machine"] != machine or not 0 < file.length <= ARCHIVE_BYTES_MAX:
        return None
    try:
        version = Version.parse(found["version"])
    except MalformedError:
        return None
    sha256 = file.hashes.get("sha256")
    return None if sha256 is None else Offer(version=version, path=path, length=file.length, sha256=sha256)
