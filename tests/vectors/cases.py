"""What a test vector is, and the ways in which any signed object can be wrong."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from pos import cbor
from pos.voucher.aad import Aad
from pos.voucher.cose import parse_sign1, protected_header
from pos.voucher.keys import SigningKey
from tests.support.voucher_builders import ABSENT, Absent, envelope, fields_of, resigned

MALFORMED = "malformed"
VERIFIED = "verified"

L = 2**252 + 27742317777372353535851937790883648493
"""Order of the prime-order subgroup (RFC 8032, section 5.1)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """Bytes, and what a reader must say of them."""

    name: str
    raw: bytes
    expect: str
    why: str

    def to_json(self) -> dict[str, str]:
        shown = {"name": self.name, "bytes": self.raw.hex(), "expect": self.expect, "why": self.why}
        if self.expect == VERIFIED:
            shown["payload"] = diagnostic(fields_of(parse_sign1(self.raw).payload))
        return shown


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A good object, and what is needed to make it again with something wrong in it."""

    raw: bytes
    key: SigningKey
    aad: Aad
    names: Mapping[int, str]
    optional: frozenset[int] = frozenset()
    wrong_signature: str = ""
    """What a reader says of a signature that does not hold."""
    unknown_key: str = ""
    """What a reader says of a key id that nobody has."""
    is_open: bool = False
    """Unknown fields are ignored."""

    @property
    def payload(self) -> bytes:
        return parse_sign1(self.raw).payload

    def spoiled(self, changes: Mapping[int, cbor.Value | Absent]) -> bytes:
        return resigned(self.payload, changes, key=self.key, aad=self.aad)

    def sealed(self, payload: bytes) -> bytes:
        return envelope(payload, key=self.key, aad=self.aad)


def diagnostic(value: cbor.Value) -> str:
    """Diagnostic notation (RFC 8949, section 8) of what a payload holds; long byte strings are cut."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{diagnostic(key)}: {diagnostic(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(diagnostic, value)) + "]"
    if isinstance(value, bytes):
        return f"h'{value.hex()}'" if len(value) <= 32 else f"h'{value[:16].hex()}…' ({len(value)} bytes)"
    return json.dumps(value, ensure_ascii=False)


def bad_envelopes(subject: Subject) -> Iterator[Case]:
    """Everything about the envelope that is refused; each signature is good for what the envelope says."""
    payload, key, aad = subject.payload, subject.key, subject.aad
    header = protected_header(key.kid)

    def case(name: str, raw: bytes, why: str) -> Case:
        return Case(name=name, raw=raw, expect=MALFORMED, why=why)

    def other_header(name: str, fields: cbor.Value, why: str) -> Case:
        raw = envelope(payload, key=key, aad=aad, protected=cbor.encode(fields))
        return case(f"header: {name}", raw, why)

    yield case("no tag", envelope(payload, key=key, aad=aad, tag=None), "tag 18 is required")
    yield case("tag 98", envelope(payload, key=key, aad=aad, tag=98), "COSE_Sign is another structure")
    yield case("tag twice", b"\xd2" + subject.raw, "the tag stands once")
    yield case("tag 55799 around", b"\xd9\xd9\xf7" + subject.raw, "nothing stands around the envelope")
    yield other_header("algorithm -19", {1: -19, 4: key.kid}, "-19 comes with version 2")
    yield other_header("algorithm -7", {1: -7, 4: key.kid}, "no other algorithm")
    yield other_header("no algorithm", {4: key.kid}, "the header is exactly {1, 4}")
    yield other_header("no kid", {1: -8}, "the header is exactly {1, 4}")
    yield other_header("kid of 7 bytes", {1: -8, 4: key.kid[:7]}, "a key id is 8 bytes")
    yield other_header("kid of 32 bytes", {1: -8, 4: key.kid * 4}, "a key id is 8 bytes")
    yield other_header("kid as text", {1: -8, 4: "12345678"}, "a key id is a byte string")
    yield other_header("content type", {1: -8, 3: 60, 4: key.kid}, "nothing else is in the header")
    yield other_header("crit", {1: -8, 2: [4], 4: key.kid}, "nothing else is in the header")
    unsorted = b"\xa2\x04\x48" + key.kid + b"\x01\x27"
    raw = envelope(payload, key=key, aad=aad, protected=unsorted)
    yield case("header: keys out of order", raw, "the header is deterministic too")
    raw = envelope(payload, key=key, aad=aad, protected=b"")
    yield case("header: empty", raw, "an empty header names no key")
    raw = envelope(payload, key=key, aad=aad, unprotected={4: key.kid})
    yield case("kid in the unprotected header", raw, "the unprotected header is empty")
    parts = [header, None, payload, parse_sign1(subject.raw).signature]
    yield case("unprotected header null", cbor.encode(cbor.Tagged(18, list(parts))), "it is an empty map")
    yield case("detached payload", envelope(None, key=key, aad=aad), "the payload is embedded")
    raw = envelope(cbor.decode(payload, depth_max=16), key=key, aad=aad)
    yield case("payload not wrapped", raw, "the payload is a byte string that holds the map")
    for length in (0, 63, 65):
        signature = (parse_sign1(subject.raw).signature + b"\0")[:length]
        raw = cbor.encode(cbor.Tagged(18, [header, {}, payload, signature]))
        yield case(f"signature of {length} bytes", raw, "a signature is 64 bytes")
    yield case("five parts", cbor.encode(cbor.Tagged(18, [header, {}, payload, b"\0" * 64, None])), "four parts")
    yield case("empty bytes", b"", "there is no object")


