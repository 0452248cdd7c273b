"""A terminal's authority for one call to the ledger, and the ledger's signed time.

Rules:

- both are closed objects of at most 512 bytes;
- a call token names the request that it stands for, so it authorises no other;
- a signed time counts only for the nonce of the call that it answers.

How old a token may be is for the ledger; when a signed time may set the clock is for core.
"""

import base64
import binascii
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from pos import cbor
from pos.errors import MalformedError
from pos.voucher.aad import Aad
from pos.voucher.cose import Sign1, SignatureError, parse_sign1, sign1, verify_sign1
from pos.voucher.fields import HASH_BYTES, ID16_BYTES, Fields
from pos.voucher.keys import SigningKey
from pos.voucher.labels import OBJECT_BYTES_MAX
from pos.voucher.trust import Ledger, LedgerRole

_SUB, _AUD, _IAT, _NONCE, _REQUEST_HASH = 2, 3, 6, 10, -65548
_SCHEME: Final = "COSE "

C = TypeVar("C")


@dataclass(frozen=True, slots=True, kw_only=True)
class Unverified(Generic[C]):
    """Something read whose signature nobody has looked at yet."""

    sign1: Sign1
    claims: C


@dataclass(frozen=True, slots=True, kw_only=True)
class CallToken:
    """A terminal's authority for one try of one call."""

    terminal: str
    ledger: str
    issued_s: int
    nonce: bytes
    request_hash: bytes
    """`call_hash` of the request it stands for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedTime:
    """A ledger's clock, for the call of this nonce."""

    time_s: int
    nonce: bytes


def call_hash(method: str, path: str, body: bytes) -> bytes:
    """SHA-256 over method, space, path with query, newline, body."""
    return hashlib.sha256(f"{method} {path}\n".encode("utf-8", "surrogatepass") + body).digest()


def authorization_header(token: bytes) -> str:
    """Return the value of the Authorization header that carries a call token."""
    return _SCHEME + base64.urlsafe_b64encode(token).rstrip(b"=").decode("ascii")


def parse_authorization(header: str) -> bytes:
    """Return the token's bytes out of an Authorization header."""
    text = header.removeprefix(_SCHEME)
    if text == header or not 1 <= len(text) <= 2 * OBJECT_BYTES_MAX:
        raise MalformedError("authorization: not COSE and a call token")
    try:
        token = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError):
        raise MalformedError("authorization: not base64url") from None
    # The decoder is lenient about stray characters and about trailing bits; one token has one text.
    if authorization_header(token) != header:
        raise MalformedError("authorization: not base64url without padding")
    return token


def build_call_token(token: CallToken, *, key: SigningKey) -> bytes:
    """Sign with the terminal's key."""
    claims: cbor.Value = {
        _SUB: token.terminal,
        _AUD: token.ledger,
        _IAT: token.issued_s,
        _NONCE: token.nonce,
        _REQUEST_HASH: token.request_hash,
    }
    return sign1(cbor.encode(claims), key=key, aad=Aad.CALL)


def parse_call_token(raw: bytes) -> Unverified[CallToken]:
    """Read a call token; whose key must have signed it follows from its terminal."""
    return parse_signed(raw, _read_call_token, what="call token", bytes_max=OBJECT_BYTES_MAX)


def verify_call_token(raw: bytes, public_key: bytes) -> CallToken:
    """Read a call token and verify it under the terminal's key."""
    token = parse_call_token(raw)
    if not verify_sign1(token.sign1, public_key=public_key, aad=Aad.CALL):
        raise SignatureError("call token: not signed by this terminal")
    return token.claims


def build_signed_time(time: SignedTime, *, key: SigningKey) -> bytes:
    """Sign with a ledger's key of the role `time`."""
    return sign1(cbor.encode({_IAT: time.time_s, _NONCE: time.nonce}), key=key, aad=Aad.TIME)


def parse_signed_time(raw: bytes) -> Unverified[SignedTime]:
    """Read a signed time."""
    return parse_signed(raw, _read_signed_time, what="signed time", bytes_max=OBJECT_BYTES_MAX)


def verify_signed_time(raw: bytes, ledger: Ledger, *, nonce: bytes) -> SignedTime:
    """Read and verify the answer to the call of `nonce`."""
    time = parse_signed_time(raw)
    require_signature(time.sign1, ledger, role=LedgerRole.TIME, aad=Aad.TIME)
    require_nonce(time.claims.nonce, nonce)
    return time.claims


def parse_signed(raw: bytes, read: Callable[[Fields], C], *, what: str, bytes_max: int) -> Unverified[C]:
    """Read the fields of an envelope."""
    if len(raw) > bytes_max:
        raise MalformedError(f"{what}: more than {bytes_max} bytes")
    envelope = parse_sign1(raw)
    return Unverified(sign1=envelope, claims=read(Fields(what, cbor.decode(envelope.payload))))


def require_signature(envelope: Sign1, ledger: Ledger, *, role: LedgerRole, aad: Aad) -> None:
    """Raise SignatureError unless a key of the ledger with that role signed."""
    key = ledger.key(envelope.kid, role)
    if key is None or not verify_sign1(envelope, public_key=key.public_key, aad=aad):
        raise SignatureError(f"{aad}: not signed by ledger {ledger.ledger}")


def require_nonce(given: bytes, expected: bytes) -> None:
    """Raise MalformedError unless the answer is to the call that was made."""
    if given != expected:
        raise MalformedError("answer: to another call")


def _read_call_token(fields: Fields) -> CallToken:
    token = CallToken(
        terminal=fields.id_(_SUB, "sub"),
        ledger=fields.id_(_AUD, "aud"),
        issued_s=fields.time_s(_IAT, "iat"),
        nonce=fields.bytes_(_NONCE, "nonce", size=ID16_BYTES),
        request_hash=fields.bytes_(_REQUEST_HASH, "request hash", size=HASH_BYTES),
    )
    fields.close()
    return token


def _read_signed_time(fields: Fields) -> SignedTime:
    time = SignedTime(time_s=fields.time_s(_IAT, "time"), nonce=fields.bytes_(_NONCE, "nonce", size=ID16_BYTES))
    fields.close()
    return time
