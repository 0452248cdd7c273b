"""Enrolment: the one-time code that a ledger's operator shows, and what a new terminal answers with.

Rules:

- the code (CKE1) is a closed map, unsigned: it is worth something only because of where it was shown, once, for 15
  minutes; it pins the trust root and the TLS authority before anything is fetched;
- a plain http address is for the same machine only, and has no authority to pin (32 zero bytes);
- the answer is signed by the new key over the secret and its own public key, which proves possession.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Self
from urllib.parse import urlsplit

from pos import cbor
from pos.errors import MalformedError
from pos.voucher.aad import Aad
from pos.voucher.cose import SignatureError, parse_sign1, sign1, verify_sign1
from pos.voucher.fields import HASH_BYTES, ID16_BYTES, Fields, is_clean_text
from pos.voucher.keys import PUBLIC_KEY_BYTES, SigningKey
from pos.voucher.labels import OBJECT_BYTES_MAX
from pos.voucher.signed import SignedCertificate, decode_certificate

URL_BYTES_MAX: Final = 200
NO_PIN: Final = bytes(HASH_BYTES)
FACTS_MAX: Final = 16
FACT_BYTES_MAX: Final = 120
ENROLMENT_BYTES_MAX: Final = 8_192
CHECK_CODE_DIGITS: Final = 6
ANSWER_BYTES_MAX: Final = 256 * 1024
_LOCAL_HOSTS: Final = frozenset({"127.0.0.1", "localhost", "::1"})


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrolmentCode:
    """What the code says."""

    url: str
    ledger: str
    secret: bytes
    root_sha256: bytes
    """Of root.json."""
    ca_pin: bytes
    """SHA-256 of the DER of the TLS authority; 32 zero bytes with an http address."""

    @classmethod
    def from_bytes(cls, raw: bytes) -> Self:
        """Read the content of a CKE1 code. Raises MalformedError."""
        if len(raw) > OBJECT_BYTES_MAX:
            raise MalformedError(f"enrolment code: more than {OBJECT_BYTES_MAX} bytes")
        fields = Fields("enrolment code", cbor.decode(raw))
        code = cls(
            url=fields.text(1, "url", bytes_max=URL_BYTES_MAX),
            ledger=fields.id_(2, "ledger"),
            secret=fields.bytes_(3, "secret", size=ID16_BYTES),
            root_sha256=fields.bytes_(4, "root", size=HASH_BYTES),
            ca_pin=fields.bytes_(5, "ca pin", size=HASH_BYTES),
        )
        fields.close()
        if (_scheme_of(code.url) == "http") != (code.ca_pin == NO_PIN):
            raise MalformedError("enrolment code: 32 zero bytes stand for no authority, with http and only there")
        return code

    def to_bytes(self) -> bytes:
        """Return the content of a CKE1 code."""
        return cbor.encode({1: self.url, 2: self.ledger, 3: self.secret, 4: self.root_sha256, 5: self.ca_pin})


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrolment:
    """What a new terminal says of itself, under its own signature."""

    secret: bytes
    public_key: bytes
    facts: tuple[tuple[str, str], ...]
    """Hardware facts by name, in the order of the names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrolmentAnswer:
    """What the ledger answers, verified as far as the code allows."""

    certificate: SignedCertificate
    merchant: str
    root: bytes
    """root.json; its hash is the one in the code."""
    test_voucher: bytes = b""
    """For the terminal to try itself with; empty where the ledger gives none."""
    replaced: str = ""
    """The terminal whose place the new one takes; empty where it takes nobody's."""


