"""A TUF repository that can be spoiled in every way, and two clients that look at the same bytes of it.

`Ours` is the terminal's verification with its stored floor; `Oracle` is python-tuf's own `ngclient.Updater`, which
verifies signatures with another Ed25519 than ours. Both keep what a client keeps between two looks.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias, cast

from securesystemslib.signer import Signature
from tuf.api.exceptions import DownloadError, DownloadHTTPError, RepositoryError
from tuf.api.metadata import (
    DelegatedRole,
    Delegations,
    Metadata,
    MetaFile,
    Role,
    Root,
    Snapshot,
    TargetFile,
    Targets,
    Timestamp,
)
from tuf.ngclient import FetcherInterface, Updater, UpdaterConfig

from pos.ledger.repository import at, tuf_key
from pos.trust.faults import RejectedError, TrustFault
from pos.trust.metadata import Floor, Target, VerifiedRepository, newest_root, verify_repository
from pos.trust.names import hashed_path, metadata_file
from pos.trust.sources import RepositoryFolder
from pos.voucher.keys import SigningKey

AnySigned: TypeAlias = Root | Timestamp | Snapshot | Targets

DAY_S = 86_400
TOP = (Root.type, Timestamp.type, Snapshot.type, Targets.type)


def key(name: str) -> SigningKey:
    """A key that is the same in every run."""
    return SigningKey.from_seed(hashlib.sha256(name.encode()).digest())


@dataclass(slots=True)
class City:
    """Everything that a repository says, each part open to change until it is published."""

    now_s: int
    roles: dict[str, AnySigned] = field(default_factory=dict)
    signers: dict[str, list[SigningKey]] = field(default_factory=dict)
    promised: dict[str, dict[str, object]] = field(default_factory=dict)
    """What a parent says of a role instead of the truth: `version`, `length`, `hashes`."""
    forgotten: set[str] = field(default_factory=set)
    """Roles that the snapshot does not name."""
    raw: dict[str, bytes] = field(default_factory=dict)
    """Bytes to publish in the place of a role's."""
    unpublished: set[str] = field(default_factory=set)

    aliases: dict[str, SigningKey] = field(default_factory=dict)
    """Key ids under which keys sign the root once more."""

    def __post_init__(self) -> None:
        expires = at(self.now_s + DAY_S)
        self.signers = {
            Root.type: [key("root-0"), key("root-1")],
            Targets.type: [key("targets-0"), key("targets-1")],
            Snapshot.type: [key("snapshot")],
            Timestamp.type: [key("timestamp")],
        }
        self.roles = {
            Root.type: Root(version=1, expires=expires, keys={}, roles=self._root_roles(), consistent_snapshot=True),
            Targets.type: Targets(version=1, expires=expires),
            Snapshot.type: Snapshot(version=1, expires=expires),
            Timestamp.type: Timestamp(version=1, expires=expires),
        }
        self.root.keys = {
            tuf_key(one.public_key).keyid: tuf_key(one.public_key) for group in self.signers.values() for one in group
        }

    def _root_roles(self) -> dict[str, Role]:
        thresholds = {Root.type: 2, Targets.type: 2, Snapshot.type: 1, Timestamp.type: 1}
        return {
            role: Role([tuf_key(one.public_key).keyid for one in self.signers[role]], threshold)
            for role, threshold in thresholds.items()
        }

    @property
    def root(self) -> Root:
        found = self.roles[Root.type]
        assert isinstance(found, Root)
        return found

    @property
    def timestamp(self) -> Timestamp:
        found = self.roles[Timestamp.type]
        assert isinstance(found, Timestamp)
        return found

    @property
    def snapshot(self) -> Snapshot:
        found = self.roles[Snapshot.type]
        assert isinstance(found, Snapshot)
        return found

    def targets(self, role: str = Targets.type) -> Targets:
        found = self.roles[role]
        assert isinstance(found, Targets)
        return found

    def rekey(self, role: str, *new: SigningKey) -> None:
        """Let other keys sign a role from the next root on."""
        for one in new:
            self.root.keys[tuf_key(one.public_key).keyid] = tuf_key(one.public_key)
        before = self.root.roles[role]
        self.root.roles[role] = Role([tuf_key(one.public_key).keyid for one in new], min(before.threshold, len(new)))
        if role != Root.type:
            self.signers[role] = list(new)

    def next_root(self, *signers: SigningKey) -> None:
        """The next root, signed by these, or by the ones before."""
        self.root.version += 1
        if signers:
            self.signers[Root.type] = list(signers)

    def delegate(self, parent: str, role: DelegatedRole, *signers: SigningKey, files: dict[str, bytes]) -> None:
        """A role that `parent` delegates to, and what it names."""
        targets = self.targets(parent)
        if targets.delegations is None:
            targets.delegations = Delegations(keys={}, roles={})
        for one in signers:
            targets.delegations.keys[tuf_key(one.public_key).keyid] = tuf_key(one.public_key)
        assert targets.delegations.roles is not None
        targets.delegations.roles[role.name] = role
        if role.name not in self.roles:
            self.roles[role.name] = Targets(version=1, expires=at(self.now_s + DAY_S))
        self.signers[role.name] = list(signers)
        self.name_files(role.name, files)

    def name_files(self, role: str, files: dict[str, bytes]) -> None:
        for path, data in files.items():
            self.targets(role).targets[path] = TargetFile.from_data(path, data, ["sha256"])

    def publish(self, folder: Path) -> None:
        """Write everything as it is now."""
        folder.mkdir(parents=True, exist_ok=True)
        for role, signed in self.roles.items():
            if role not in TOP or role == Targets.type:
                self._write(folder, role, signed)
        self.snapshot.meta = {
            f"{role}.json": self._promise(folder, role)
            for role in self.roles
            if (role not in TOP or role == Targets.type) and role not in self.forgotten
        }
        self._write(folder, Snapshot.type, self.snapshot)
        self.timestamp.snapshot_meta = self._promise(folder, Snapshot.type)
        self._write(folder, Timestamp.type, self.timestamp)
        self._write(folder, Root.type, self.root)

    def advance(self, *roles: str) -> None:
        """The next version of these roles."""
        for role in roles or (Targets.type, Snapshot.type, Timestamp.type):
            self.roles[role].version += 1

    def _promise(self, folder: Path, role: str) -> MetaFile:
        said: dict[str, object] = {"version": self.roles[role].version, **self.promised.get(role, {})}
        return MetaFile(**said)  # type: ignore[arg-type]

    def _write(self, folder: Path, role: str, signed: AnySigned) -> None:
        version = None if role == Timestamp.type else int(self.promised.get(role, {}).get("version", signed.version))  # type: ignore[call-overload]
        path = folder / metadata_file(role, version)
        if role in self.unpublished:
            path.unlink(missing_ok=True)
            return
        path.write_bytes(self.raw.get(role) or self.signed_bytes(role, signed))

    def signed_bytes(self, role: str, signed: AnySigned) -> bytes:
        # The library's parameter takes one kind of role at a time.
        metadata: Metadata[Targets] = Metadata(cast("Targets", signed))
        signers = {tuf_key(signer.public_key).keyid: signer for signer in self.signers[role]}
        for key_id, signer in (signers | (self.aliases if role == Root.type else {})).items():
            metadata.signatures[key_id] = Signature(key_id, signer.sign(metadata.signed_bytes).hex())
        return metadata.to_bytes()


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """How a look at the repository ended."""

    fault: TrustFault | None
    """None where it was accepted. The oracle's is only known to be one or none."""
    root_version: int
    versions: tuple[int, ...] = ()
    """Of timestamp, snapshot and targets, where it was accepted."""

    @property
    def is_accepted(self) -> bool:
        return self.fault is None


