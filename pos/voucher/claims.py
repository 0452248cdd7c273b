"""The claims inside each signed object that can appear in a QR code.

Rules:

- CWT keys where one exists (RFC 8392), private keys below -65536 otherwise;
- the payload is one deterministic CBOR map; every claim is required unless the protocol says it may be absent;
- claims that are not listed are refused: version 1 is closed;
- `from_payload` raises MalformedError, and what it returns keeps every rule that one object alone can keep.

Signatures, and rules between two objects, are for `pos.voucher.verified`, `spend_line` and the till.
"""

from dataclasses import dataclass
from typing import Self

from pos import cbor
from pos.errors import MalformedError
from pos.money import AMOUNT_MAX_WON
from pos.voucher import labels
from pos.voucher.fields import ID16_BYTES, Fields
from pos.voucher.labels import OBJECT_BYTES_MAX
from pos.voucher.terminal_claims import PaidConfirmation, PaymentRequest, ReceiptCode, ReceiptKind, TerminalCertificate

__all__ = [
    "OBJECT_BYTES_MAX",
    "PaidConfirmation",
    "Payment",
    "PaymentRequest",
    "ReceiptCode",
    "ReceiptKind",
    "TerminalCertificate",
    "Voucher",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Voucher:
    """An issuer's promise: bound to a holder's key (mobile), or to a printed serial (paper)."""

    issuer: str
    expires_s: int
    not_before_s: int
    issued_s: int
    voucher_id: bytes
    holder_key: bytes | None
    program: str
    value_won: int
    """Face value of a note, or the most that a purse can ever pay."""
    serial: str | None

    @classmethod
    def from_payload(cls, payload: bytes) -> Self:
        """Read the claims. Raises MalformedError."""
        fields = Fields("voucher", cbor.decode(payload))
        voucher = cls(
            issuer=fields.issuer(labels.ISS, "iss"),
            expires_s=fields.time_s(labels.EXP, "exp"),
            not_before_s=fields.time_s(labels.NBF, "nbf"),
            issued_s=fields.time_s(labels.IAT, "iat"),
            voucher_id=fields.bytes_(labels.CTI, "cti", size=ID16_BYTES),
            holder_key=labels.confirmation_key(fields) if fields.has(labels.CNF) else None,
            program=fields.id_(labels.PROGRAM, "program"),
            value_won=fields.amount_won(labels.VALUE, "value"),
            serial=_serial(fields) if fields.has(labels.SERIAL) else None,
        )
        fields.close()
        if (voucher.holder_key is None) == (voucher.serial is None):
            raise MalformedError("voucher: needs either cnf or serial, and not both")
        return voucher

    def to_payload(self) -> bytes:
        """Return the claims as they are signed."""
        claims: dict[int | str, cbor.Value] = {
            labels.ISS: self.issuer,
            labels.EXP: self.expires_s,
            labels.NBF: self.not_before_s,
            labels.IAT: self.issued_s,
            labels.CTI: self.voucher_id,
            labels.PROGRAM: self.program,
            labels.VALUE: self.value_won,
        }
        if self.holder_key is not None:
            claims[labels.CNF] = labels.confirmation(self.holder_key)
        if self.serial is not None:
            claims[labels.SERIAL] = self.serial
        return cbor.encode(claims)


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    """A holder's order to pay one tender out of a voucher."""

    merchant: str | None
    issued_s: int
    nonce: bytes | None
    """Of the payment request that this answers."""
    voucher: bytes
    """The bytes of the voucher as issued."""
    sequence: int
    spent_before_won: int
    amount_won: int

    @classmethod
    def from_payload(cls, payload: bytes) -> Self:
        """Read the claims. Raises MalformedError."""
        fields = Fields("payment", cbor.decode(payload))
        payment = cls(
            merchant=fields.id_(labels.AUD, "aud") if fields.has(labels.AUD) else None,
            issued_s=fields.time_s(labels.IAT, "iat"),
            nonce=fields.bytes_(labels.NONCE, "nonce", size=ID16_BYTES) if fields.has(labels.NONCE) else None,
            voucher=fields.object_(labels.VOUCHER, "voucher", bytes_max=OBJECT_BYTES_MAX),
            sequence=fields.uint(labels.SEQUENCE, "sequence", low=1, high=labels.SEQUENCE_MAX),
            spent_before_won=fields.uint(labels.SPENT_BEFORE, "spent_before", high=AMOUNT_MAX_WON),
            amount_won=fields.amount_won(labels.AMOUNT, "amount"),
        )
        fields.close()
        if payment.nonce is not None and payment.merchant is None:
            raise MalformedError("payment: nonce without aud")
        # Every earlier payment took at least one won.
        if payment.spent_before_won < payment.sequence - 1:
            raise MalformedError("payment: spent_before is below sequence - 1")
        if payment.sequence == 1 and payment.spent_before_won != 0:
            raise MalformedError("payment: spent_before is not 0 at sequence 1")
        return payment

    def to_payload(self) -> bytes:
        """Return the claims as they are signed."""
        claims: dict[int | str, cbor.Value] = {
            labels.IAT: self.issued_s,
            labels.VOUCHER: self.voucher,
            labels.SEQUENCE: self.sequence,
            labels.SPENT_BEFORE: self.spent_before_won,
            labels.AMOUNT: self.amount_won,
        }
        if self.merchant is not None:
            claims[labels.AUD] = self.merchant
        if self.nonce is not None:
            claims[labels.NONCE] = self.nonce
        return cbor.encode(claims)


def _serial(fields: Fields) -> str:
    return fields.text(labels.SERIAL, "serial", bytes_max=labels.SERIAL_BYTES_MAX)
