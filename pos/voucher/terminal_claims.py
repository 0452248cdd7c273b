"""The claims of what terminals and ledgers sign: requests, certificates, confirmations, receipt codes.

The rules are those of `pos.voucher.claims`, which is where these are imported from.
"""

from dataclasses import dataclass
from enum import IntEnum
from typing import Self

from pos import cbor
from pos.errors import MalformedError
from pos.voucher import labels
from pos.voucher.fields import HASH_BYTES, ID16_BYTES, Fields
from pos.voucher.labels import OBJECT_BYTES_MAX


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentRequest:
    """What the terminal shows to the phone: pay this amount to this merchant."""

    terminal: str
    merchant: str
    issued_s: int
    nonce: bytes
    amount_won: int
    certificate: bytes
    """The bytes of the terminal certificate."""

    @classmethod
    def from_payload(cls, payload: bytes) -> Self:
        """Read the claims. Raises MalformedError."""
        fields = Fields("request", cbor.decode(payload))
        request = cls(
            terminal=fields.id_(labels.ISS, "iss"),
            merchant=fields.id_(labels.AUD, "aud"),
            issued_s=fields.time_s(labels.IAT, "iat"),
            nonce=fields.bytes_(labels.NONCE, "nonce", size=ID16_BYTES),
            amount_won=fields.amount_won(labels.AMOUNT, "amount"),
            certificate=fields.object_(labels.TERMINAL_CERTIFICATE, "terminal_certificate", bytes_max=OBJECT_BYTES_MAX),
        )
        fields.close()
        return request

    def to_payload(self) -> bytes:
        """Return the claims as they are signed."""
        return cbor.encode(
            {
                labels.ISS: self.terminal,
                labels.AUD: self.merchant,
                labels.IAT: self.issued_s,
                labels.NONCE: self.nonce,
                labels.AMOUNT: self.amount_won,
                labels.TERMINAL_CERTIFICATE: self.certificate,
            }
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class TerminalCertificate:
    """A ledger's word that a key belongs to a terminal of a merchant."""

    ledger: str
    terminal: str
    merchant: str
    expires_s: int
    issued_s: int
    terminal_key: bytes
    merchant_name: str

    @classmethod
    def from_payload(cls, payload: bytes) -> Self:
        """Read the claims. Raises MalformedError."""
        fields = Fields("certificate", cbor.decode(payload))
        certificate = cls(
            ledger=fields.id_(labels.ISS, "iss"),
            terminal=fields.id_(labels.SUB, "sub"),
            merchant=fields.id_(labels.AUD, "aud"),
            expires_s=fields.time_s(labels.EXP, "exp"),
            issued_s=fields.time_s(labels.IAT, "iat"),
            terminal_key=labels.confirmation_key(fields),
            merchant_name=fields.text(labels.MERCHANT_NAME, "merchant_name", bytes_max=labels.MERCHANT_NAME_BYTES_MAX),
        )
        fields.close()
        if not 0 < certificate.expires_s - certificate.issued_s <= labels.CERTIFICATE_LIFE_MAX_S:
            raise MalformedError("certificate: does not live between 1 second and 400 days")
        return certificate

    def to_payload(self) -> bytes:
        """Return the claims as they are signed."""
        return cbor.encode(
            {
                labels.ISS: self.ledger,
                labels.SUB: self.terminal,
                labels.AUD: self.merchant,
                labels.EXP: self.expires_s,
                labels.IAT: self.issued_s,
                labels.CNF: labels.confirmation(self.terminal_key),
                labels.MERCHANT_NAME: self.merchant_name,
            }
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class PaidConfirmation:
    """A ledger's word that a phone has paid a request online."""

    ledger: str
    merchant: str
    issued_s: int
    payment_id: bytes
    nonce: bytes
    amount_won: int
    program: str

    @classmethod
    def from_payload(cls, payload: bytes) -> Self:
        """Read the claims. Raises MalformedError."""
        fields = Fields("confirmation", cbor.decode(payload))
        confirmation = cls(
            ledger=fields.id_(labels.ISS, "iss"),
            merchant=fields.id_(labels.AUD, "aud"),
            issued_s=fields.time_s(labels.IAT, "iat"),
            payment_id=fields.bytes_(labels.CTI, "cti", size=ID16_BYTES),
            nonce=fields.bytes_(labels.NONCE, "nonce", size=ID16_BYTES),
            amount_won=fields.amount_won(labels.AMOUNT, "amount"),
            program=fields.id_(labels.PROGRAM, "program"),
        )
        fields.close()
        return confirmation

    def to_payload(self) -> bytes:
        """Return the claims as they are signed."""
        return cbor.encode(
            {
                labels.ISS: self.ledger,
                labels.AUD: self.merchant,
                labels.IAT: self.issued_s,
                labels.CTI: self.payment_id,
                labels.NONCE: self.nonce,
                labels.AMOUNT: self.amount_won,
                labels.PROGRAM: self.program,
            }
        )


class ReceiptKind(IntEnum):
    """What a receipt code is for."""

    SALE = 1
    REFUND = 2
    VOID = 3
    DECLINED = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptCode:
    """What happened at the till, for the customer to keep; it proves and can buy nothing."""

    terminal: str
    merchant: str
    issued_s: int
    amount_won: int
    receipt_number: str
    entry: bytes
    """SHA-256 of the bytes of the journal entry that this is for."""
    kind: ReceiptKind
    payment: bytes | None
    """SHA-256 of the payment's bytes, where there was one."""

    @classmethod
    def from_payload(cls, payload: bytes) -> Self:
        """Read the claims. Raises MalformedError."""
        fields = Fields("receipt", cbor.decode(payload))
        receipt = cls(
            terminal=fields.id_(labels.ISS, "iss"),
            merchant=fields.id_(labels.AUD, "aud"),
            issued_s=fields.time_s(labels.IAT, "iat"),
            amount_won=fields.amount_won(labels.AMOUNT, "amount"),
            receipt_number=fields.text(
                labels.RECEIPT_NUMBER, "receipt_number", bytes_max=labels.RECEIPT_NUMBER_BYTES_MAX
            ),
            entry=fields.bytes_(labels.ENTRY, "entry", size=HASH_BYTES),
            kind=ReceiptKind(fields.uint(labels.KIND, "kind", low=ReceiptKind.SALE, high=ReceiptKind.DECLINED)),
            payment=fields.bytes_(labels.PAYMENT, "payment", size=HASH_BYTES) if fields.has(labels.PAYMENT) else None,
        )
        fields.close()
        return receipt

    def to_payload(self) -> bytes:
        """Return the claims as they are signed."""
        claims: dict[int | str, cbor.Value] = {
            labels.ISS: self.terminal,
            labels.AUD: self.merchant,
            labels.IAT: self.issued_s,
            labels.AMOUNT: self.amount_won,
            labels.RECEIPT_NUMBER: self.receipt_number,
            labels.ENTRY: self.entry,
            labels.KIND: int(self.kind),
        }
        if self.payment is not None:
            claims[labels.PAYMENT] = self.payment
        return cbor.encode(claims)