class Ours:
    """The terminal's verification."""

    def __init__(self, root: bytes) -> None:
        self.floor = Floor(root=root)
        self.repository: VerifiedRepository | None = None

    def look(self, folder: Path, *, now_s: int) -> Looked:
        source = RepositoryFolder(folder)
        self.repository = None
        try:
            found = verify_repository(source, self.floor, now_s=now_s)
        except RejectedError as error:
            self._keep_root(source)
            return Looked(fault=error.fault, root_version=self._root_version)
        self.repository = found
        self.floor = Floor(root=found.root_raw, timestamp=found.timestamp_raw, snapshot=found.snapshot_raw)
        versions = (found.timestamp.version, found.snapshot.version, found.targets(Targets.type, Root.type).version)
        return Looked(fault=None, root_version=self._root_version, versions=versions)

    def find(self, path: str) -> str | None:
        """SHA-256 of what is promised about a path; None where nobody may speak of it. Raises RejectedError."""
        assert self.repository is not None, "look first"
        found: Target | None = self.repository.target(path)
        return None if found is None else found.hashes["sha256"]

    def _keep_root(self, source: RepositoryFolder) -> None:
        try:
            _, raw = newest_root(source, self.floor.root)
        except RejectedError:
            return
        self.floor = Floor(root=raw, timestamp=self.floor.timestamp, snapshot=self.floor.snapshot)

    @property
    def _root_version(self) -> int:
        return Metadata[Root].from_bytes(self.floor.root).signed.version


class FolderFetcher(FetcherInterface):
    """Files of a folder for python-tuf's client."""

    def _fetch(self, url: str) -> Iterator[bytes]:
        try:
            yield Path(url).read_bytes()
        except FileNotFoundError:
            raise DownloadHTTPError(url, 404) from None


class Oracle:
    """python-tuf's own client, as it judges by the wall clock."""

    def __init__(self, root: bytes, folder: Path) -> None:
        self._root = root
        self._kept = folder
        self._updater: Updater | None = None
        (folder / "targets").mkdir(parents=True)

    def look(self, folder: Path) -> Looked:
        self._updater = Updater(
            str(self._kept),
            str(folder),
            str(self._kept / "targets"),
            str(folder / "targets"),
            fetcher=FolderFetcher(),
            config=UpdaterConfig(),
            bootstrap=self._root,
        )
        try:
            self._updater.refresh()
        except (RepositoryError, DownloadError):
            # Which of our words the fault would have is not said; that there is one is.
            return Looked(fault=TrustFault.MALFORMED, root_version=self._version(Root.type))
        versions = tuple(self._version(role) for role in (Timestamp.type, Snapshot.type, Targets.type))
        return Looked(fault=None, root_version=self._version(Root.type), versions=versions)

    def find(self, path: str) -> str | None:
        """As `Ours.find`. Raises RepositoryError, DownloadError."""
        assert self._updater is not None, "look first"
        found = self._updater.get_targetinfo(path)
        return None if found is None else found.hashes["sha256"]

    def _version(self, role: str) -> int:
        metadata: Metadata[Root] = Metadata.from_bytes((self._kept / f"{role}.json").read_bytes())
        return metadata.signed.version


def write_target(folder: Path, path: str, data: bytes, *, spoiled: bytes | None = None) -> None:
    """Publish a target's file, or other bytes in its place."""
    place = folder / "targets" / hashed_path(path, hashlib.sha256(data).hexdigest())
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(data if spoiled is None else spoiled)
