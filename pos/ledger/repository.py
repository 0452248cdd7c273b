"""Writing a TUF repository: signed metadata and consistent snapshots in a folder that anybody may serve.

Rules: what changed gets the next version, what did not keeps its bytes; nothing that was published is changed or
removed but `timestamp.json`, which is replaced last, when everything it leads to is durable. Who may sign what is the
metadata's own business; a key that is not delegated to makes metadata that no terminal takes.
"""

import hashlib
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, TypeVar

from securesystemslib.signer import Signature
from tuf.api.metadata import (
    Delegations,
    Key,
    Metadata,
    MetaFile,
    Root,
    Snapshot,
    TargetFile,
    Targets,
    Timestamp,
)
from tuf.api.serialization.json import JSONSerializer

from pos.durable import replace_file, sync_filesystem
from pos.trust.names import hashed_path, metadata_file
from pos.trust.sources import TARGETS_FOLDER
from pos.voucher.keys import SigningKey

S = TypeVar("S", Root, Timestamp, Snapshot, Targets)
_COMPACT: Final = JSONSerializer(compact=True)


def tuf_key(public_key: bytes) -> Key:
    """A public key as metadata names it."""
    value = {"public": public_key.hex()}
    return Key.from_dict(
        hashlib.sha256(public_key).hexdigest(),
        {
            "keytype": "ed25519",
            "scheme": "ed25519",
            "keyval": value,
        },
    )


def sign_metadata(signed: S, signers: Sequence[SigningKey]) -> bytes:
    """The bytes of a role's metadata under these keys."""
    metadata = Metadata(signed)
    payload = metadata.signed_bytes
    for signer in signers:
        key_id = tuf_key(signer.public_key).keyid
        metadata.signatures[key_id] = Signature(key_id, signer.sign(payload).hex())
    return metadata.to_bytes(_COMPACT)


def at(time_s: int) -> datetime:
    """A time as metadata has it."""
    return datetime.fromtimestamp(time_s, UTC)


@dataclass(slots=True)
class RepositoryWriter:
    """One repository's folder. What is put is published by `seal`."""

    folder: Path
    _roles: dict[str, tuple[Targets, bytes]] = field(default_factory=dict)
    """What was put and is not published yet."""

    def put_root(self, version: int, raw: bytes) -> None:
        """Write a root, signed by its own keys and those of the one before."""
        (self.folder / TARGETS_FOLDER).mkdir(parents=True, exist_ok=True)
        (self.folder / metadata_file(Root.type, version)).write_bytes(raw)

    def root(self) -> Root | None:
        """The newest root."""
        version, newest = 1, None
        while (path := self.folder / metadata_file(Root.type, version)).is_file():
            newest, version = _read(Root, path), version + 1
        return newest

    def targets(self, role: str) -> Targets | None:
        """A role as it stands, published or put."""
        if role in self._roles:
            return self._roles[role][0]
        snapshot = self.snapshot()
        known = None if snapshot is None else snapshot.meta.get(f"{role}.json")
        return None if known is None else _read(Targets, self.folder / metadata_file(role, known.version))

    def snapshot(self) -> Snapshot | None:
        timestamp = self.timestamp()
        if timestamp is None:
            return None
        return _read(Snapshot, self.folder / metadata_file(Snapshot.type, timestamp.snapshot_meta.version))

    def timestamp(self) -> Timestamp | None:
        path = self.folder / metadata_file(Timestamp.type, None)
        return _read(Timestamp, path) if path.is_file() else None

    def put(
        self,
        role: str,
        files: Mapping[str, Path],
        *,
        signers: Sequence[SigningKey],
        expires_s: int,
        renew_s: int,
        delegations: Delegations | None = None,
    ) -> bool:
        """Let a role name exactly these files; True if that is new.

        A role that would expire within `renew_s` seconds before `expires_s` is signed again as it is.
        """
        before = self.targets(role)
        wanted = {path: self._target(path, file) for path, file in files.items()}
        if (
            before is not None
            and before.targets == wanted
            and before.delegations == delegations
            and before.expires > at(expires_s - renew_s)
        ):
            return False
        version = 1 if before is None else before.version + 1
        signed = Targets(version=version, expires=at(expires_s), targets=wanted, delegations=delegations)
        self._roles[role] = signed, sign_metadata(signed, signers)
        return True

    def seal(self, signers: Sequence[SigningKey], *, snapshot_expires_s: int, timestamp_expires_s: int) -> None:
        """Publish what was put, and a new timestamp in any case."""
        for role, (signed, raw) in self._roles.items():
            (self.folder / metadata_file(role, signed.version)).write_bytes(raw)
        snapshot, raw = self._next_snapshot(signers, snapshot_expires_s)
        (self.folder / metadata_file(Snapshot.type, snapshot.version)).write_bytes(raw)
        before = self.timestamp()
        timestamp = Timestamp(
            version=1 if before is None else before.version + 1,
            expires=at(timestamp_expires_s),
            snapshot_meta=_promise(snapshot.version, raw),
        )
        sync_filesystem(self.folder)
        replace_file(self.folder / metadata_file(Timestamp.type, None), sign_metadata(timestamp, signers))
        self._roles.clear()

    def _next_snapshot(self, signers: Sequence[SigningKey], expires_s: int) -> tuple[Snapshot, bytes]:
        before = self.snapshot()
        meta = {} if before is None else dict(before.meta)
        for role, (signed, raw) in self._roles.items():
            meta[f"{role}.json"] = _promise(signed.version, raw)
        version = 1 if before is None else before.version + 1
        snapshot = Snapshot(version=version, expires=at(expires_s), meta=meta)
        return snapshot, sign_metadata(snapshot, signers)

    def _target(self, path: str, file: Path) -> TargetFile:
        """Describe a target's file, and put it where the repository keeps it."""
        with file.open("rb") as content:
            sha256 = hashlib.file_digest(content, "sha256").hexdigest()
        place = self.folder / TARGETS_FOLDER / hashed_path(path, sha256)
        if not place.is_file():
            place.parent.mkdir(parents=True, exist_ok=True)
            temporary = place.with_name(f"{place.name}.new")
            shutil.copyfile(file, temporary)
            temporary.replace(place)
        return TargetFile(length=place.stat().st_size, hashes={"sha256": sha256}, path=path)


def _promise(version: int, raw: bytes) -> MetaFile:
    return MetaFile(version=version, length=len(raw), hashes={"sha256": hashlib.sha256(raw).hexdigest()})


def _read(kind: type[S], path: Path) -> S:
    metadata: Metadata[S] = Metadata.from_bytes(path.read_bytes())
    assert metadata.signed.type == kind.type, f"{path} is not what its name says"
    return metadata.signed
