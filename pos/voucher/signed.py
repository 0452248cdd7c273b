"""Signed objects that have been read but not verified: the right form, and nothing more is known.

Each `decode_…` takes the bytes of one object and raises MalformedError; each `sign_…` makes one, and reads back what it
made, so that nothing leaves this program that it would not accept itself.

- A voucher inside a payment is bound to a key and has no serial; a paper voucher has a serial and no key. Every
  merchant sees the inner voucher's bytes, and they must buy nothing.
- Every object is at most 512 bytes.

Who signed is for `pos.voucher.verified`.
"""

from collections.abc import Callable
from dataclasses import dataclass

from pos.errors import MalformedError
from pos.voucher.aad import Aad
from pos.voucher.claims import (
    OBJECT_BYTES_MAX,
    PaidConfirmation,
    Payment,
    PaymentRequest,
    ReceiptCode,
    TerminalCertificate,
    Voucher,
)
from pos.voucher.cose import Sign1, parse_sign1, sign1
from pos.voucher.keys import SigningKey


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedVoucher:
    """A voucher of either form."""

    sign1: Sign1
    claims: Voucher

    @property
    def raw(self) -> bytes:
        """The bytes of the object."""
        return self.sign1.raw


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedPayment:
    """A payment and the voucher inside it."""

    sign1: Sign1
    claims: Payment
    voucher: SignedVoucher

    @property
    def raw(self) -> bytes:
        """The bytes of the object."""
        return self.sign1.raw


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedCertificate:
    """A terminal certificate."""

    sign1: Sign1
    claims: TerminalCertificate

    @property
    def raw(self) -> bytes:
        """The bytes of the object."""
        return self.sign1.raw


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedRequest:
    """A payment request and the certificate inside it."""

    sign1: Sign1
    claims: PaymentRequest
    certificate: SignedCertificate

    @property
    def raw(self) -> bytes:
        """The bytes of the object."""
        return self.sign1.raw


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedConfirmation:
    """A ledger's confirmation of an online payment."""

    sign1: Sign1
    claims: PaidConfirmation

    @property
    def raw(self) -> bytes:
        """The bytes of the object."""
        return self.sign1.raw


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedReceipt:
    """A receipt code."""

    sign1: Sign1
    claims: ReceiptCode

    @property
    def raw(self) -> bytes:
        """The bytes of the object."""
        return self.sign1.raw


def decode_voucher(raw: bytes) -> SignedVoucher:
    """Read a voucher of either form."""
    envelope = _parse(raw)
    return SignedVoucher(sign1=envelope, claims=Voucher.from_payload(envelope.payload))


def decode_holder_voucher(raw: bytes) -> SignedVoucher:
    """Read a voucher bound to a key, as it is inside a payment."""
    voucher = decode_voucher(raw)
    if voucher.claims.holder_key is None:
        raise MalformedError("voucher: a paper voucher where one bound to a key belongs")
    return voucher


def decode_paper_voucher(raw: bytes) -> SignedVoucher:
    """Read a paper voucher, the content of a CKV1 code."""
    voucher = decode_voucher(raw)
    if voucher.claims.serial is None:
        raise MalformedError("voucher: one bound to a key where a paper voucher belongs")
    return voucher


def decode_payment(
    raw: bytes, *, decode_inner: Callable[[bytes], SignedVoucher] = decode_holder_voucher
) -> SignedPayment:
    """Read a payment, the content of a CKP1 code, and the voucher inside; `decode_inner` may know it already."""
    envelope = _parse(raw)
    claims = Payment.from_payload(envelope.payload)
    return SignedPayment(sign1=envelope, claims=claims, voucher=decode_inner(claims.voucher))


def decode_certificate(raw: bytes) -> SignedCertificate:
    """Read a terminal certificate."""
    envelope = _parse(raw)
    return SignedCertificate(sign1=envelope, claims=TerminalCertificate.from_payload(envelope.payload))


def decode_request(raw: bytes) -> SignedRequest:
    """Read a payment request, the content of a CKR1 code, and the certificate inside."""
    envelope = _parse(raw)
    claims = PaymentRequest.from_payload(envelope.payload)
    return SignedRequest(sign1=envelope, claims=claims, certificate=decode_certificate(claims.certificate))


def decode_confirmation(raw: bytes) -> SignedConfirmation:
    """Read a paid confirmation, the content of a CKC1 code."""
    envelope = _parse(raw)
    return SignedConfirmation(sign1=envelope, claims=PaidConfirmation.from_payload(envelope.payload))


def decode_receipt(raw: bytes) -> SignedReceipt:
    """Read a receipt code, the content of a CKS1 code."""
    envelope = _parse(raw)
    return SignedReceipt(sign1=envelope, claims=ReceiptCode.from_payload(envelope.payload))


def sign_voucher(claims: Voucher, *, key: SigningKey) -> SignedVoucher:
    """Sign with an issuer's key."""
    return decode_voucher(sign1(claims.to_payload(), key=key, aad=Aad.VOUCHER))


def sign_payment(claims: Payment, *, key: SigningKey) -> SignedPayment:
    """Sign with the holder's key."""
    return decode_payment(sign1(claims.to_payload(), key=key, aad=Aad.PAYMENT))


def sign_certificate(claims: TerminalCertificate, *, key: SigningKey) -> SignedCertificate:
    """Sign with a ledger's key of the role `certificate`."""
    return decode_certificate(sign1(claims.to_payload(), key=key, aad=Aad.TERMINAL))


def sign_request(claims: PaymentRequest, *, key: SigningKey) -> SignedRequest:
    """Sign with the terminal's key."""
    return decode_request(sign1(claims.to_payload(), key=key, aad=Aad.REQUEST))


def sign_confirmation(claims: PaidConfirmation, *, key: SigningKey) -> SignedConfirmation:
    """Sign with a ledger's key of the role `confirmation`."""
    return decode_confirmation(sign1(claims.to_payload(), key=key, aad=Aad.CONFIRMATION))


def sign_receipt(claims: ReceiptCode, *, key: SigningKey) -> SignedReceipt:
    """Sign with the terminal's key."""
    return decode_receipt(sign1(claims.to_payload(), key=key, aad=Aad.RECEIPT))


def _parse(raw: bytes) -> Sign1:
    if len(raw) > OBJECT_BYTES_MAX:
        raise MalformedError(f"object: more than {OBJECT_BYTES_MAX} bytes")
    return parse_sign1(raw)
