"""Taking trust away at once: the emergency repository, verified like any other and added to what it took before.

Rules:

- it has its own root, which the ordinary repository names as a target; from there on it follows its own roots;
- a version that was seen already, or an older one, changes nothing: an old sheet of codes takes nothing back;
- what it names is added to what earlier versions named, so that no later version can give trust back.

Kept in a `TrustFolder` of its own; the file in its targets is the sum.
"""

from dataclasses import dataclass
from io import BytesIO
from typing import BinaryIO, Final

import msgspec

from pos.trust.emergency_file import EMERGENCY_FILE, EmergencyFile, stored_emergency
from pos.trust.faults import RejectedError, TrustFault
from pos.trust.folder import CurrentSet, StoredSet, TrustFolder
from pos.trust.metadata import Floor, VerifiedRepository, verify_repository
from pos.trust.names import hashed_path, metadata_file
from pos.trust.sources import TARGETS_FOLDER, TrustSource

FILE_BYTES_MAX: Final = 12 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawn:
    """What an emergency took."""

    version: int
    raw: bytes
    """The file as it was signed."""
    file: EmergencyFile
    is_new: bool


class SetSource:
    """The files of a set of codes, by their paths in the emergency repository."""

    def __init__(self, files: dict[str, bytes]) -> None:
        self._files = files

    def metadata(self, role: str, version: int | None, *, bytes_max: int) -> bytes | None:
        raw = self._files.get(metadata_file(role, version))
        return raw if raw is not None and len(raw) <= bytes_max else None

    def open_target(self, path: str, sha256: str) -> BinaryIO | None:
        raw = self._files.get(f"{TARGETS_FOLDER}/{hashed_path(path, sha256)}")
        return None if raw is None else BytesIO(raw)


def withdraw(folder: TrustFolder, source: TrustSource, *, first_root: bytes, now_s: int) -> Withdrawn:
    """Verify an emergency and keep it; `first_root` counts where none was seen before.

    Raises RejectedError (nothing changes), OSError where it cannot be kept.
    """
    stored = folder.stored()
    repository = verify_repository(source, _floor(stored, first_root), now_s=now_s)
    raw = _file(repository, source)
    try:
        file = msgspec.json.decode(raw, type=EmergencyFile)
    except msgspec.DecodeError as error:
        raise RejectedError(TrustFault.UNUSABLE, f"{EMERGENCY_FILE}: {error}") from error
    version = repository.snapshot.version
    if stored is not None and stored.current.snapshot_version >= version:
        return Withdrawn(version=version, raw=raw, file=file, is_new=False)
    made = folder.begin()
    made.place(EMERGENCY_FILE).write_bytes(msgspec.json.encode(stored_emergency(folder).joined(file)))
    for role, content in repository.raw_roles().items():
        made.write_metadata(role, content)
    current = CurrentSet(
        number=made.number,
        root_version=repository.root.version,
        timestamp_version=repository.timestamp.version,
        snapshot_version=version,
    )
    folder.commit(made, current)
    return Withdrawn(version=version, raw=raw, file=file, is_new=True)


def _floor(stored: StoredSet | None, first_root: bytes) -> Floor:
    if stored is None:
        return Floor(root=first_root)
    root, timestamp, snapshot = (stored.metadata(role) for role in ("root", "timestamp", "snapshot"))
    return Floor(root=root or first_root, timestamp=timestamp, snapshot=snapshot)


def _file(repository: VerifiedRepository, source: TrustSource) -> bytes:
    target = repository.target(EMERGENCY_FILE)
    if target is None:
        raise RejectedError(TrustFault.MISSING, f"{EMERGENCY_FILE}: the repository does not have it")
    file = source.open_target(target.path, target.hashes["sha256"])
    if file is None:
        raise RejectedError(TrustFault.MISSING, f"{EMERGENCY_FILE}: not there")
    with file:
        raw = file.read(FILE_BYTES_MAX + 1)
    if len(raw) > FILE_BYTES_MAX or not target.describes(raw):
        raise RejectedError(TrustFault.CONTENT, f"{EMERGENCY_FILE}: not what the metadata promises")
    return raw
