"""The envelope of everything signed: COSE_Sign1 (RFC 9052, section 4.2), in the one form that is accepted here.

Rules:

- tag 18 is present; the array holds protected header, unprotected header, payload, signature;
- the protected header is exactly {1: -8, 4: kid}, the unprotected header is empty, the payload is embedded;
- everything is deterministic CBOR, so one object has one encoding, and its bytes can stand for it.

The payload is opaque here; `pos.voucher.claims` reads it.
"""

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from pos import cbor
from pos.errors import MalformedError
from pos.voucher.aad import Aad
from pos.voucher.keys import KEY_ID_BYTES, SIGNATURE_BYTES, SigningKey, key_id, verify_signature

TAG_SIGN1: Final = 18
HEADER_ALGORITHM: Final = 1
HEADER_KEY_ID: Final = 4
ALGORITHM_EDDSA: Final = -8

# {1: -8, 4: <8 bytes>}: the only protected header there is, up to its key id.
_PROTECTED_START: Final = bytes.fromhex("a201270448")
_PROTECTED_BYTES: Final = len(_PROTECTED_START) + KEY_ID_BYTES
_STRUCTURE_START: Final = b"\x84" + cbor.encode("Signature1")

# Tag 18, an array of four, the protected header; then the empty header, the payload, and the signature's head.
_ENVELOPE_START: Final = b"\xd2\x84" + cbor.bytes_head(_PROTECTED_BYTES) + _PROTECTED_START
_HEADER_AT: Final = len(_ENVELOPE_START) + KEY_ID_BYTES
_EMPTY_MAP: Final = b"\xa0"
_PAYLOAD_AT: Final = _HEADER_AT + 1
_SIGNATURE_HEAD: Final = cbor.bytes_head(SIGNATURE_BYTES)
_SIGNATURE_ROOM: Final = len(_SIGNATURE_HEAD) + SIGNATURE_BYTES
_KEPT: Final = 512


class SignatureError(MalformedError):
    """Bytes of the right form that are not signed by the key that must have signed them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sign1:
    """An envelope whose signature nobody has looked at yet."""

    kid: bytes
    payload: bytes
    signature: bytes
    raw: bytes
    """The whole tagged object: what "the bytes of" it means."""

    @property
    def sha256(self) -> bytes:
        """SHA-256 over the whole tagged object."""
        return hashlib.sha256(self.raw).digest()


def parse_sign1(raw: bytes) -> Sign1:
    """Read an envelope. Raises MalformedError."""
    # There is one form, so its few fixed bytes are compared; what another form is wrong in, only a refusal has to say.
    is_started = raw.startswith(_ENVELOPE_START) and raw[_HEADER_AT:_PAYLOAD_AT] == _EMPTY_MAP
    found = cbor.bytes_at(raw, _PAYLOAD_AT) if is_started else None
    if found is None:
        raise _refusal(raw)
    payload, end = found
    if raw[end : end + len(_SIGNATURE_HEAD)] != _SIGNATURE_HEAD or len(raw) != end + _SIGNATURE_ROOM:
        raise _refusal(raw)
    kid = raw[len(_ENVELOPE_START) : _HEADER_AT]
    return Sign1(kid=kid, payload=payload, signature=raw[-SIGNATURE_BYTES:], raw=raw)


def sign1(payload: bytes, *, key: SigningKey, aad: Aad) -> bytes:
    """Return the tagged envelope of `payload` signed with `key`."""
    protected = protected_header(key.kid)
    signature = key.sign(signature_structure(protected, aad=aad.encode("ascii"), payload=payload))
    return cbor.encode(cbor.Tagged(TAG_SIGN1, [protected, {}, payload, signature]))


def verify_sign1(sign1: Sign1, *, public_key: bytes, aad: Aad) -> bool:
    """Whether the envelope names `public_key` and carries its signature for this kind of object."""
    if sign1.kid != key_id(public_key):
        return False
    message = signature_structure(protected_header(sign1.kid), aad=aad.encode("ascii"), payload=sign1.payload)
    return verify_signature(public_key, message, sign1.signature)


def signature_structure(protected: bytes, *, aad: bytes, payload: bytes) -> bytes:
    """Return the bytes that are signed: Sig_structure of RFC 9052, section 4.4."""
    return _before_payload(protected, aad) + cbor.bytes_head(len(payload)) + payload


@lru_cache(maxsize=_KEPT)
def _before_payload(protected: bytes, aad: bytes) -> bytes:
    head = cbor.bytes_head
    return b"".join((_STRUCTURE_START, head(len(protected)), protected, head(len(aad)), aad))


def protected_header(kid: bytes) -> bytes:
    """Return the encoded protected header {1: -8, 4: kid}."""
    assert len(kid) == KEY_ID_BYTES, "a key id is 8 bytes"
    return _PROTECTED_START + kid


def _is_protected_header(protected: bytes) -> bool:
    return len(protected) == _PROTECTED_BYTES and protected.startswith(_PROTECTED_START)


def _refusal(raw: bytes) -> MalformedError:
    """What is wrong with an envelope of another form."""
    try:
        envelope = cbor.decode(raw)
    except MalformedError as error:
        return error
    if not isinstance(envelope, cbor.Tagged) or envelope.tag != TAG_SIGN1:
        return MalformedError("COSE: not under tag 18")
    parts = envelope.value
    if not isinstance(parts, list) or len(parts) != 4:
        return MalformedError("COSE: not an array of four")
    protected, unprotected, payload, _signature = parts
    if not isinstance(protected, bytes) or not _is_protected_header(protected):
        return MalformedError("COSE: the protected header is not {1: -8, 4: kid of 8 bytes}")
    if unprotected != {}:
        return MalformedError("COSE: the unprotected header is not an empty map")
    if not isinstance(payload, bytes):
        return MalformedError("COSE: the payload is not a byte string")
    return MalformedError("COSE: the signature is not 64 bytes")
