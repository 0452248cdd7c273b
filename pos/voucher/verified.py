"""Verified objects: what a signature and trust data have proven, and only that.

A `Verified…` value is made by the `verify_…` functions of this module and by nothing else; having one is the proof.
Where verification fails, the step that failed is the answer.

A payment is verified in numbered steps:

1. the issuer is known, and so is the key that the voucher names;
2. the voucher is signed by that key;
3. the payment names the key in the voucher's `cnf` and is signed by it.

The identity of a voucher or payment is taken from these bytes, never from a scanned text. Time, revocation, the signing
window of the issuer's key, audience, limits and history are not judged here: that is `pos.till`.
"""

from dataclasses import InitVar, dataclass
from enum import StrEnum
from typing import Final

from pos.errors import MalformedError
from pos.voucher.aad import Aad
from pos.voucher.claims import PaidConfirmation, Payment, PaymentRequest, ReceiptCode, TerminalCertificate, Voucher
from pos.voucher.cose import verify_sign1
from pos.voucher.keys import PublicKey
from pos.voucher.signed import (
    SignedCertificate,
    SignedConfirmation,
    SignedPayment,
    SignedReceipt,
    SignedRequest,
    SignedVoucher,
)
from pos.voucher.spend_line import are_different
from pos.voucher.trust import Issuer, IssuerKey, Ledger, LedgerRole

_PROOF: Final = object()


class VerificationStep(StrEnum):
    """The step that did not hold."""

    ISSUER_UNKNOWN = "issuer_unknown"
    """No such issuer, or none of its keys: perhaps the trust data is too old."""
    ISSUER_SIGNATURE = "issuer_signature"
    HOLDER_SIGNATURE = "holder_signature"
    LEDGER_UNKNOWN = "ledger_unknown"
    """No such ledger, or none of its keys with that role."""
    LEDGER_SIGNATURE = "ledger_signature"
    TERMINAL_MISMATCH = "terminal_mismatch"
    """The object and the certificate are of different terminals or merchants."""
    TERMINAL_SIGNATURE = "terminal_signature"


@dataclass(frozen=True, slots=True, kw_only=True)
class VerificationFailure:
    """Verification ended at this step."""

    step: VerificationStep


