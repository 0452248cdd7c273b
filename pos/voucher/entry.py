"""Journal entries: signed, numbered without gaps, each naming the hash of the one before.

Rules:

- at most 16 KiB, nested at most 16 deep, six fields and no others; the kind is text and the body a map, both open;
- sequence 1 follows 32 zero bytes and nothing else does;
- an entry's hash is SHA-256 over its bytes, the whole tagged envelope.

Whether an entry follows from another is `follows`; storing, adopting and sending are for `pos.journal` and `pos.sync`;
what a body means is for `pos.voucher.bodies`.
"""

import hashlib
from dataclasses import InitVar, dataclass
from typing import Final, Self, TypeAlias

from pos import cbor
from pos.clock import Quality
from pos.errors import MalformedError
from pos.voucher.aad import Aad
from pos.voucher.cose import Sign1, SignatureError, parse_sign1, sign1, verify_sign1
from pos.voucher.fields import HASH_BYTES, Fields
from pos.voucher.keys import SigningKey

ENTRY_BYTES_MAX: Final = 16_384
ENTRY_DEPTH_MAX: Final = 16
KIND_BYTES_MAX: Final = 64
FIRST_PREVIOUS: Final = bytes(HASH_BYTES)
"""What the first entry names as the hash before it."""

Body: TypeAlias = dict[int | str, cbor.Value]

_SEQUENCE, _PREVIOUS, _TIME, _QUALITY, _KIND, _BODY = 1, 2, 3, 4, 5, 6
_PROOF: Final = object()


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedEntry:
    """An entry that has been read but not verified."""

    sign1: Sign1
    sequence: int
    previous: bytes
    time_s: int
    quality: Quality
    kind: str
    body: Body

    @property
    def raw(self) -> bytes:
        """The bytes of the entry."""
        return self.sign1.raw

    @property
    def hash(self) -> bytes:
        """SHA-256 of the bytes of the entry."""
        return self.sign1.sha256


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An entry whose signature holds under the terminal's key; made by this module only."""

    sequence: int
    previous: bytes
    time_s: int
    quality: Quality
    kind: str
    body: Body
    raw: bytes
    hash: bytes
    proof: InitVar[object]

    def __post_init__(self, proof: object) -> None:
        assert proof is _PROOF, "entries come from build_entry, verify_entry and accept_entry"

    @classmethod
    def _of(cls, signed: SignedEntry) -> Self:
        return cls(
            sequence=signed.sequence,
            previous=signed.previous,
            time_s=signed.time_s,
            quality=signed.quality,
            kind=signed.kind,
            body=signed.body,
            raw=signed.raw,
            hash=signed.hash,
            proof=_PROOF,
        )

    def follows(self, previous: "Entry | None") -> bool:
        """Whether this is the entry right after `previous`; None stands for the start of the journal."""
        if previous is None:
            return self.sequence == 1
        return self.sequence == previous.sequence + 1 and self.previous == previous.hash


def build_entry(
    *, sequence: int, previous: bytes, time_s: int, quality: Quality, kind: str, body: Body, key: SigningKey
) -> Entry:
    """Sign an entry with the terminal's key. Raises MalformedError if no reader would accept it."""
    payload = cbor.encode(
        {_SEQUENCE: sequence, _PREVIOUS: previous, _TIME: time_s, _QUALITY: int(quality), _KIND: kind, _BODY: body}
    )
    return Entry._of(parse_entry(sign1(payload, key=key, aad=Aad.JOURNAL)))


def parse_entry(raw: bytes) -> SignedEntry:
    """Read an entry. Raises MalformedError."""
    if len(raw) > ENTRY_BYTES_MAX:
        raise MalformedError(f"entry: more than {ENTRY_BYTES_MAX} bytes")
    envelope = parse_sign1(raw)
    fields = Fields("entry", cbor.decode(envelope.payload, depth_max=ENTRY_DEPTH_MAX))
    entry = SignedEntry(
        sign1=envelope,
        sequence=fields.uint(_SEQUENCE, "sequence", low=1),
        previous=fields.bytes_(_PREVIOUS, "previous", size=HASH_BYTES),
        time_s=fields.time_s(_TIME, "time"),
        quality=Quality(fields.uint(_QUALITY, "quality", high=Quality.SIGNED)),
        kind=fields.text(_KIND, "kind", bytes_max=KIND_BYTES_MAX),
        body=fields.map_(_BODY, "body"),
    )
    fields.close()
    if (entry.sequence == 1) != (entry.previous == FIRST_PREVIOUS):
        raise MalformedError("entry: 32 zero bytes stand before the first entry and no other")
    return entry


def verify_entry(raw: bytes, public_key: bytes) -> Entry:
    """Read an entry and verify it under the terminal's key. Raises MalformedError, SignatureError among them."""
    return accept_entry(parse_entry(raw), public_key)


def accept_entry(signed: SignedEntry, public_key: bytes) -> Entry:
    """Verify an entry already read. Raises SignatureError."""
    if not verify_sign1(signed.sign1, public_key=public_key, aad=Aad.JOURNAL):
        raise SignatureError("entry: not signed by this terminal")
    return Entry._of(signed)


def entry_hash(raw: bytes) -> bytes:
    """SHA-256 of the bytes of an entry."""
    return hashlib.sha256(raw).digest()
