"""Which targets one terminal wants, and how repositories name their files. Pure.

Rules: the lists of an issuer's revoked vouchers are one file, or sixteen where it is long; which of the two exists is
seen in the metadata. Names come from verified metadata and are still never believed to stay inside a folder.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

ISSUERS: Final = "issuers.json"
EMERGENCY_ROOT: Final = "emergency/root.json"
"""The first root of the emergency repository, as a target of the ordinary one."""
SIBLINGS_MAX: Final = 32
"""A department store's counters are merchants of their own."""
_ID: Final = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,15}")
_PATH: Final = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*){0,4}")
_PATH_CHARACTERS_MAX: Final = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Whose trust data it is."""

    terminal: str
    merchant: str

    @property
    def needed(self) -> tuple[str, ...]:
        """Targets without which nothing can be sold; `issuers.json` comes first, the rest depends on it."""
        return (
            ISSUERS,
            "policy.json",
            "ledgers.json",
            self.merchant_file,
            f"terminals/{self.terminal}.json",
        )

    @property
    def merchant_file(self) -> str:
        """Names the other terminals of the shop, whose files are wanted too, as far as there are any."""
        return f"merchants/{self.merchant}.json"

    def of_siblings(self, terminals: Iterable[str]) -> tuple[str, ...]:
        """Targets of the shop's other terminals, at most SIBLINGS_MAX of them."""
        others = sorted({name for name in terminals if _ID.fullmatch(name)} - {self.terminal})
        return tuple(f"terminals/{name}.json" for name in others[:SIBLINGS_MAX])


def of_issuers(issuers: Iterable[str]) -> tuple[str, ...]:
    """Targets of these issuers that every terminal needs."""
    return tuple(f"programs/{issuer}.json" for issuer in issuers)


def revocation_lists(issuer: str) -> tuple[str, tuple[str, ...]]:
    """The list of an issuer: its one file, and the sixteen that stand for it where it is long."""
    return f"revocations/{issuer}.bin", tuple(f"revocations/{issuer}-{digit:x}.bin" for digit in range(16))


def serial_list(issuer: str) -> str:
    """The list of printed note numbers that an issuer has reported; not every issuer has one."""
    return f"serials/{issuer}.bin"


def metadata_file(role: str, version: int | None) -> str:
    """Name of a role's metadata; the version stands in front of it where there is one."""
    name = f"{quote(role, safe='')}.json"
    return name if version is None else f"{version}.{name}"


def is_plain_path(path: str) -> bool:
    """Whether a target's path is relative, of plain names, and leads nowhere else."""
    return len(path) <= _PATH_CHARACTERS_MAX and _PATH.fullmatch(path) is not None


def hashed_path(path: str, sha256: str) -> str:
    """Where a repository with consistent snapshots keeps a target's file."""
    folder, slash, name = path.rpartition("/")
    return f"{folder}{slash}{sha256}.{name}"