def read_answer(raw: bytes, code: EnrolmentCode, *, public_key: bytes) -> EnrolmentAnswer:
    """Read the answer to an enrolment with `code` by the owner of `public_key`.

    Raises MalformedError for what is not for this key, this merchant and this ledger, or brings another trust root. Who
    signed the certificate is seen when the trust data is there.
    """
    if len(raw) > ANSWER_BYTES_MAX:
        raise MalformedError(f"enrolment answer: more than {ANSWER_BYTES_MAX} bytes")
    fields = Fields("enrolment answer", cbor.decode(raw))
    answer = EnrolmentAnswer(
        certificate=decode_certificate(fields.object_(1, "certificate", bytes_max=OBJECT_BYTES_MAX)),
        merchant=fields.id_(2, "merchant"),
        root=fields.object_(3, "root", bytes_max=ANSWER_BYTES_MAX),
        test_voucher=fields.object_(4, "test voucher", bytes_max=OBJECT_BYTES_MAX) if fields.has(4) else b"",
        replaced=fields.id_(5, "replaced") if fields.has(5) else "",
    )
    claims = answer.certificate.claims
    if (claims.ledger, claims.merchant, claims.terminal_key) != (code.ledger, answer.merchant, public_key):
        raise MalformedError("enrolment answer: the certificate is not for this ledger, merchant and key")
    if hashlib.sha256(answer.root).digest() != code.root_sha256:
        raise MalformedError("enrolment answer: the trust root is not the one that the code names")
    return answer


def check_code(public_key: bytes, *, ledger: str) -> str:
    """Six digits of a new terminal's key at this ledger, which two people can compare over the telephone."""
    digest = hashlib.sha256(public_key + ledger.encode()).digest()
    return f"{int.from_bytes(digest[:8], 'big') % 10**CHECK_CODE_DIGITS:0{CHECK_CODE_DIGITS}d}"


def build_enrolment(secret: bytes, facts: Iterable[tuple[str, str]], *, key: SigningKey) -> bytes:
    """Sign with the new terminal's key."""
    hardware: cbor.Value = dict(facts)
    payload = cbor.encode({1: secret, 2: key.public_key, 3: hardware})
    return sign1(payload, key=key, aad=Aad.ENROLMENT)


def verify_enrolment(raw: bytes) -> Enrolment:
    """Read an enrolment and verify it under the key it brings. Raises MalformedError, SignatureError among them."""
    if len(raw) > ENROLMENT_BYTES_MAX:
        raise MalformedError(f"enrolment: more than {ENROLMENT_BYTES_MAX} bytes")
    envelope = parse_sign1(raw)
    fields = Fields("enrolment", cbor.decode(envelope.payload))
    enrolment = Enrolment(
        secret=fields.bytes_(1, "secret", size=ID16_BYTES),
        public_key=fields.bytes_(2, "public key", size=PUBLIC_KEY_BYTES),
        facts=_facts(fields.map_(3, "hardware facts")),
    )
    fields.close()
    if not verify_sign1(envelope, public_key=enrolment.public_key, aad=Aad.ENROLMENT):
        raise SignatureError("enrolment: not signed by the key that it brings")
    return enrolment


def _facts(given: dict[int | str, cbor.Value]) -> tuple[tuple[str, str], ...]:
    if len(given) > FACTS_MAX:
        raise MalformedError(f"enrolment: more than {FACTS_MAX} hardware facts")
    facts = []
    for name, fact in given.items():
        if not (isinstance(name, str) and isinstance(fact, str)):
            raise MalformedError("enrolment: a hardware fact that is not text")
        if not all(len(text.encode()) <= FACT_BYTES_MAX and is_clean_text(text) for text in (name, fact)):
            raise MalformedError("enrolment: a hardware fact that is too long or not clean text")
        facts.append((name, fact))
    return tuple(sorted(facts))


def _scheme_of(url: str) -> str:
    try:
        parts = urlsplit(url)
        host, scheme = parts.hostname, parts.scheme
    except ValueError:
        raise MalformedError("enrolment code: not a web address") from None
    if not host or scheme not in ("http", "https") or not url.isascii():
        raise MalformedError("enrolment code: not a web address")
    if scheme == "http" and host not in _LOCAL_HOSTS:
        raise MalformedError("enrolment code: http to another machine")
    return scheme