def bad_encodings(subject: Subject) -> Iterator[Case]:
    """Encodings of the right values that are not the deterministic one, each signed as it stands."""
    raw, payload = subject.raw, subject.payload

    def case(name: str, raw: bytes, why: str) -> Case:
        return Case(name=f"encoding: {name}", raw=raw, expect=MALFORMED, why=why)

    yield case("a byte behind the object", raw + b"\0", "no trailing bytes")
    yield case("last byte missing", raw[:-1], "the object is whole")
    yield case("long head of the tag", b"\xd8\x12" + raw[1:], "shortest heads")
    yield case("indefinite array", raw[:1] + b"\x9f" + raw[2:] + b"\xff", "definite lengths")
    yield case("a byte behind the payload", subject.sealed(payload + b"\0"), "no trailing bytes")
    yield case("payload: long map head", subject.sealed(_longer_head(payload)), "shortest heads")
    indefinite = b"\xbf" + payload[1:] + b"\xff"
    yield case("payload: indefinite map", subject.sealed(indefinite), "definite lengths")
    pairs = _encoded_pairs(payload)
    head = payload[:1]
    swapped = head + b"".join([*pairs[1:2], pairs[0], *pairs[2:]])
    yield case("payload: keys out of order", subject.sealed(swapped), "bytewise order of keys")
    doubled = bytes((head[0] + 1,)) + pairs[0] + b"".join(pairs)
    yield case("payload: a key twice", subject.sealed(doubled), "no duplicate keys")
    yield case("payload: not a map", subject.sealed(b"\x80"), "the payload is a map")
    nested = cbor.encode(fields_of(payload))
    deep = bytes((nested[0] + 1,)) + b"".join(pairs) + b"\x61z" + b"\x81" * 17 + b"\x00"
    yield case("payload: nested too deeply", subject.sealed(deep), "nesting is limited")


def bad_claims(subject: Subject, wrong: Mapping[int, Mapping[str, cbor.Value]]) -> Iterator[Case]:
    """Every claim left out, and every claim with each of its wrong values; the signature is good each time."""
    for key, name in subject.names.items():
        if key not in subject.optional and key in fields_of(subject.payload):
            yield Case(
                name=f"no {name}", raw=subject.spoiled({key: ABSENT}), expect=MALFORMED, why=f"{name} is required"
            )
    for key, values in wrong.items():
        for what, value in values.items():
            yield Case(
                name=f"{subject.names[key]}: {what}",
                raw=subject.spoiled({key: value}),
                expect=MALFORMED,
                why=f"{subject.names[key]} cannot be {what}",
            )
    if not subject.is_open:
        for key in (99, -65600):
            raw = subject.spoiled({key: 1})
            yield Case(name=f"unknown claim {key}", raw=raw, expect=MALFORMED, why="version 1 is closed")
        text_key = cbor.encode({**fields_of(subject.payload), "note": 1})
        yield Case(
            name="unknown claim of text", raw=subject.sealed(text_key), expect=MALFORMED, why="version 1 is closed"
        )


