"""The client workflow of The Update Framework (specification 1.0.33, section 5.3 to 5.7), over bytes and a given time.

Rules:

- every root from the trusted one on must be signed by its predecessor and by itself, each to its own threshold, and be
  the next version; only the last one may not have expired;
- timestamp, snapshot and what they name never get older; what was trusted before counts as the floor only if the
  newest root still vouches for it, so that keys which ran ahead can be replaced;
- length, hash and version are those that the role above promised; nothing is read beyond its promised length;
- a target is looked for in the order of the delegations, depth first, and only where each of them admits its path;
- signatures are Ed25519 through libsodium, and a threshold counts different keys, not different key ids.

Formats come from `tuf.api.metadata`. Nothing is stored here, no clock is read; `RejectedError` says which rule broke.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final, TypeVar

from tuf.api.exceptions import LengthOrHashMismatchError, RepositoryError
from tuf.api.metadata import Key, Metadata, MetaFile, Role, Root, Signed, Snapshot, TargetFile, Targets, Timestamp
from tuf.api.serialization import DeserializationError, SerializationError

from pos.trust.faults import RejectedError, TrustFault
from pos.trust.names import is_plain_path
from pos.trust.sources import MetadataSource
from pos.voucher.keys import PUBLIC_KEY_BYTES, verify_signature

ROOT_BYTES_MAX: Final = 512_000
TIMESTAMP_BYTES_MAX: Final = 16_384
SNAPSHOT_BYTES_MAX: Final = 2_000_000
TARGETS_BYTES_MAX: Final = 5_000_000
ROTATIONS_MAX: Final = 256
DELEGATIONS_MAX: Final = 32
"""Roles asked for one target."""

S = TypeVar("S", Root, Timestamp, Snapshot, Targets)


@dataclass(frozen=True, slots=True, kw_only=True)
class Floor:
    """What was trusted before: bytes that were verified once."""

    root: bytes
    timestamp: bytes | None = None
    snapshot: bytes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What the metadata promises about one file."""

    path: str
    length: int
    hashes: Mapping[str, str]
    """By algorithm, lower-case hex; at least SHA-256."""

    def describes(self, raw: bytes) -> bool:
        """Whether these are the promised bytes, by every hash that is promised."""
        return len(raw) == self.length and all(
            name in hashlib.algorithms_available and hashlib.new(name, raw).hexdigest() == promised
            for name, promised in self.hashes.items()
        )


@dataclass(frozen=True, slots=True)
class _Loaded:
    """One role's metadata, verified."""

    signed: Root | Timestamp | Snapshot | Targets
    raw: bytes


@dataclass(slots=True)
class VerifiedRepository:
    """The state of a repository that the trusted root vouches for; delegated roles are verified when asked for."""

    source: MetadataSource
    root: Root
    root_raw: bytes
    timestamp: Timestamp
    timestamp_raw: bytes
    snapshot: Snapshot
    snapshot_raw: bytes
    now: datetime
    _roles: dict[tuple[str, str], _Loaded] = field(default_factory=dict)

    def target(self, path: str) -> Target | None:
        """What is promised about `path`; None where no role that may speak of it does. Raises RejectedError."""
        to_visit, visited = [(Targets.type, Root.type)], set[str]()
        while to_visit and len(visited) <= DELEGATIONS_MAX:
            role, delegator = to_visit.pop()
            if role in visited:
                continue
            targets = self.targets(role, delegator)
            found = targets.targets.get(path)
            if found is not None:
                return _target_of(path, found)
            visited.add(role)
            to_visit = _with_children(to_visit, role, targets, path)
        return None

    def targets(self, role: str, delegator: str) -> Targets:
        """A role's metadata as `delegator` vouches for it. Raises RejectedError."""
        key = (delegator, role)
        if key not in self._roles:
            self._roles[key] = _Loaded(*self._load(role, delegator))
        signed = self._roles[key].signed
        assert isinstance(signed, Targets), "nothing else is kept here"
        return signed

    def raw_roles(self) -> dict[str, bytes]:
        """Everything that was verified, by role."""
        loaded = {role: found.raw for (_, role), found in self._roles.items()}
        return {
            Root.type: self.root_raw,
            Timestamp.type: self.timestamp_raw,
            Snapshot.type: self.snapshot_raw,
            **loaded,
        }

    def _load(self, role: str, delegator: str) -> tuple[Targets, bytes]:
        promised = self.snapshot.meta.get(f"{role}.json")
        if promised is None:
            raise RejectedError(TrustFault.MISSING, f"{role}: the snapshot does not name it")
        parent = self.root if delegator == Root.type else self.targets(delegator, self._delegator_of(delegator))
        raw = _promised(self.source, role, promised, bytes_max=TARGETS_BYTES_MAX)
        metadata = _parsed(Targets, raw, role)
        _check_signed(metadata, *_role_of(parent, role), name=role)
        _check_version(metadata.signed, promised, role)
        _check_fresh(metadata.signed, self.now, role)
        return metadata.signed, raw

    def _delegator_of(self, role: str) -> str:
        return next(delegator for delegator, known in self._roles if known == role)


