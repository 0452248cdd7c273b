"""The envelope against an example of the COSE working group."""

import pytest

from pos import cbor
from pos.errors import MalformedError
from pos.voucher.aad import Aad
from pos.voucher.cose import parse_sign1, protected_header, sign1, signature_structure, verify_sign1
from pos.voucher.keys import SigningKey, verify_signature
from tests.support.voucher_builders import STRANGER_KEY, a_key, envelope

# cose-wg/Examples, eddsa-examples/eddsa-sig-01.json (public domain): Ed25519 under the key of RFC 8032, TEST 1.
SEED = bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
TO_BE_SIGNED = "846a5369676e61747572653145a2012703004054546869732069732074686520636f6e74656e742e"
OBJECT = (
    "d28445a201270300a10442313154546869732069732074686520636f6e74656e742e5840"
    "7142fd2ff96d56db85bee905a76ba1d0b7321a95c8c4d3607c5781932b7afb87"
    "11497dfa751bf40b58b3bcc32300b1487f3db34085eef013bf08f4a44d6fef0d"
)
HEADER = bytes.fromhex("a201270300")
CONTENT = b"This is the content."


def test_the_working_groups_example_has_our_signature_structure_and_signature():
    key = SigningKey.from_seed(SEED)

    to_be_signed = signature_structure(HEADER, aad=b"", payload=CONTENT)

    assert to_be_signed.hex() == TO_BE_SIGNED
    assert key.sign(to_be_signed) == bytes.fromhex(OBJECT)[-64:]
    assert verify_signature(key.public_key, to_be_signed, bytes.fromhex(OBJECT)[-64:])


def test_the_working_groups_example_is_well_formed_but_its_headers_are_not_ours():
    example = cbor.decode(bytes.fromhex(OBJECT))

    assert example == cbor.Tagged(18, [HEADER, {4: b"11"}, CONTENT, bytes.fromhex(OBJECT)[-64:]])
    with pytest.raises(MalformedError, match="protected header"):
        parse_sign1(bytes.fromhex(OBJECT))


def test_an_unprotected_header_is_refused_even_if_the_protected_one_is_ours():
    key = a_key("header")
    raw = envelope(b"\xa0", key=key, aad=Aad.VOUCHER, unprotected={3: 0})

    with pytest.raises(MalformedError, match="unprotected header"):
        parse_sign1(raw)


def test_what_is_signed_is_read_and_verified():
    key = a_key("round trip")
    for size in (0, 1, 23, 24, 255, 256, 257, 70_000):
        raw = sign1(b"p" * size, key=key, aad=Aad.MESSAGE)

        parsed = parse_sign1(raw)

        assert (parsed.payload, parsed.kid, parsed.raw) == (b"p" * size, key.kid, raw)
        assert verify_sign1(parsed, public_key=key.public_key, aad=Aad.MESSAGE)


def test_a_signature_for_one_kind_of_object_is_good_for_no_other():
    key = a_key("domain")
    for made_for in Aad:
        parsed = parse_sign1(sign1(b"payload", key=key, aad=made_for))

        good_for = [aad for aad in Aad if verify_sign1(parsed, public_key=key.public_key, aad=aad)]

        assert good_for == [made_for]


def test_the_key_id_must_be_that_of_the_key_although_the_signature_holds():
    key = a_key("kid")
    raw = envelope(b"payload", key=key, aad=Aad.VOUCHER, protected=protected_header(STRANGER_KEY.kid))
    parsed = parse_sign1(raw)
    message = signature_structure(protected_header(parsed.kid), aad=Aad.VOUCHER.encode(), payload=parsed.payload)

    assert verify_signature(key.public_key, message, parsed.signature)
    assert not verify_sign1(parsed, public_key=key.public_key, aad=Aad.VOUCHER)
