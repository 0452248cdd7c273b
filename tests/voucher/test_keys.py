"""Ed25519 as the protocol wants it: RFC 8032's own vectors, and the corners where verifiers disagree."""

import nacl.bindings
import nacl.exceptions
import pytest

from pos.errors import MalformedError
from pos.voucher.keys import PublicKey, SigningKey, is_valid_public_key, key_id, verify_signature
from tests.support.voucher_builders import a_key
from tests.voucher import ed25519_by_hand as by_hand

# RFC 8032, section 7.1: TEST 1, TEST 2, TEST 3, TEST SHA(abc).
RFC_8032 = (
    (
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        (
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
            "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
        ),
    ),
    (
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        (
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
            "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
        ),
    ),
    (
        "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        (
            "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
            "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"
        ),
    ),
    (
        "833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42",
        "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
        (
            "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
            "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f"
        ),
        (
            "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b589"
            "09351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17ad9bef1177331a704"
        ),
    ),
)

MESSAGE = b"a message"
SEED = b"\x07" * 32


@pytest.mark.parametrize(("seed", "public_key", "message", "signature"), RFC_8032)
def test_the_vectors_of_rfc_8032_are_signed_and_verified(seed: str, public_key: str, message: str, signature: str):
    key = SigningKey.from_seed(bytes.fromhex(seed))

    assert key.public_key.hex() == public_key
    assert key.sign(bytes.fromhex(message)).hex() == signature
    assert verify_signature(bytes.fromhex(public_key), bytes.fromhex(message), bytes.fromhex(signature))


def test_a_key_id_is_the_start_of_the_sha256_of_the_key():
    assert key_id(bytes.fromhex(RFC_8032[0][1])).hex() == "21fe31dfa154a261"


def test_any_bit_flipped_in_a_signature_breaks_it():
    key = a_key("flip")
    signature = key.sign(MESSAGE)

    for bit in range(len(signature) * 8):
        flipped = bytearray(signature)
        flipped[bit // 8] ^= 1 << bit % 8
        assert not verify_signature(key.public_key, MESSAGE, bytes(flipped))


def test_a_scalar_that_is_not_reduced_is_refused():
    key = a_key("malleable")
    signature = key.sign(MESSAGE)
    scalar = int.from_bytes(signature[32:], "little") + by_hand.L

    assert not verify_signature(key.public_key, MESSAGE, signature[:32] + scalar.to_bytes(32, "little"))


@pytest.mark.parametrize("torsion", [by_hand.ORDER_TWO, by_hand.order_eight()])
def test_verification_is_cofactorless(torsion: by_hand.Point):
    """Multiplying by the cofactor would accept this: the key is good, R carries a torsion point."""
    public_key, signature = by_hand.sign(SEED, MESSAGE, nonce_torsion=torsion)

    assert is_valid_public_key(public_key)
    assert not verify_signature(public_key, MESSAGE, signature)


def test_the_hand_made_signatures_are_good_where_nothing_is_added():
    public_key, signature = by_hand.sign(SEED, MESSAGE)

    assert public_key == SigningKey.from_seed(SEED).public_key
    assert verify_signature(public_key, MESSAGE, signature)


def test_a_key_of_mixed_order_is_refused_although_its_signature_holds():
    public_key, signature = by_hand.sign_under_mixed_key(SEED, MESSAGE)

    assert nacl.bindings.crypto_sign_open(signature + MESSAGE, public_key) == MESSAGE
    assert not is_valid_public_key(public_key)
    assert not verify_signature(public_key, MESSAGE, signature)


def test_keys_of_small_order_are_refused():
    torsion = by_hand.order_eight()
    for factor in range(8):
        assert not is_valid_public_key(by_hand.encode(by_hand.multiply(factor, torsion)))


def test_keys_that_are_not_canonical_are_refused():
    for y in range(19):
        for sign in (0, 1):
            assert not is_valid_public_key((by_hand.P + y | sign << 255).to_bytes(32, "little"))
    # x = 0 has no negative: the sign bit is set where there is nothing to choose.
    assert not is_valid_public_key((1 | 1 << 255).to_bytes(32, "little"))


def test_bytes_that_are_no_point_are_refused():
    y = next(y for y in range(2, 100) if by_hand.recover_x(y, sign=0) is None)

    assert not is_valid_public_key(y.to_bytes(32, "little"))
    with pytest.raises(MalformedError):
        PublicKey(y.to_bytes(32, "little"))


@pytest.mark.parametrize("length", [0, 31, 33, 64])
def test_keys_and_signatures_of_another_length_are_refused(length: int):
    key = a_key("length")

    assert not is_valid_public_key(bytes(length))
    assert not verify_signature(bytes(length), MESSAGE, key.sign(MESSAGE))
    assert not verify_signature(key.public_key, MESSAGE, key.sign(MESSAGE)[:length].ljust(length, b"\0")[:63])


def test_a_signature_does_not_borrow_a_byte_from_the_message():
    key = a_key("borrow")
    signature = key.sign(MESSAGE)

    assert not verify_signature(key.public_key, MESSAGE[1:], signature + MESSAGE[:1])
    assert not verify_signature(key.public_key, signature[-1:] + MESSAGE, signature[:-1])


def test_a_signing_key_does_not_show_its_secret():
    key = SigningKey.from_seed(SEED)

    assert SEED.hex() not in repr(key)
    assert str(list(SEED)) not in repr(key)


def test_generated_keys_differ():
    assert SigningKey.generate().seed != SigningKey.generate().seed