def bad_signatures(subject: Subject) -> Iterator[Case]:
    """Objects of the right form whose signature does not hold, each for one reason."""
    parsed = parse_sign1(subject.raw)
    header = protected_header(parsed.kid)

    def case(name: str, raw: bytes, why: str, expect: str = subject.wrong_signature) -> Case:
        return Case(name=f"signature: {name}", raw=raw, expect=expect, why=why)

    def with_signature(signature: bytes) -> bytes:
        return cbor.encode(cbor.Tagged(18, [header, {}, parsed.payload, signature]))

    for aad in Aad:
        if aad is not subject.aad:
            raw = envelope(parsed.payload, key=subject.key, aad=aad)
            yield case(f"made for {aad}", raw, "one kind of object never stands for another")
    flipped = bytes((parsed.signature[0] ^ 1,)) + parsed.signature[1:]
    yield case("first bit flipped", with_signature(flipped), "any change breaks it")
    scalar = int.from_bytes(parsed.signature[32:], "little") + L
    malleable = parsed.signature[:32] + scalar.to_bytes(32, "little")
    yield case("S + L", with_signature(malleable), "S < L, or one payment would have two byte strings")
    yield case("all zero", with_signature(bytes(64)), "not a signature")
    stranger = SigningKey.from_seed(b"\x05" * 32)
    raw = envelope(parsed.payload, key=stranger, aad=subject.aad, protected=header)
    yield case("by a stranger under the right kid", raw, "the kid proves nothing")
    raw = envelope(parsed.payload, key=stranger, aad=subject.aad)
    yield case("by a stranger under its own kid", raw, "nobody vouches for that key", subject.unknown_key)
    raw = envelope(parsed.payload, key=subject.key, aad=subject.aad, protected=protected_header(stranger.kid))
    yield case("good, under a stranger's kid", raw, "the kid must be that of the key", subject.unknown_key)


WRONG_TIME: Mapping[str, cbor.Value] = {
    "negative": -1,
    "in the year 10000": 253_402_300_800,
    "text": "1795300000",
    "true": True,
    "null": None,
}
WRONG_AMOUNT: Mapping[str, cbor.Value] = {
    "zero": 0,
    "negative": -1,
    "above 100 000 000": 100_000_001,
    "text": "12000",
    "true": True,
}
WRONG_ID: Mapping[str, cbor.Value] = {
    "empty": "",
    "of 17 characters": "a" * 17,
    "a dot": ".",
    "two dots": "..",
    "with a slash": "a/b",
    "with a blank": "a b",
    "with Hangul": "빵집",
    "with a line break behind": "m-bakery\n",
    "with full-width letters": "ｍ１",
    "bytes": b"m-bakery",
}
WRONG_ISSUER: Mapping[str, cbor.Value] = {
    "four digits": "4139",
    "six digits": "413900",
    "letters": "4139A",
    "Arabic-Indic digits": "٤١٣٩٠",
    "a number": 41390,
}


def wrong_bytes(size: int) -> Mapping[str, cbor.Value]:
    return {
        f"{size - 1} bytes": b"\x01" * (size - 1),
        f"{size + 1} bytes": b"\x01" * (size + 1),
        "text": "x" * size,
        "empty": b"",
    }


def wrong_text(bytes_max: int) -> Mapping[str, cbor.Value]:
    return {
        "empty": "",
        f"{bytes_max + 1} bytes": "x" * (bytes_max + 1),
        f"{bytes_max // 3 + 1} syllables, which are more bytes": "가" * (bytes_max // 3 + 1),
        "not NFC": "\u1100\u1161",
        "with a line break": "a\nb",
        "with a NUL": "a\0b",
        "with DEL": "a\x7fb",
        "with a C1 control": "a\x85b",
        "with a right-to-left override": "a\u202eb",
        "with a zero-width space": "a\u200bb",
        "with a byte order mark": "\ufeffab",
        "with a line separator": "a\u2028b",
        "bytes": b"abc",
    }


def _longer_head(payload: bytes) -> bytes:
    return bytes((payload[0] & 0xE0 | 24, payload[0] & 0x1F)) + payload[1:]


def _encoded_pairs(payload: bytes) -> list[bytes]:
    pairs = [cbor.encode(key) + cbor.encode(value) for key, value in fields_of(payload).items()]
    assert payload[1:] == b"".join(pairs), "small maps have a head of one byte, and keep their order when read"
    return pairs


def all_cases(
    subject: Subject, wrong: Mapping[int, Mapping[str, cbor.Value]], *more: Callable[[Subject], Iterator[Case]]
) -> list[Case]:
    """Every general way to be wrong, and the object's own."""
    cases = [Case(name="good", raw=subject.raw, expect=VERIFIED, why="keeps every rule")]
    for source in (bad_envelopes, bad_encodings, *more):
        cases.extend(source(subject))
    cases.extend(bad_claims(subject, wrong))
    cases.extend(bad_signatures(subject))
    return cases
