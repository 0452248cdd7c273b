"""The claims a wallet reads and writes: vouchers, payment requests with their certificates, payments.

Rules: every claim that the protocol lists must be there, no other may; amounts, times, ids and names are checked
against the protocol's ranges before anything is shown to a person. Whether a signature holds is for `requests`;
whether a voucher is still valid is for the terminal and the ledger to judge.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from pos.sandbox.wallet.errors import UnreadableError
from pos.sandbox.wallet.wire import Envelope, decode, encode, is_valid_key, open_envelope

WON_MAX: Final = 100_000_000
TIME_MAX_S: Final = 253_402_300_799
SEQUENCE_MAX: Final = 2**32 - 1
MERCHANT_NAME_BYTES_MAX: Final = 60
CERTIFICATE_LIFE_MAX_S: Final = 400 * 86_400

ISSUER: Final = 1
SUBJECT: Final = 2
AUDIENCE: Final = 3
EXPIRES: Final = 4
NOT_BEFORE: Final = 5
ISSUED: Final = 6
ID: Final = 7
HOLDER: Final = 8
NONCE: Final = 10
PROGRAM: Final = -65537
VALUE: Final = -65538
VOUCHER: Final = -65540
SEQUENCE: Final = -65541
SPENT_BEFORE: Final = -65542
AMOUNT: Final = -65543
CERTIFICATE: Final = -65544
MERCHANT_NAME: Final = -65545

_PURSE: Final = frozenset({ISSUER, EXPIRES, NOT_BEFORE, ISSUED, ID, HOLDER, PROGRAM, VALUE})
_REQUEST: Final = frozenset({ISSUER, AUDIENCE, ISSUED, NONCE, AMOUNT, CERTIFICATE})
_CERTIFICATE: Final = frozenset({ISSUER, SUBJECT, AUDIENCE, EXPIRES, ISSUED, HOLDER, MERCHANT_NAME})
_ID_PATTERN: Final = re.compile(r"[A-Za-z0-9._-]{1,16}")
_ISSUER_PATTERN: Final = re.compile(r"[0-9]{5}")
_UNSEEMLY: Final = frozenset({"Cc", "Cf", "Cs"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Voucher:
    """A purse's voucher as its issuer promised it; the signature is the terminal's to check."""

    raw: bytes
    issuer: str
    voucher_id: bytes
    holder_key: bytes
    program: str
    value_won: int
    not_before_s: int
    expires_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """What a terminal certificate claims, with its envelope for checking."""

    envelope: Envelope
    ledger: str
    terminal: str
    merchant: str
    merchant_name: str
    issued_s: int
    expires_s: int
    terminal_key: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What a payment request claims, with its envelope for checking."""

    envelope: Envelope
    terminal: str
    merchant: str
    issued_s: int
    nonce: bytes
    amount_won: int
    certificate: Certificate


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    """The claims of one payment; `merchant` and `nonce` only where it answers a request (or names a shop)."""

    issued_s: int
    voucher: bytes
    sequence: int
    spent_before_won: int
    amount_won: int
    merchant: str | None = None
    nonce: bytes | None = None

    def payload(self) -> bytes:
        """The encoded claims."""
        claims: dict[int, object] = {
            ISSUED: self.issued_s,
            VOUCHER: self.voucher,
            SEQUENCE: self.sequence,
            SPENT_BEFORE: self.spent_before_won,
            AMOUNT: self.amount_won,
        }
        if self.merchant is not None:
            claims[AUDIENCE] = self.merchant
        if self.nonce is not None:
            claims[NONCE] = self.nonce
        return encode(claims)


def read_voucher(raw: bytes) -> Voucher:
    """Read a purse's voucher; a paper note (no holder key) is UnreadableError."""
    claims = _Claims(open_envelope(raw), _PURSE, what="voucher")
    return Voucher(
        raw=raw,
        issuer=claims.issuer(),
        voucher_id=claims.sized(ID, 16),
        holder_key=claims.key(HOLDER),
        program=claims.identifier(PROGRAM),
        value_won=claims.whole(VALUE, least=1, most=WON_MAX),
        not_before_s=claims.time(NOT_BEFORE),
        expires_s=claims.time(EXPIRES),
    )


