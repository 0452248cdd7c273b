"""What the evidence in an approved entry spends: read from its bytes, never taken from anybody's word.

The bytes were verified before they were approved; here they are only read. Whoever keeps the record decides from them
what counts as the same payment, so a caller that mixes things up cannot make one code pay twice.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Final, TypeAlias

from pos.errors import MalformedError
from pos.voucher.signed import decode_confirmation, decode_paper_voucher, decode_payment
from pos.voucher.spend_line import LinePoint, point_of
from pos.voucher.verified import PaymentIdentity, VoucherIdentity

NOTE_SEQUENCE: Final = 1
"""A paper note is a line of one payment over its whole value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VoucherSpent:
    """A payment from a purse, or a paper note given away whole."""

    identity: PaymentIdentity
    point: LinePoint
    value_won: int
    """Of the whole voucher."""
    program: str
    nonce: bytes | None
    serial: str | None = None
    """Of a paper note."""

    @property
    def voucher(self) -> VoucherIdentity:
        return VoucherIdentity(issuer=self.identity.issuer, voucher_id=self.identity.voucher_id)

    @property
    def amount_won(self) -> int:
        return self.point.amount_won


@dataclass(frozen=True, slots=True, kw_only=True)
class PaidOnline:
    """A payment that the ledger confirmed; nothing is at risk offline."""

    ledger: str
    payment_id: bytes
    amount_won: int
    program: str
    nonce: bytes


Spent: TypeAlias = VoucherSpent | PaidOnline


@lru_cache(maxsize=4)
def read_spent(object_bytes: bytes) -> Spent:
    """Read a payment, a paper voucher or a paid confirmation. Raises MalformedError if it is none of them."""
    try:
        payment = decode_payment(object_bytes)
    except MalformedError:
        return _read_other(object_bytes)
    claims, voucher = payment.claims, payment.voucher.claims
    return VoucherSpent(
        identity=PaymentIdentity(issuer=voucher.issuer, voucher_id=voucher.voucher_id, sequence=claims.sequence),
        point=point_of(claims),
        value_won=voucher.value_won,
        program=voucher.program,
        nonce=claims.nonce,
    )


def _read_other(object_bytes: bytes) -> Spent:
    try:
        note = decode_paper_voucher(object_bytes).claims
    except MalformedError:
        confirmation = decode_confirmation(object_bytes).claims
        return PaidOnline(
            ledger=confirmation.ledger,
            payment_id=confirmation.payment_id,
            amount_won=confirmation.amount_won,
            program=confirmation.program,
            nonce=confirmation.nonce,
        )
    return VoucherSpent(
        identity=PaymentIdentity(issuer=note.issuer, voucher_id=note.voucher_id, sequence=NOTE_SEQUENCE),
        point=LinePoint(sequence=NOTE_SEQUENCE, spent_before_won=0, amount_won=note.value_won),
        value_won=note.value_won,
        program=note.program,
        nonce=None,
        serial=note.serial,
    )