def verify_repository(source: MetadataSource, floor: Floor, *, now_s: int) -> VerifiedRepository:
    """Follow the workflow to the top-level targets. Raises RejectedError.

    A root that is newer than the floor's is worth keeping even where the rest is refused: `newest_root`.
    """
    now = datetime.fromtimestamp(now_s, UTC)
    root, root_raw = newest_root(source, floor.root)
    _check_fresh(root, now, Root.type)
    timestamp, timestamp_raw = _timestamp(source, root, floor, now)
    snapshot, snapshot_raw = _snapshot(source, root, timestamp, floor, now)
    repository = VerifiedRepository(
        source=source,
        root=root,
        root_raw=root_raw,
        timestamp=timestamp,
        timestamp_raw=timestamp_raw,
        snapshot=snapshot,
        snapshot_raw=snapshot_raw,
        now=now,
    )
    repository.targets(Targets.type, Root.type)
    return repository


def trusted_root(raw: bytes) -> Root:
    """Read a root that is trusted for another reason, which must still be signed by itself. Raises RejectedError."""
    metadata = _parsed(Root, raw, Root.type)
    _check_signed(metadata, *_role_of(metadata.signed, Root.type), name=Root.type)
    return metadata.signed


def newest_root(source: MetadataSource, trusted: bytes) -> tuple[Root, bytes]:
    """Follow the chain of roots from a trusted one to its end. Raises RejectedError where a link does not hold."""
    root, raw = trusted_root(trusted), trusted
    for _ in range(ROTATIONS_MAX):
        following = source.metadata(Root.type, root.version + 1, bytes_max=ROOT_BYTES_MAX)
        if following is None:
            break
        metadata = _parsed(Root, following, Root.type)
        for signer in (root, metadata.signed):
            _check_signed(metadata, *_role_of(signer, Root.type), name=Root.type)
        if metadata.signed.version != root.version + 1:
            raise RejectedError(TrustFault.VERSION, f"root: version {metadata.signed.version} after {root.version}")
        root, raw = metadata.signed, following
    return root, raw


def _timestamp(source: MetadataSource, root: Root, floor: Floor, now: datetime) -> tuple[Timestamp, bytes]:
    raw = source.metadata(Timestamp.type, None, bytes_max=TIMESTAMP_BYTES_MAX)
    if raw is None:
        raise RejectedError(TrustFault.MISSING, "timestamp: not there")
    metadata = _parsed(Timestamp, raw, Timestamp.type)
    _check_signed(metadata, *_role_of(root, Timestamp.type), name=Timestamp.type)
    timestamp, before = metadata.signed, _floor_of(Timestamp, floor.timestamp, root)
    if before is not None and floor.timestamp is not None:
        if timestamp.version < before.version:
            raise RejectedError(TrustFault.ROLLBACK, f"timestamp: version {timestamp.version} after {before.version}")
        if timestamp.version == before.version:
            timestamp, raw = before, floor.timestamp
        elif timestamp.snapshot_meta.version < before.snapshot_meta.version:
            raise RejectedError(
                TrustFault.ROLLBACK,
                f"snapshot: version {timestamp.snapshot_meta.version} after {before.snapshot_meta.version}",
            )
    _check_fresh(timestamp, now, Timestamp.type)
    return timestamp, raw


def _snapshot(
    source: MetadataSource, root: Root, timestamp: Timestamp, floor: Floor, now: datetime
) -> tuple[Snapshot, bytes]:
    promised, before = timestamp.snapshot_meta, _floor_of(Snapshot, floor.snapshot, root)
    if before is not None and floor.snapshot is not None and before.version == promised.version:
        # Verified when it was stored; the timestamp's promise about its length and hash may have come later.
        snapshot, raw = before, floor.snapshot
    else:
        raw = _promised(source, Snapshot.type, promised, bytes_max=SNAPSHOT_BYTES_MAX)
        metadata = _parsed(Snapshot, raw, Snapshot.type)
        _check_signed(metadata, *_role_of(root, Snapshot.type), name=Snapshot.type)
        snapshot = metadata.signed
        if before is not None:
            _check_nothing_older(snapshot, before)
    _check_version(snapshot, promised, Snapshot.type)
    _check_fresh(snapshot, now, Snapshot.type)
    return snapshot, raw