def read_request(raw: bytes) -> Request:
    """Read a payment request and the certificate in it; nothing is verified yet."""
    envelope = open_envelope(raw)
    claims = _Claims(envelope, _REQUEST, what="payment request")
    return Request(
        envelope=envelope,
        terminal=claims.identifier(ISSUER),
        merchant=claims.identifier(AUDIENCE),
        issued_s=claims.time(ISSUED),
        nonce=claims.sized(NONCE, 16),
        amount_won=claims.whole(AMOUNT, least=1, most=WON_MAX),
        certificate=read_certificate(claims.bytes_of(CERTIFICATE)),
    )


def read_certificate(raw: bytes) -> Certificate:
    """Read a terminal certificate; nothing is verified yet."""
    envelope = open_envelope(raw)
    claims = _Claims(envelope, _CERTIFICATE, what="terminal certificate")
    if not 0 < claims.time(EXPIRES) - claims.time(ISSUED) <= CERTIFICATE_LIFE_MAX_S:
        raise UnreadableError("the terminal certificate does not live from 1 second to 400 days")
    return Certificate(
        envelope=envelope,
        ledger=claims.identifier(ISSUER),
        terminal=claims.identifier(SUBJECT),
        merchant=claims.identifier(AUDIENCE),
        merchant_name=claims.name(MERCHANT_NAME),
        issued_s=claims.time(ISSUED),
        expires_s=claims.time(EXPIRES),
        terminal_key=claims.key(HOLDER),
    )


class _Claims:
    """One payload, read claim by claim; UnreadableError names the claim that is wrong."""

    def __init__(self, envelope: Envelope, expected: frozenset[int], *, what: str) -> None:
        self._what = what
        payload = decode(envelope.payload)
        # True equals 1 in Python and is another key in CBOR.
        if not isinstance(payload, Mapping) or payload.keys() != expected or bool in map(type, payload):
            raise UnreadableError(f"the {what} does not carry exactly the claims of its kind")
        self._claims: Mapping[int, object] = payload

    def whole(self, label: int, *, least: int, most: int) -> int:
        value = self._claims[label]
        if type(value) is not int or not least <= value <= most:
            raise self._wrong(label)
        return value

    def time(self, label: int) -> int:
        return self.whole(label, least=0, most=TIME_MAX_S)

    def bytes_of(self, label: int) -> bytes:
        value = self._claims[label]
        if not isinstance(value, bytes):
            raise self._wrong(label)
        return value

    def sized(self, label: int, size: int) -> bytes:
        value = self.bytes_of(label)
        if len(value) != size:
            raise self._wrong(label)
        return value

    def text(self, label: int) -> str:
        value = self._claims[label]
        if not isinstance(value, str):
            raise self._wrong(label)
        return value

    def identifier(self, label: int) -> str:
        value = self.text(label)
        if not _ID_PATTERN.fullmatch(value) or value in (".", ".."):
            raise self._wrong(label)
        return value

    def issuer(self) -> str:
        value = self.text(ISSUER)
        if not _ISSUER_PATTERN.fullmatch(value):
            raise self._wrong(ISSUER)
        return value

    def name(self, label: int) -> str:
        value = self.text(label)
        is_seemly = unicodedata.is_normalized("NFC", value) and not any(
            unicodedata.category(character) in _UNSEEMLY for character in value
        )
        if not is_seemly or not 0 < len(value.encode("utf-8")) <= MERCHANT_NAME_BYTES_MAX:
            raise self._wrong(label)
        return value

    def key(self, label: int) -> bytes:
        """RFC 8747 cnf with a COSE_Key: OKP, Ed25519."""
        value = self._claims[label]
        match value:
            case {1: {-2: bytes(public_key)}} if encode(value) == encode({1: {1: 1, -1: 6, -2: public_key}}):
                if is_valid_key(public_key):
                    return public_key
        raise self._wrong(label)

    def _wrong(self, label: int) -> UnreadableError:
        return UnreadableError(f"the {self._what} has a wrong claim {label}")