@dataclass(frozen=True, slots=True, kw_only=True)
class VoucherIdentity:
    """What a voucher is known by; a voucher id is never issued twice."""

    issuer: str
    voucher_id: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentIdentity:
    """What a payment is known by."""

    issuer: str
    voucher_id: bytes
    sequence: int


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifiedVoucher:
    """A voucher that its issuer signed."""

    raw: bytes
    issuer_key: IssuerKey
    voucher: Voucher
    proof: InitVar[object]

    def __post_init__(self, proof: object) -> None:
        assert proof is _PROOF, "only verify_voucher makes verified vouchers"

    @property
    def identity(self) -> VoucherIdentity:
        """What the voucher is known by."""
        return VoucherIdentity(issuer=self.voucher.issuer, voucher_id=self.voucher.voucher_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifiedPayment:
    """A payment that the holder of a voucher signed, out of a voucher that its issuer signed."""

    raw: bytes
    issuer_key: IssuerKey
    voucher: Voucher
    payment: Payment
    proof: InitVar[object]

    def __post_init__(self, proof: object) -> None:
        assert proof is _PROOF, "only verify_payment makes verified payments"

    @property
    def voucher_identity(self) -> VoucherIdentity:
        """What the voucher is known by."""
        return VoucherIdentity(issuer=self.voucher.issuer, voucher_id=self.voucher.voucher_id)

    @property
    def identity(self) -> PaymentIdentity:
        """What the payment is known by."""
        return PaymentIdentity(
            issuer=self.voucher.issuer, voucher_id=self.voucher.voucher_id, sequence=self.payment.sequence
        )

    def is_same_claims(self, other: "VerifiedPayment") -> bool:
        """Whether both are one payment of one voucher, perhaps signed or issued twice over the same claims."""
        return self.voucher_identity == other.voucher_identity and not are_different(self.payment, other.payment)


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifiedCertificate:
    """A terminal certificate that its ledger signed; whether it is still valid depends on the time."""

    raw: bytes
    certificate: TerminalCertificate
    proof: InitVar[object]

    def __post_init__(self, proof: object) -> None:
        assert proof is _PROOF, "only verify_certificate makes verified certificates"

    def is_valid_at(self, now_s: int) -> bool:
        """Whether `iat ≤ now < exp`."""
        return self.certificate.issued_s <= now_s < self.certificate.expires_s


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifiedRequest:
    """A payment request that the terminal in its certificate signed."""

    raw: bytes
    request: PaymentRequest
    certificate: VerifiedCertificate
    proof: InitVar[object]

    def __post_init__(self, proof: object) -> None:
        assert proof is _PROOF, "only verify_request makes verified requests"


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifiedConfirmation:
    """A paid confirmation that its ledger signed."""

    raw: bytes
    confirmation: PaidConfirmation
    proof: InitVar[object]

    def __post_init__(self, proof: object) -> None:
        assert proof is _PROOF, "only verify_confirmation makes verified confirmations"


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifiedReceipt:
    """A receipt code that a terminal signed."""

    raw: bytes
    receipt: ReceiptCode
    proof: InitVar[object]

    def __post_init__(self, proof: object) -> None:
        assert proof is _PROOF, "only verify_receipt makes verified receipts"


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifiedPurse:
    """A verified voucher whose holder's key was found to be one."""

    voucher: VerifiedVoucher
    holder_key: PublicKey
    proof: InitVar[object]

    def __post_init__(self, proof: object) -> None:
        assert proof is _PROOF, "only verify_purse makes verified purses"


def verify_payment(signed: SignedPayment, issuer: Issuer | None) -> VerifiedPayment | VerificationFailure:
    """Verify a payment; `issuer` is what trust data says of the issuer that the voucher names, or None."""
    purse = verify_purse(signed.voucher, issuer)
    return purse if isinstance(purse, VerificationFailure) else verify_payment_from(purse, signed)


def verify_purse(signed: SignedVoucher, issuer: Issuer | None) -> VerifiedPurse | VerificationFailure:
    """Verify a voucher that is bound to a key, for all the payments that it makes."""
    voucher = verify_voucher(signed, issuer)
    if isinstance(voucher, VerificationFailure):
        return voucher
    holder_key = voucher.voucher.holder_key
    assert holder_key is not None, "decode_payment lets only bound vouchers in"
    try:
        return VerifiedPurse(voucher=voucher, holder_key=PublicKey(holder_key), proof=_PROOF)
    except MalformedError:
        return VerificationFailure(step=VerificationStep.HOLDER_SIGNATURE)


def verify_payment_from(purse: VerifiedPurse, signed: SignedPayment) -> VerifiedPayment | VerificationFailure:
    """Verify a payment from a voucher that is verified already; it must carry exactly that voucher."""
    assert signed.voucher.raw == purse.voucher.raw, "the payment is from another voucher"
    if not verify_sign1(signed.sign1, public_key=purse.holder_key, aad=Aad.PAYMENT):
        return VerificationFailure(step=VerificationStep.HOLDER_SIGNATURE)
    return VerifiedPayment(
        raw=signed.raw,
        issuer_key=purse.voucher.issuer_key,
        voucher=purse.voucher.voucher,
        payment=signed.claims,
        proof=_PROOF,
    )


def verify_voucher(signed: SignedVoucher, issuer: Issuer | None) -> VerifiedVoucher | VerificationFailure:
    """Verify a voucher of either form."""
    if issuer is None or issuer.issuer != signed.claims.issuer:
        return VerificationFailure(step=VerificationStep.ISSUER_UNKNOWN)
    key = issuer.key(signed.sign1.kid)
    if key is None:
        return VerificationFailure(step=VerificationStep.ISSUER_UNKNOWN)
    if not verify_sign1(signed.sign1, public_key=key.public_key, aad=Aad.VOUCHER):
        return VerificationFailure(step=VerificationStep.ISSUER_SIGNATURE)
    return VerifiedVoucher(raw=signed.raw, issuer_key=key, voucher=signed.claims, proof=_PROOF)


def verify_certificate(signed: SignedCertificate, ledger: Ledger | None) -> VerifiedCertificate | VerificationFailure:
    """Verify a terminal certificate under the ledger that it names."""
    if ledger is None or ledger.ledger != signed.claims.ledger:
        return VerificationFailure(step=VerificationStep.LEDGER_UNKNOWN)
    key = ledger.key(signed.sign1.kid, LedgerRole.CERTIFICATE)
    if key is None:
        return VerificationFailure(step=VerificationStep.LEDGER_UNKNOWN)
    if not verify_sign1(signed.sign1, public_key=key.public_key, aad=Aad.TERMINAL):
        return VerificationFailure(step=VerificationStep.LEDGER_SIGNATURE)
    return VerifiedCertificate(raw=signed.raw, certificate=signed.claims, proof=_PROOF)


def verify_request(signed: SignedRequest, ledger: Ledger | None) -> VerifiedRequest | VerificationFailure:
    """Verify a payment request as a phone does; the time is then asked of its certificate."""
    certificate = verify_certificate(signed.certificate, ledger)
    if isinstance(certificate, VerificationFailure):
        return certificate
    claims = signed.claims
    if (claims.terminal, claims.merchant) != (certificate.certificate.terminal, certificate.certificate.merchant):
        return VerificationFailure(step=VerificationStep.TERMINAL_MISMATCH)
    if not verify_sign1(signed.sign1, public_key=certificate.certificate.terminal_key, aad=Aad.REQUEST):
        return VerificationFailure(step=VerificationStep.TERMINAL_SIGNATURE)
    return VerifiedRequest(raw=signed.raw, request=claims, certificate=certificate, proof=_PROOF)


def verify_confirmation(
    signed: SignedConfirmation, ledger: Ledger | None
) -> VerifiedConfirmation | VerificationFailure:
    """Verify a paid confirmation under the ledger that it names."""
    if ledger is None or ledger.ledger != signed.claims.ledger:
        return VerificationFailure(step=VerificationStep.LEDGER_UNKNOWN)
    key = ledger.key(signed.sign1.kid, LedgerRole.CONFIRMATION)
    if key is None:
        return VerificationFailure(step=VerificationStep.LEDGER_UNKNOWN)
    if not verify_sign1(signed.sign1, public_key=key.public_key, aad=Aad.CONFIRMATION):
        return VerificationFailure(step=VerificationStep.LEDGER_SIGNATURE)
    return VerifiedConfirmation(raw=signed.raw, confirmation=signed.claims, proof=_PROOF)


def verify_receipt(signed: SignedReceipt, certificate: VerifiedCertificate) -> VerifiedReceipt | VerificationFailure:
    """Verify a receipt code under the certificate of the terminal that it names."""
    claims = signed.claims
    if (claims.terminal, claims.merchant) != (certificate.certificate.terminal, certificate.certificate.merchant):
        return VerificationFailure(step=VerificationStep.TERMINAL_MISMATCH)
    if not verify_sign1(signed.sign1, public_key=certificate.certificate.terminal_key, aad=Aad.RECEIPT):
        return VerificationFailure(step=VerificationStep.TERMINAL_SIGNATURE)
    return VerifiedReceipt(raw=signed.raw, receipt=claims, proof=_PROOF)