def _check_nothing_older(snapshot: Snapshot, before: Snapshot) -> None:
    for name, known in before.meta.items():
        given = snapshot.meta.get(name)
        if given is None:
            raise RejectedError(TrustFault.ROLLBACK, f"snapshot: {name} is gone")
        if given.version < known.version:
            raise RejectedError(TrustFault.ROLLBACK, f"{name}: version {given.version} after {known.version}")


def _floor_of(kind: type[S], raw: bytes | None, root: Root) -> S | None:
    """What was stored, if the newest root still vouches for it."""
    if raw is None:
        return None
    try:
        metadata = _parsed(kind, raw, kind.type)
        _check_signed(metadata, *_role_of(root, kind.type), name=kind.type)
    except RejectedError:
        return None
    return metadata.signed


def _promised(source: MetadataSource, role: str, promised: MetaFile, *, bytes_max: int) -> bytes:
    raw = source.metadata(role, promised.version, bytes_max=promised.length or bytes_max)
    if raw is None:
        raise RejectedError(TrustFault.MISSING, f"{role}: not there, or longer than promised")
    try:
        promised.verify_length_and_hashes(raw)
    except LengthOrHashMismatchError as error:
        raise RejectedError(TrustFault.CONTENT, f"{role}: {error}") from error
    return raw


def _parsed(kind: type[S], raw: bytes, name: str) -> Metadata[S]:
    try:
        metadata: Metadata[S] = Metadata.from_bytes(raw)
    except (DeserializationError, RepositoryError, ValueError, RecursionError) as error:
        raise RejectedError(TrustFault.MALFORMED, f"{name}: {error}") from error
    if metadata.signed.type != kind.type:
        raise RejectedError(TrustFault.MALFORMED, f"{name}: it says that it is {metadata.signed.type}")
    return metadata


def _role_of(delegator: Root | Targets, name: str) -> tuple[Role, Mapping[str, Key]]:
    keys: Mapping[str, Key] = {}
    if isinstance(delegator, Root):
        keys = delegator.keys
    elif delegator.delegations is not None:
        keys = delegator.delegations.keys
    try:
        return delegator.get_delegated_role(name), keys
    except ValueError as error:
        raise RejectedError(TrustFault.SIGNATURES, f"{name}: nobody delegates to it") from error


def _check_signed(metadata: Metadata[S], role: Role, keys: Mapping[str, Key], *, name: str) -> None:
    try:
        payload = metadata.signed_bytes
    except (SerializationError, RecursionError) as error:
        raise RejectedError(TrustFault.MALFORMED, f"{name}: {error}") from error
    signers = {
        keys[key_id].keyval["public"]
        for key_id in role.keyids
        if key_id in keys and key_id in metadata.signatures
        if _is_signed_by(keys[key_id], metadata.signatures[key_id].signature, payload)
    }
    if len(signers) < role.threshold:
        raise RejectedError(TrustFault.SIGNATURES, f"{name}: {len(signers)} of {role.threshold} signatures")


def _is_signed_by(key: Key, signature: str, payload: bytes) -> bool:
    if (key.keytype, key.scheme) != ("ed25519", "ed25519"):
        return False
    try:
        public_key, given = bytes.fromhex(key.keyval["public"]), bytes.fromhex(signature)
    except (ValueError, TypeError, KeyError):
        return False
    return len(public_key) == PUBLIC_KEY_BYTES and verify_signature(public_key, payload, given)


def _check_version(signed: Signed, promised: MetaFile, name: str) -> None:
    if signed.version != promised.version:
        raise RejectedError(TrustFault.VERSION, f"{name}: version {signed.version}, promised {promised.version}")


def _check_fresh(signed: Signed, now: datetime, name: str) -> None:
    if signed.is_expired(now):
        raise RejectedError(TrustFault.EXPIRED, f"{name}: expired at {signed.expires:%Y-%m-%d %H:%M}")


def _target_of(path: str, found: TargetFile) -> Target:
    if not is_plain_path(path) or "sha256" not in found.hashes:
        raise RejectedError(TrustFault.MALFORMED, f"{path}: not a plain path with a SHA-256")
    return Target(path=path, length=found.length, hashes=found.hashes)


def _with_children(to_visit: list[tuple[str, str]], role: str, targets: Targets, path: str) -> list[tuple[str, str]]:
    """What is looked at next: first the roles to which this one delegates the path, in its order."""
    if targets.delegations is None:
        return to_visit
    children: list[tuple[str, str]] = []
    for name, is_terminating in targets.delegations.get_roles_for_target(path):
        children.append((name, role))
        if is_terminating:
            to_visit = []
            break
    return to_visit + children[::-1]
