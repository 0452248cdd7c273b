"""A town's trust data, signed and published: the offline keys' part of it, and the emergency repository.

    DIR/offline/ROLE-N.key    keys that a city keeps in safes: `root` and `targets` (two of three sign), and the same
                              for the emergency repository

The ledger holds the keys for what changes every day, and publishes that by itself (`pos.ledger.publishing`).

Rules: root and targets are signed by two of three keys; each issuer's list of revoked vouchers is delegated to a key of
that issuer, merchants and terminals to the ledger's online key; the emergency repository has its own root, is known to
terminals as a target of the ordinary one, and names one file.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec
from tuf.api.metadata import DelegatedRole, Delegations, Role, Root, Snapshot, Targets, Timestamp

from pos.ledger.folder import open_folder
from pos.ledger.publishing import DAY_S, REGISTRY, Publisher, revocations_role
from pos.ledger.repository import RepositoryWriter, at, sign_metadata, tuf_key
from pos.sandbox.entropy import Entropy
from pos.sandbox.wallet.files import write_durably
from pos.trust.emergency_file import EMERGENCY_FILE, EmergencyFile
from pos.trust.names import EMERGENCY_ROOT, hashed_path, metadata_file
from pos.trust.sources import TARGETS_FOLDER
from pos.voucher.keys import SigningKey

ROOT_KEYS: Final = 3
ROOT_THRESHOLD: Final = 2
ROOT_LIFE_S: Final = 3 * 365 * DAY_S
TARGETS_LIFE_S: Final = 365 * DAY_S
EMERGENCY_LIFE_S: Final = 365 * DAY_S
"""Its codes are printed and carried about; only a newer set ends an older one."""
_OFFLINE_FILES: Final = ("issuers.json", "policy.json", "ledgers.json")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Keys:
    """The keys of one repository."""

    root: tuple[SigningKey, ...]
    targets: tuple[SigningKey, ...]
    online: SigningKey


class Publication:
    """Publishes one town's trust data."""

    def __init__(self, directory: Path, ledger_dir: Path) -> None:
        self._offline = directory / "offline"
        self._folder = open_folder(ledger_dir)
        self._online = self._folder.keys_dir / "trust"

    def found(self, issuers: Iterable[str], entropy: Entropy, *, now_s: int) -> None:
        """Make all keys and both roots."""
        self._offline.mkdir(mode=0o700)
        self._online.mkdir(mode=0o700)
        for role in ("root", "targets", "emergency-root", "emergency-targets"):
            for number in range(ROOT_KEYS):
                write_durably(self._offline / f"{role}-{number}.key", entropy.secret(role, str(number)))
        for name in ("online", "emergency-online", *(f"revocations-{issuer}" for issuer in issuers)):
            write_durably(self._online / f"{name}.key", entropy.secret(name))
        self._put_root(self.ordinary, self._keys(""), now_s=now_s)
        first = self._put_root(self.emergency, self._keys("emergency-"), now_s=now_s)
        place = self._folder.trust_dir / EMERGENCY_ROOT
        place.parent.mkdir()
        place.write_bytes(first)

    @property
    def ordinary(self) -> RepositoryWriter:
        return RepositoryWriter(self._folder.repository_dir)

    @property
    def emergency(self) -> RepositoryWriter:
        return RepositoryWriter(self._folder.repository_dir / "emergency")

    def publish(self, *, now_s: int) -> None:
        """Sign and publish everything that the trust folder says."""
        publisher, keys = Publisher(self._folder), self._keys("")
        trust = self._folder.trust_dir
        names = [*_OFFLINE_FILES, *(f"programs/{file.name}" for file in sorted((trust / "programs").glob("*.json")))]
        names += [EMERGENCY_ROOT, *(str(file.relative_to(trust)) for file in sorted(trust.glob("app/*/*.tar")))]
        is_new = publisher.writer.put(
            Targets.type,
            {name: trust / name for name in names},
            signers=keys.targets[:ROOT_THRESHOLD],
            expires_s=now_s + TARGETS_LIFE_S,
            renew_s=TARGETS_LIFE_S // 2,
            delegations=self._delegations(keys.online),
        )
        if not publisher.publish(now_s=now_s) and is_new:
            publisher.seal(now_s=now_s)

    def publish_emergency(self, content: EmergencyFile, *, now_s: int) -> None:
        """Publish the next emergency: everything that this file names is distrusted from now on."""
        keys, file = self._keys("emergency-"), self._folder.trust_dir / "emergency" / EMERGENCY_FILE
        if file.exists():
            content = msgspec.json.decode(file.read_bytes(), type=EmergencyFile).joined(content)
        file.write_bytes(msgspec.json.encode(content))
        writer = self.emergency
        writer.put(
            Targets.type,
            {EMERGENCY_FILE: file},
            signers=keys.targets[:ROOT_THRESHOLD],
            expires_s=now_s + EMERGENCY_LIFE_S,
            renew_s=EMERGENCY_LIFE_S,
        )
        writer.seal(
            [keys.online],
            snapshot_expires_s=now_s + EMERGENCY_LIFE_S,
            timestamp_expires_s=now_s + EMERGENCY_LIFE_S,
        )

    def emergency_set(self) -> tuple[tuple[str, bytes], ...]:
        """The newest emergency as paths and bytes, as few of them as a terminal needs that has its first root."""
        writer = self.emergency
        root, snapshot, targets = writer.root(), writer.snapshot(), writer.targets(Targets.type)
        assert root is not None, "it was published"
        assert snapshot is not None, "it was published"
        assert targets is not None, "it was published"
        target = targets.targets[EMERGENCY_FILE]
        paths = [
            *(metadata_file(Root.type, version) for version in range(2, root.version + 1)),
            metadata_file(Timestamp.type, None),
            metadata_file(Snapshot.type, snapshot.version),
            metadata_file(Targets.type, targets.version),
            f"{TARGETS_FOLDER}/{hashed_path(EMERGENCY_FILE, target.hashes['sha256'])}",
        ]
        return tuple((path, (writer.folder / path).read_bytes()) for path in paths)

    def rotate_root(self, entropy: Entropy, *, now_s: int) -> None:
        """Replace one of the root's keys: the next root is signed by old and new keys."""
        before, old = self.ordinary.root(), self._keys("")
        assert before is not None, "a town has a root"
        write_durably(self._offline / "root-0.key", entropy.secret("root", f"after {before.version}"))
        new = self._keys("")
        self._put_root(self.ordinary, new, now_s=now_s, also=old.root[:ROOT_THRESHOLD], version=before.version + 1)

    def _put_root(
        self,
        writer: RepositoryWriter,
        keys: _Keys,
        *,
        now_s: int,
        also: tuple[SigningKey, ...] = (),
        version: int = 1,
    ) -> bytes:
        raw = sign_metadata(_root(keys, version=version, now_s=now_s), [*also, *keys.root[:ROOT_THRESHOLD]])
        writer.put_root(version, raw)
        if writer.folder == self._folder.repository_dir:
            (self._folder.trust_dir / "root.json").write_bytes(raw)
        return raw

    def _delegations(self, online: SigningKey) -> Delegations:
        keys = {tuf_key(online.public_key).keyid: tuf_key(online.public_key)}
        roles: dict[str, DelegatedRole] = {}
        for issuer, key in self._revocation_keys().items():
            name, tuf = revocations_role(issuer), tuf_key(key.public_key)
            keys[tuf.keyid] = tuf
            paths = [f"revocations/{issuer}.bin", f"revocations/{issuer}-?.bin", f"serials/{issuer}.bin"]
            roles[name] = DelegatedRole(name, [tuf.keyid], 1, True, paths)
        paths = ["merchants/*.json", "terminals/*.json"]
        roles[REGISTRY] = DelegatedRole(REGISTRY, [tuf_key(online.public_key).keyid], 1, True, paths)
        return Delegations(keys=keys, roles=roles)

    def _revocation_keys(self) -> Mapping[str, SigningKey]:
        files = sorted(self._online.glob("revocations-*.key"))
        return {file.stem.removeprefix("revocations-"): SigningKey.from_seed(file.read_bytes()) for file in files}

    def _keys(self, prefix: str) -> _Keys:
        def some(role: str) -> tuple[SigningKey, ...]:
            files = (self._offline / f"{prefix}{role}-{number}.key" for number in range(ROOT_KEYS))
            return tuple(SigningKey.from_seed(file.read_bytes()) for file in files)

        online = SigningKey.from_seed((self._online / f"{prefix}online.key").read_bytes())
        return _Keys(root=some("root"), targets=some("targets"), online=online)


def _root(keys: _Keys, *, version: int, now_s: int) -> Root:
    by_role = {
        Root.type: (keys.root, ROOT_THRESHOLD),
        Targets.type: (keys.targets, ROOT_THRESHOLD),
        Snapshot.type: ((keys.online,), 1),
        Timestamp.type: ((keys.online,), 1),
    }
    known = {tuf_key(key.public_key).keyid: tuf_key(key.public_key) for group, _ in by_role.values() for key in group}
    roles = {
        role: Role([tuf_key(key.public_key).keyid for key in group], threshold)
        for role, (group, threshold) in by_role.items()
    }
    return Root(version=version, expires=at(now_s + ROOT_LIFE_S), keys=known, roles=roles, consistent_snapshot=True)
