"""Sealing what only the ledger may read: libsodium's sealed box for the Curve25519 form of an Ed25519 key.

Whoever seals cannot open again, so a stolen terminal tells nothing of what it sealed. Which key is for this, and what
may be sealed, is for the caller.
"""

import nacl.bindings
import nacl.exceptions

from pos.errors import MalformedError
from pos.voucher.keys import PublicKey, SigningKey


def seal(plain: bytes, *, recipient: PublicKey) -> bytes:
    """Seal bytes for the owner of `recipient`; 48 bytes longer than they are, and different every time."""
    return nacl.bindings.crypto_box_seal(plain, nacl.bindings.crypto_sign_ed25519_pk_to_curve25519(recipient))


def open_sealed(sealed: bytes, *, key: SigningKey) -> bytes:
    """Open what was sealed for this key. Raises MalformedError where it was not, or was changed."""
    public_key = nacl.bindings.crypto_sign_ed25519_pk_to_curve25519(key.public_key)
    private_key = nacl.bindings.crypto_sign_ed25519_sk_to_curve25519(key.seed + key.public_key)
    try:
        return nacl.bindings.crypto_box_seal_open(sealed, public_key, private_key)
    except (nacl.exceptions.CryptoError, nacl.exceptions.TypeError) as error:
        raise MalformedError("sealed box: not for this key, or changed") from error
