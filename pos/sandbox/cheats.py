"""What a dishonest wallet can do, for trying the terminal: the wallet's own signing with none of its scruples.

A `Hand` is a holder key with a voucher and no counters. Everything else here spoils objects that were honest. Nothing
in this module is used by `wallet`, and no honest customer uses this module.
"""

import random
from dataclasses import dataclass

import cbor2

from pos.sandbox.wallet.claims import Payment
from pos.sandbox.wallet.wire import (
    Envelope,
    Prefix,
    Purpose,
    decode,
    encode,
    from_text,
    open_envelope,
    public_key_of,
    sign,
    to_text,
)

_TAG_18_SHORT = b"\xd2"
_TAG_18_LONG = b"\xd8\x12"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hand:
    """A holder key and a voucher, free to sign anything."""

    seed: bytes
    voucher: bytes

    @property
    def public_key(self) -> bytes:
        return public_key_of(self.seed)

    def sign(
        self,
        *,
        amount_won: int,
        issued_s: int,
        sequence: int = 1,
        spent_before_won: int = 0,
        merchant: str | None = None,
        nonce: bytes | None = None,
    ) -> bytes:
        """A payment with just these claims, however wrong they are."""
        payment = Payment(
            issued_s=issued_s,
            voucher=self.voucher,
            sequence=sequence,
            spent_before_won=spent_before_won,
            amount_won=amount_won,
            merchant=merchant,
            nonce=nonce,
        )
        return sign(payment.payload(), seed=self.seed, purpose=Purpose.PAYMENT)


def payment_text(payment: bytes) -> str:
    """What the phone shows for these bytes."""
    return to_text(Prefix.PAYMENT, payment)


def forged(voucher: bytes, *, seed: bytes) -> bytes:
    """The same promise in the issuer's name, signed by somebody else."""
    honest = open_envelope(voucher)
    signature = open_envelope(sign(honest.payload, seed=seed, purpose=Purpose.VOUCHER)).signature
    return _sealed(Envelope(kid=honest.kid, payload=honest.payload, signature=signature))


def with_flipped_bit(data: bytes, bit: int) -> bytes:
    """The same bytes but for one bit."""
    spoiled = bytearray(data)
    spoiled[bit // 8] ^= 1 << bit % 8
    return bytes(spoiled)


def with_some_bit_flipped(data: bytes, chance: random.Random) -> bytes:
    return with_flipped_bit(data, chance.randrange(8 * len(data)))


def with_longer_head(data: bytes) -> bytes:
    """The same object, its tag written in two bytes where one would do: valid CBOR, not deterministic."""
    assert data.startswith(_TAG_18_SHORT), "not a tagged COSE_Sign1"
    return _TAG_18_LONG + data.removeprefix(_TAG_18_SHORT)


def inner_voucher_as_note(text: str) -> str:
    """The voucher out of somebody's payment, shown as if it were a paper note."""
    payload = decode(open_envelope(from_text(Prefix.PAYMENT, text)).payload)
    match payload:
        case {-65540: bytes(voucher)}:
            return to_text(Prefix.NOTE, voucher)
        case _:
            raise AssertionError("a payment carries its voucher")


def _sealed(envelope: Envelope) -> bytes:
    protected = encode({1: -8, 4: envelope.kid})
    return encode(cbor2.CBORTag(18, [protected, {}, envelope.payload, envelope.signature]))
