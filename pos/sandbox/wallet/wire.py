"""Bytes and text of the protocol as a wallet needs them: deterministic CBOR, COSE_Sign1, base45.

Rules:

- maps are written in the bytewise order of their encoded keys (RFC 8949 §4.2.1); cbor2's own canonical mode sorts by
  length first (RFC 7049), so the order is made here;
- what is read must be what would be written: decode, encode, compare;
- one algorithm, one header shape: protected exactly {1: -8, 4: kid}, unprotected empty, tag 18.

It knows nothing of claims (`claims`) and nothing of trust (`requests`).
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import cbor2
import nacl.bindings
import nacl.exceptions
import nacl.signing

from pos.sandbox.wallet.errors import UnreadableError

OBJECT_BYTES_MAX: Final = 512
TEXT_CHARS_MAX: Final = 800
DEPTH_MAX: Final = 6
KID_BYTES: Final = 8
_SIGN1_TAG: Final = 18
_ALGORITHM_EDDSA: Final = -8
_ALPHABET: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
_DIGITS: Final = {character: digit for digit, character in enumerate(_ALPHABET)}


class Purpose(StrEnum):
    """The external_aad of each kind of object that wallets and the auditor make or read."""

    VOUCHER = "chak/voucher/1"
    PAYMENT = "chak/payment/1"
    REQUEST = "chak/request/1"
    TERMINAL = "chak/terminal/1"
    JOURNAL = "chak/journal/1"
    RETURN = "chak-pos/return/1"


class Prefix(StrEnum):
    """How a code says what it is."""

    PAYMENT = "CKP1:"
    REQUEST = "CKR1:"
    NOTE = "CKV1:"
    RECEIPT = "CKS1:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """A COSE_Sign1 of the right shape; nothing is verified yet."""

    kid: bytes
    payload: bytes
    signature: bytes


def encode(value: object) -> bytes:
    """Deterministic CBOR of integers, strings, sequences, mappings and tags."""
    return cbor2.dumps(_ordered(value))


def decode(data: bytes, *, depth_max: int = DEPTH_MAX) -> object:
    """Read deterministic CBOR; UnreadableError for every other byte string."""
    try:
        value: object = cbor2.loads(data, max_depth=depth_max, allow_indefinite=False, allow_duplicate_keys=False)
        again = encode(value)
    except (cbor2.CBORError, TypeError, ValueError, RecursionError) as error:
        raise UnreadableError(f"not CBOR: {error}") from error
    if again != data:
        raise UnreadableError("not deterministic CBOR")
    return value


def key_id(public_key: bytes) -> bytes:
    """The kid of a public key: a hint for looking it up, never a proof."""
    return hashlib.sha256(public_key).digest()[:KID_BYTES]


def sign(payload: bytes, *, seed: bytes, purpose: Purpose) -> bytes:
    """The tagged COSE_Sign1 over `payload` by the key of this 32-byte seed."""
    key = nacl.signing.SigningKey(seed)
    protected = _protected(key_id(bytes(key.verify_key)))
    signature = key.sign(_to_be_signed(protected, payload, purpose)).signature
    return encode(cbor2.CBORTag(_SIGN1_TAG, [protected, {}, payload, signature]))


def open_envelope(data: bytes) -> Envelope:
    """Take a COSE_Sign1 apart without believing it; UnreadableError if it has any other shape."""
    tagged = decode(data)
    if not isinstance(tagged, cbor2.CBORTag) or tagged.tag != _SIGN1_TAG:
        raise UnreadableError("not a COSE_Sign1")
    match tagged.value:
        case [bytes(protected), Mapping() as unprotected, bytes(payload), bytes(signature)] if (
            not unprotected and len(signature) == nacl.bindings.crypto_sign_BYTES
        ):
            return Envelope(kid=_kid(protected), payload=payload, signature=signature)
        case _:
            raise UnreadableError("not a COSE_Sign1 of this protocol")


def is_signed(envelope: Envelope, *, public_key: bytes, purpose: Purpose) -> bool:
    """Whether this key signed this payload for this purpose."""
    if envelope.kid != key_id(public_key) or not is_valid_key(public_key):
        return False
    message = _to_be_signed(_protected(envelope.kid), envelope.payload, purpose)
    try:
        nacl.signing.VerifyKey(public_key).verify(message, envelope.signature)
    except (nacl.exceptions.BadSignatureError, nacl.exceptions.ValueError, ValueError):
        return False
    return True


def is_valid_key(public_key: bytes) -> bool:
    """Whether these are the canonical bytes of a point of the prime-order subgroup."""
    return len(public_key) == nacl.bindings.crypto_sign_PUBLICKEYBYTES and bool(
        nacl.bindings.crypto_core_ed25519_is_valid_point(public_key)
    )


def public_key_of(seed: bytes) -> bytes:
    return bytes(nacl.signing.SigningKey(seed).verify_key)


def to_text(prefix: Prefix, data: bytes) -> str:
    """The text of a QR code; UnreadableError if the object is too large for one."""
    text = prefix + base45_encode(data)
    if len(data) > OBJECT_BYTES_MAX or len(text) > TEXT_CHARS_MAX:
        raise UnreadableError(f"{len(data)} bytes do not fit into one code (at most {OBJECT_BYTES_MAX})")
    return text


def from_text(prefix: Prefix, text: str) -> bytes:
    """The bytes of a code of this kind; UnreadableError for anything else."""
    if len(text) > TEXT_CHARS_MAX:
        raise UnreadableError(f"{len(text)} characters are more than a code may have ({TEXT_CHARS_MAX})")
    if not text.startswith(prefix):
        raise UnreadableError(f"the text does not begin with {prefix}")
    data = base45_decode(text.removeprefix(prefix))
    if len(data) > OBJECT_BYTES_MAX:
        raise UnreadableError(f"{len(data)} bytes are more than an object may have ({OBJECT_BYTES_MAX})")
    return data


def base45_encode(data: bytes) -> str:
    """RFC 9285: two bytes become three characters, a last single byte two; least significant digit first."""
    characters: list[str] = []
    for start in range(0, len(data), 2):
        group = data[start : start + 2]
        rest = int.from_bytes(group, "big")
        for _ in range(len(group) + 1):
            rest, digit = divmod(rest, len(_ALPHABET))
            characters.append(_ALPHABET[digit])
    return "".join(characters)


def base45_decode(text: str) -> bytes:
    """RFC 9285, strictly: no other character, no impossible length, no group above its bytes."""
    data = bytearray()
    for start in range(0, len(text), 3):
        group = text[start : start + 3]
        if len(group) == 1 or not all(character in _DIGITS for character in group):
            raise UnreadableError("not base45")
        size = len(group) - 1
        value = sum(_DIGITS[character] * len(_ALPHABET) ** place for place, character in enumerate(group))
        if value >> (8 * size):
            raise UnreadableError("not base45: a group is too large")
        data += value.to_bytes(size, "big")
    return bytes(data)


def _ordered(value: object) -> object:
    match value:
        case cbor2.CBORTag():
            return cbor2.CBORTag(value.tag, _ordered(value.value))
        case Mapping():
            items = [(_ordered(key), _ordered(item)) for key, item in value.items()]
            return dict(sorted(items, key=lambda item: cbor2.dumps(item[0])))
        case list() | tuple():
            return [_ordered(item) for item in value]
        case _:
            return value


def _protected(kid: bytes) -> bytes:
    return encode({1: _ALGORITHM_EDDSA, 4: kid})


def _kid(protected: bytes) -> bytes:
    match decode(protected):
        case {4: bytes(kid)} if len(kid) == KID_BYTES and protected == _protected(kid):
            return kid
        case _:
            raise UnreadableError("the protected header is not {1: -8, 4: kid}")


def _to_be_signed(protected: bytes, payload: bytes, purpose: Purpose) -> bytes:
    """RFC 9052 §4.4 Sig_structure."""
    return encode(["Signature1", protected, purpose.encode("ascii"), payload])
