"""The wallet's own bytes and text: RFC 8949 order, RFC 9285, RFC 9052."""

import hashlib

import cbor2
import nacl.signing
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos.sandbox.wallet import claims, wire
from pos.sandbox.wallet.errors import UnreadableError, WalletError


@pytest.mark.parametrize(
    ("data", "text"),
    [(b"AB", "BB8"), (b"Hello!!", "%69 VD92EX0"), (b"base-45", "UJCLQE7W581"), (b"ietf!", "QED8WEX0"), (b"", "")],
)
def test_base45_gives_the_examples_of_rfc_9285(data: bytes, text: str) -> None:
    assert wire.base45_encode(data) == text
    assert wire.base45_decode(text) == data


@pytest.mark.parametrize("text", ["A", "ABCD", "ab8", "GGW", "::", "BB8 ", " BB8", "BB\u0660", "ZZZ", ":::"])
def test_text_that_is_not_base45_is_refused(text: str) -> None:
    with pytest.raises(UnreadableError):
        wire.base45_decode(text)


@given(st.binary(max_size=200))
def test_base45_brings_every_byte_string_back(data: bytes) -> None:
    assert wire.base45_decode(wire.base45_encode(data)) == data


def test_map_keys_are_ordered_bytewise_and_not_by_length_first() -> None:
    both = {24: "two bytes long", -1: "one byte long"}

    assert wire.encode(both).startswith(b"\xa2\x18\x18")
    assert cbor2.dumps(both, canonical=True).startswith(b"\xa2\x20"), "cbor2 still sorts by length"


@pytest.mark.parametrize("value", [{1: {-1: 0, 24: 0}}, [{-1: 0, 24: 0}], cbor2.CBORTag(18, [{-1: 0, 24: 0}])])
def test_inner_maps_are_ordered_too(value: object) -> None:
    assert b"\xa2\x18\x18\x00\x20\x00" in wire.encode(value)


def test_every_map_of_the_protocol_has_the_same_order_under_both_rules() -> None:
    labels = [claims.ISSUER, claims.SUBJECT, claims.HOLDER, claims.NONCE, *range(-65550, -65536)]
    holder = {1: {1: 1, -1: 6, -2: b"x" * 32}}

    for value in (dict.fromkeys(labels, 0), holder, {1: -8, 4: b"k" * 8}):
        assert wire.encode(value) == cbor2.dumps(value, canonical=True)


@pytest.mark.parametrize(
    "data",
    [
        "1801",  # not the shortest head
        "a2010101 02",  # the same key twice
        "a202000100",  # keys out of order
        "0000",  # a second value behind
        "5f40ff",  # indefinite length
        "9fff",
        "818181818181818100",  # nested too deep
        "62ffff",  # not UTF-8
        "c24101",  # a bignum that fits
        "d81c8100",
        "",
        "ff",
        "5b7fffffffffffffff",
    ],
)
def test_anything_but_deterministic_cbor_is_refused(data: str) -> None:
    with pytest.raises(UnreadableError):
        wire.decode(bytes.fromhex(data))


@given(st.binary(max_size=120))
def test_arbitrary_bytes_raise_only_our_own_errors(data: bytes) -> None:
    for read in (wire.decode, wire.open_envelope, claims.read_voucher, claims.read_request, claims.read_certificate):
        try:
            read(data)
        except WalletError:
            continue


@given(st.text(max_size=60))
def test_arbitrary_text_raises_only_our_own_errors(text: str) -> None:
    for prefix in wire.Prefix:
        for candidate in (text, prefix + text):
            try:
                wire.from_text(prefix, candidate)
            except UnreadableError:
                continue


def test_a_signature_is_made_over_the_sig_structure_of_rfc_9052() -> None:
    seed = b"s" * 32
    envelope = wire.open_envelope(wire.sign(b"payload", seed=seed, purpose=wire.Purpose.PAYMENT))
    key = nacl.signing.SigningKey(seed).verify_key

    protected = bytes.fromhex("a201270448") + hashlib.sha256(bytes(key)).digest()[:8]
    structure = b"\x84\x6aSignature1\x4d" + protected + b"\x4echak/payment/1\x47payload"
    assert key.verify(structure, envelope.signature) == structure
    assert envelope.payload == b"payload"


def test_a_signature_counts_only_for_its_own_purpose_and_key() -> None:
    data = wire.sign(b"payload", seed=b"s" * 32, purpose=wire.Purpose.PAYMENT)
    envelope = wire.open_envelope(data)

    assert wire.is_signed(envelope, public_key=wire.public_key_of(b"s" * 32), purpose=wire.Purpose.PAYMENT)
    assert not wire.is_signed(envelope, public_key=wire.public_key_of(b"s" * 32), purpose=wire.Purpose.REQUEST)
    assert not wire.is_signed(envelope, public_key=wire.public_key_of(b"o" * 32), purpose=wire.Purpose.PAYMENT)


@pytest.mark.parametrize(
    "header",
    [{1: -8}, {1: -19, 4: b"k" * 8}, {1: -8, 4: b"k" * 7}, {1: -8, 4: b"k" * 8, 5: 1}, {1: -8, 4: "k"}, [], 1],
)
def test_another_protected_header_is_refused(header: object) -> None:
    data = cbor2.dumps(cbor2.CBORTag(18, [wire.encode(header), {}, b"", b"s" * 64]))

    with pytest.raises(UnreadableError):
        wire.open_envelope(data)


def test_an_object_too_large_for_one_code_gets_no_text() -> None:
    with pytest.raises(UnreadableError, match="513 bytes"):
        wire.to_text(wire.Prefix.PAYMENT, b"x" * 513)
