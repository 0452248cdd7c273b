"""The ledger's online keys, as a chain of roots names them: what may sign an install file before there is trust data.

The keys are those of the timestamp role: they are at the ledger, sign every day, and the root's own keys can take them
away. The chain begins with a root that is known by its hash, and each next one is signed by the one before.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from tuf.api.metadata import Timestamp

from pos.trust.faults import RejectedError, TrustFault
from pos.trust.metadata import newest_root, trusted_root
from pos.voucher.keys import PUBLIC_KEY_BYTES

_ED25519 = "ed25519"


def online_keys(roots: Sequence[bytes], *, sha256: bytes) -> tuple[bytes, ...]:
    """Raw public keys. Raises RejectedError where the roots are no chain from the one with this hash."""
    if not roots or hashlib.sha256(roots[0]).digest() != sha256:
        raise RejectedError(TrustFault.CONTENT, "root: not the one that is named")
    following = {trusted_root(raw).version: raw for raw in roots[1:]}
    root, raw = newest_root(_Roots(following), roots[0])
    if raw != roots[-1]:
        raise RejectedError(TrustFault.VERSION, "root: what was brought beside it does not follow from it")
    named = (root.keys[name] for name in root.roles[Timestamp.type].keyids if name in root.keys)
    keys = (_raw(key.keyval.get("public", "")) for key in named if key.scheme == _ED25519)
    return tuple(key for key in keys if len(key) == PUBLIC_KEY_BYTES)


@dataclass(frozen=True, slots=True)
class _Roots:
    """Roots by their versions."""

    by_version: dict[int, bytes]

    def metadata(self, role: str, version: int | None, *, bytes_max: int) -> bytes | None:
        raw = None if version is None else self.by_version.get(version)
        return raw if raw is not None and len(raw) <= bytes_max else None


def _raw(text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError:
        return b""
