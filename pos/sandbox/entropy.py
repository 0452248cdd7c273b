"""Where a town's secrets come from: the system, or a seed for towns that must come out the same again.

A seed makes every key of the town predictable to whoever knows it. That is what `--seed` is for, and why only a
sandbox has it.
"""

import hashlib
import hmac
import secrets
from typing import Final, Self

ROOT_BYTES: Final = 32


class Entropy:
    """Independent secrets by name, all from one root."""

    __slots__ = ("_root",)

    def __init__(self, root: bytes) -> None:
        assert len(root) == ROOT_BYTES, "a root is 32 bytes"
        self._root = root

    @classmethod
    def fresh(cls) -> Self:
        """A root from the system's randomness, kept nowhere."""
        return cls(secrets.token_bytes(ROOT_BYTES))

    @classmethod
    def of_seed(cls, seed: str) -> Self:
        """The root that belongs to a seed: any text."""
        return cls(hashlib.sha256(b"chak sandbox\0" + seed.encode("utf-8")).digest())

    def secret(self, *name: str, size: int = 32) -> bytes:
        """`size` bytes (at most 32) for this name; other names tell nothing about them."""
        assert 1 <= size <= ROOT_BYTES, "one digest is 32 bytes"
        return hmac.digest(self._root, "\0".join(name).encode("utf-8"), "sha256")[:size]

    def branch(self, *name: str) -> "Entropy":
        """An independent root for this name."""
        return Entropy(self.secret("branch", *name))
