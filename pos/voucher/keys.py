"""Ed25519 keys and signatures (RFC 8032), through libsodium.

Rules:

- a public key is the canonical encoding of a point of the prime-order subgroup: no small order, no mixed order;
- verification is single and cofactorless, with S < L (libsodium refuses the rest by itself; tests pin it);
- a key id is the first 8 bytes of SHA-256 over the 32 bytes of the public key. It is a hint, never a proof.

Which key may sign what is for `pos.voucher.trust` and `pos.voucher.verified`.
"""

import hashlib
from functools import lru_cache
from typing import Final, Self

import nacl.bindings
import nacl.exceptions
import nacl.utils

from pos.errors import MalformedError

PUBLIC_KEY_BYTES: Final = 32
SEED_BYTES: Final = 32
SIGNATURE_BYTES: Final = 64
KEY_ID_BYTES: Final = 8
_KEPT: Final = 512


@lru_cache(maxsize=_KEPT)
def key_id(public_key: bytes) -> bytes:
    """Return the 8-byte `kid` of a public key."""
    return hashlib.sha256(public_key).digest()[:KEY_ID_BYTES]


def is_valid_public_key(public_key: bytes) -> bool:
    """Whether these bytes are a canonical point of the prime-order subgroup."""
    return len(public_key) == PUBLIC_KEY_BYTES and nacl.bindings.crypto_core_ed25519_is_valid_point(public_key)


class PublicKey(bytes):
    """The 32 bytes of a public key that has been found valid; the check costs as much as a signature.

    Raises MalformedError when made from anything else.
    """

    __slots__ = ()

    def __new__(cls, raw: bytes) -> Self:
        if not is_valid_public_key(raw):
            raise MalformedError("public key: not a canonical point of the prime-order subgroup")
        return super().__new__(cls, raw)


class SigningKey:
    """A private key. It prints nothing of itself, and is equal to nothing but itself."""

    __slots__ = ("_expanded", "_seed", "kid", "public_key")

    def __init__(self, seed: bytes) -> None:
        assert len(seed) == SEED_BYTES, "a seed is 32 bytes"
        public_key, self._expanded = nacl.bindings.crypto_sign_seed_keypair(seed)
        self._seed = seed
        self.public_key: Final = PublicKey(public_key)
        self.kid: Final = key_id(public_key)

    @classmethod
    def from_seed(cls, seed: bytes) -> Self:
        """Make the key that belongs to these 32 bytes."""
        return cls(seed)

    @classmethod
    def generate(cls) -> Self:
        """Make a new key from the system's randomness."""
        return cls(nacl.utils.random(SEED_BYTES))

    @property
    def seed(self) -> bytes:
        """The secret 32 bytes; for the key file only."""
        return self._seed

    def sign(self, message: bytes) -> bytes:
        """Return the 64-byte signature of `message`."""
        return nacl.bindings.crypto_sign(message, self._expanded)[:SIGNATURE_BYTES]

    def __repr__(self) -> str:
        return f"SigningKey(kid={self.kid.hex()})"


def verify_signature(public_key: bytes, message: bytes, signature: bytes) -> bool:
    """Whether `signature` over `message` holds under `public_key`, which is checked too unless it is a PublicKey."""
    if not isinstance(public_key, PublicKey) and not is_valid_public_key(public_key):
        return False
    if len(signature) != SIGNATURE_BYTES:
        return False
    try:
        nacl.bindings.crypto_sign_open(signature + message, public_key)
    except nacl.exceptions.BadSignatureError:
        return False
    return True
