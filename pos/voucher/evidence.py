"""Evidence of double spending that anybody with the public keys can check.

A file holds two journal entries and the certificates of the terminals that signed them, and proves, step by step:

1. each certificate is signed by its ledger, in the role for certificates;
2. each entry is signed by the terminal of its certificate;
3. each entry approves a payment, for the payment's own amount;
4. each payment is signed by the holder of a voucher that its issuer signed;
5. both payments are of one voucher;
6. they differ, and share a sequence, overlap, or run against their sequences.

It opens a review, not a penalty: the restored backup of a phone looks the same. Dates are not judged, because a
signature stays a signature after its key has expired.
"""

from dataclasses import InitVar, dataclass
from enum import StrEnum
from typing import Final, Self

from pos import cbor
from pos.errors import MalformedError
from pos.voucher.bodies import PaymentApproved, parse_body
from pos.voucher.cose import SignatureError
from pos.voucher.entry import ENTRY_BYTES_MAX, Entry, verify_entry
from pos.voucher.fields import Fields
from pos.voucher.labels import OBJECT_BYTES_MAX
from pos.voucher.outcomes import EvidenceSide
from pos.voucher.signed import decode_certificate, decode_payment
from pos.voucher.spend_line import proves_double_signing
from pos.voucher.trust import KeySource
from pos.voucher.verified import (
    VerificationFailure,
    VerifiedCertificate,
    VerifiedPayment,
    verify_certificate,
    verify_payment,
)

EVIDENCE_VERSION: Final = 1
EVIDENCE_BYTES_MAX: Final = 2 * (ENTRY_BYTES_MAX + OBJECT_BYTES_MAX) + 64

_VERSION, _SIDES = 1, 2
_PROOF: Final = object()


class EvidenceStep(StrEnum):
    """The step that did not hold."""

    MALFORMED = "malformed"
    """An entry, certificate or payment is not of its form."""
    CERTIFICATE = "certificate"
    ENTRY_SIGNATURE = "entry_signature"
    APPROVAL = "approval"
    PAYMENT = "payment"
    ONE_VOUCHER = "one_voucher"
    CONTRADICTION = "contradiction"


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceFailure:
    """The evidence proves nothing, for this reason."""

    step: EvidenceStep
    side: int | None
    """1 or 2; None where both together failed."""
    what: str
    """Short English, for developers and reviewers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProvenSide:
    """One half that has passed steps 1 to 4."""

    certificate: VerifiedCertificate
    entry: Entry
    payment: VerifiedPayment


@dataclass(frozen=True, slots=True, kw_only=True)
class ProvenConflict:
    """Two approvals that cannot both be honest; made by verify_evidence only."""

    first: ProvenSide
    second: ProvenSide
    proof: InitVar[object]

    def __post_init__(self, proof: object) -> None:
        assert proof is _PROOF, "only verify_evidence proves conflicts"


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceFile:
    """Two entries with their certificates, nothing of it verified yet."""

    first: EvidenceSide
    second: EvidenceSide

    @classmethod
    def from_bytes(cls, raw: bytes) -> Self:
        """Read a file. Raises MalformedError."""
        if len(raw) > EVIDENCE_BYTES_MAX:
            raise MalformedError(f"evidence: more than {EVIDENCE_BYTES_MAX} bytes")
        fields = Fields("evidence", cbor.decode(raw))
        fields.uint(_VERSION, "version", low=EVIDENCE_VERSION, high=EVIDENCE_VERSION)
        sides = fields.array(_SIDES, "sides", length_max=2)
        fields.close()
        if len(sides) != 2:
            raise MalformedError("evidence: not two sides")
        return cls(first=EvidenceSide.from_value(sides[0]), second=EvidenceSide.from_value(sides[1]))

    def to_bytes(self) -> bytes:
        """Return the file's content."""
        return cbor.encode({_VERSION: EVIDENCE_VERSION, _SIDES: [self.first.to_value(), self.second.to_value()]})


def verify_evidence(evidence: EvidenceFile, keys: KeySource) -> ProvenConflict | EvidenceFailure:
    """Check the evidence with the public keys of issuers and ledgers, and nothing else."""
    first = _verify_side(evidence.first, keys, side=1)
    if isinstance(first, EvidenceFailure):
        return first
    second = _verify_side(evidence.second, keys, side=2)
    if isinstance(second, EvidenceFailure):
        return second
    if first.payment.voucher_identity != second.payment.voucher_identity:
        return EvidenceFailure(step=EvidenceStep.ONE_VOUCHER, side=None, what="payments of two vouchers")
    if not proves_double_signing(first.payment.payment, second.payment.payment):
        return EvidenceFailure(step=EvidenceStep.CONTRADICTION, side=None, what="an honest holder can sign both")
    return ProvenConflict(first=first, second=second, proof=_PROOF)


def _verify_side(given: EvidenceSide, keys: KeySource, *, side: int) -> ProvenSide | EvidenceFailure:
    try:
        signed_certificate = decode_certificate(given.certificate)
        certificate = verify_certificate(signed_certificate, keys.ledger(signed_certificate.claims.ledger))
        if isinstance(certificate, VerificationFailure):
            return EvidenceFailure(step=EvidenceStep.CERTIFICATE, side=side, what=certificate.step)
        entry = verify_entry(given.entry, certificate.certificate.terminal_key)
        body = parse_body(entry.kind, entry.body)
        if not isinstance(body, PaymentApproved):
            return EvidenceFailure(step=EvidenceStep.APPROVAL, side=side, what=f"the entry is {entry.kind}")
        signed_payment = decode_payment(body.object_bytes)
    except SignatureError as error:
        return EvidenceFailure(step=EvidenceStep.ENTRY_SIGNATURE, side=side, what=error.what)
    except MalformedError as error:
        return EvidenceFailure(step=EvidenceStep.MALFORMED, side=side, what=error.what)
    payment = verify_payment(signed_payment, keys.issuer(signed_payment.voucher.claims.issuer))
    if isinstance(payment, VerificationFailure):
        return EvidenceFailure(step=EvidenceStep.PAYMENT, side=side, what=payment.step)
    if payment.payment.amount_won != body.amount_won:
        return EvidenceFailure(step=EvidenceStep.APPROVAL, side=side, what="approved for another amount")
    return ProvenSide(certificate=certificate, entry=entry, payment=payment)
