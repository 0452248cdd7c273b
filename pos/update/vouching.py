"""Whose word this machine takes for a program: a root of its own, apart from what the till's processes may write.

What core adopted lies where core can write, and whoever takes core over could put a root of their own there and sign a
program with it. The privileged steps therefore keep the root that they have verified, in a folder of theirs:

- the first root is the one that the till was enrolled with, when it is first seen: before that there is nothing to
  update from;
- from then on the next root must be signed by the one before, and is kept when it is; a chain that does not reach from
  the kept root to the adopted one vouches for nothing, and nothing is changed;
- after it the whole set is verified again from that root. Expiry was judged when the set was adopted.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pos.durable import replace_file
from pos.trust.faults import RejectedError, TrustFault
from pos.trust.folder import TrustFolder
from pos.trust.metadata import ROOT_BYTES_MAX, Floor, trusted_root, verify_repository
from pos.trust.names import metadata_file
from pos.trust.sources import METADATA_FOLDER, ROOTS_FOLDER, StoredMetadata, read_plain

ROOT_FILE: Final = "root.json"
_ROOT: Final = "root"


@dataclass(frozen=True, slots=True)
class Vouching:
    """Who vouches for programs on one machine."""

    kept: Path
    """The file with the root that was verified last."""
    adopted: Path
    """The till's trust folder."""
    downloaded: Path
    """What sync brought of the repository; its roots bridge the time that a machine was switched off."""

    def targets(self, *, may_keep: bool) -> bytes | None:
        """The top-level targets of the adopted set; None before the till is enrolled.

        Raises RejectedError, TrustError, and OSError where the root cannot be kept.
        """
        stored = TrustFolder(self.adopted).stored()
        if stored is None:
            return None
        chain = _Chain(
            StoredMetadata(stored.folder / METADATA_FOLDER), self.downloaded / METADATA_FOLDER / ROOTS_FOLDER
        )
        newest = chain.metadata(_ROOT, None, bytes_max=ROOT_BYTES_MAX)
        if newest is None:
            raise RejectedError(TrustFault.MISSING, "root: not there")
        trusted = read_plain(self.kept, bytes_max=ROOT_BYTES_MAX)
        repository = verify_repository(chain, Floor(root=newest if trusted is None else trusted), now_s=0)
        if may_keep and repository.root_raw != trusted:
            replace_file(self.kept, repository.root_raw)
        return repository.raw_roles()["targets"]


@dataclass(frozen=True, slots=True)
class _Chain:
    """The adopted set, and roots between a trusted one and its own from wherever they lie: each proves itself."""

    stored: StoredMetadata
    roots: Path

    def metadata(self, role: str, version: int | None, *, bytes_max: int) -> bytes | None:
        if role != _ROOT or version is None:
            return self.stored.metadata(role, version, bytes_max=bytes_max)
        newest = self.stored.metadata(_ROOT, None, bytes_max=bytes_max)
        if newest is not None and trusted_root(newest).version == version:
            return newest
        return read_plain(self.roots / metadata_file(_ROOT, version), bytes_max=bytes_max)
