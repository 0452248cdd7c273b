"""The first half of judging: one payment alone, check by check as `pos.ledger.judge` numbers them. Pure."""

import hashlib
from functools import partial

from pos.errors import MalformedError
from pos.ledger.judge import (
    Approval,
    Claim,
    ClaimKind,
    Keys,
    Refusal,
    Revocations,
    VoucherClaim,
    is_in_force,
    line_domain,
)
from pos.voucher.bodies import PaymentApproved
from pos.voucher.claims import Payment, Voucher
from pos.voucher.entry import Entry
from pos.voucher.signed import (
    SignedConfirmation,
    SignedPayment,
    SignedVoucher,
    decode_confirmation,
    decode_holder_voucher,
    decode_paper_voucher,
    decode_payment,
)
from pos.voucher.spend_line import LinePoint, point_of
from pos.voucher.trust import IssuerKey
from pos.voucher.verified import (
    VerificationFailure,
    VerificationStep,
    VerifiedPurse,
    VerifiedVoucher,
    verify_confirmation,
    verify_payment_from,
    verify_purse,
    verify_voucher,
)

_FAILED = {
    VerificationStep.ISSUER_UNKNOWN: Refusal.ISSUER_UNKNOWN,
    VerificationStep.ISSUER_SIGNATURE: Refusal.ISSUER_SIGNATURE,
    VerificationStep.HOLDER_SIGNATURE: Refusal.HOLDER_SIGNATURE,
    VerificationStep.LEDGER_UNKNOWN: Refusal.ISSUER_UNKNOWN,
    VerificationStep.LEDGER_SIGNATURE: Refusal.LEDGER_SIGNATURE,
}


def approval_of(entry: Entry, *, terminal: str, merchant: str, received_s: int, revoked_after: int | None) -> Approval:
    """Read what an approved entry says; a body that is not of its form makes an approval without object and amount."""
    try:
        body = PaymentApproved.from_body(entry.body)
    except MalformedError:
        body = None
    return Approval(
        terminal=terminal,
        merchant=merchant,
        sequence=entry.sequence,
        time_s=entry.time_s,
        quality=entry.quality,
        received_s=received_s,
        is_trusted=revoked_after is None or entry.sequence <= revoked_after,
        object_bytes=None if body is None else body.object_bytes,
        amount_won=None if body is None else body.amount_won,
    )


class Purses:
    """The purses that pay in one delivery, each read and verified once, under the keys of that moment."""

    def __init__(self) -> None:
        self._read: dict[bytes, SignedVoucher] = {}
        self._verified: dict[bytes, VerifiedPurse | VerificationFailure] = {}
        self._claims: dict[bytes, VoucherClaim] = {}

    def read(self, raw: bytes) -> SignedVoucher:
        """Read a purse's voucher. Raises MalformedError."""
        if raw not in self._read:
            self._read[raw] = decode_holder_voucher(raw)
        return self._read[raw]

    def verified(self, signed: SignedVoucher, keys: Keys) -> VerifiedPurse | VerificationFailure:
        """Verify it under its issuer."""
        if signed.raw not in self._verified:
            self._verified[signed.raw] = verify_purse(signed, keys.issuer(signed.claims.issuer))
        return self._verified[signed.raw]

    def claim(self, signed: SignedVoucher) -> VoucherClaim:
        """What the ledger keeps of it."""
        if signed.raw not in self._claims:
            self._claims[signed.raw] = voucher_claim(signed)
        return self._claims[signed.raw]


def examine(approval: Approval, keys: Keys, revocations: Revocations, purses: Purses | None = None) -> Claim | Refusal:
    """Judge one payment alone: a good one, or the first check that it fails."""
    if not approval.is_trusted:
        return Refusal.TERMINAL_REVOKED
    purses = Purses() if purses is None else purses
    match _decoded(approval, purses):
        case SignedPayment() as payment:
            return _examine_payment(approval, payment, keys, revocations, purses)
        case SignedVoucher() as note:
            return _examine_note(approval, note, keys, revocations)
        case SignedConfirmation() as confirmation:
            return _examine_confirmation(approval, confirmation, keys)
        case None:
            return Refusal.UNREADABLE


def voucher_claim(signed: SignedVoucher) -> VoucherClaim:
    """Return what the ledger keeps of a voucher."""
    voucher = signed.claims
    return VoucherClaim(
        key=line_of(ClaimKind.PAYMENT, voucher.issuer, voucher.voucher_id),
        issuer=voucher.issuer,
        voucher_id=voucher.voucher_id,
        program=voucher.program,
        value_won=voucher.value_won,
        expires_s=voucher.expires_s,
        # Claims have one encoding only, so equal digests mean equal claims, whoever signed them.
        digest=hashlib.sha256(signed.sign1.payload).digest(),
        raw=signed.raw,
    )


def line_of(kind: ClaimKind, owner: str, id16: bytes) -> bytes:
    """Return the key of a spend line: vouchers by issuer and id, confirmations by ledger and payment id."""
    return line_domain(kind) + owner.encode("ascii") + b":" + id16


def claims_digest(payment: Payment) -> bytes:
    """Digest a payment's claims but the voucher's bytes: equal ones are one payment (protocol, "Evidence")."""
    nonce = "" if payment.nonce is None else payment.nonce.hex()
    # No id holds a space, so different claims never make the same text.
    text = (
        f"{payment.merchant or ''} {payment.issued_s} {nonce} "
        f"{payment.sequence} {payment.spent_before_won} {payment.amount_won}"
    )
    return hashlib.sha256(text.encode("ascii")).digest()


def _decoded(approval: Approval, purses: Purses) -> SignedPayment | SignedVoucher | SignedConfirmation | None:
    if approval.object_bytes is None or approval.amount_won is None:
        return None
    for decode in (partial(decode_payment, decode_inner=purses.read), decode_paper_voucher, decode_confirmation):
        try:
            return decode(approval.object_bytes)
        except MalformedError:
            continue
    return None


def _examine_payment(
    approval: Approval, signed: SignedPayment, keys: Keys, revocations: Revocations, purses: Purses
) -> Claim | Refusal:
    purse = purses.verified(signed.voucher, keys)
    verified = purse if isinstance(purse, VerificationFailure) else verify_payment_from(purse, signed)
    if isinstance(verified, VerificationFailure):
        return _FAILED[verified.step]
    payment, voucher = verified.payment, verified.voucher
    if payment.merchant not in (None, approval.merchant):
        return Refusal.AUDIENCE
    if payment.amount_won != approval.amount_won:
        return Refusal.AMOUNT
    unfit = _unfit(approval, voucher, verified.issuer_key, revocations)
    if unfit is not None:
        return unfit
    point = point_of(payment)
    if point.spent_after_won > voucher.value_won:
        return Refusal.OVER_VALUE
    drawn_on = purses.claim(signed.voucher)
    return Claim(
        kind=ClaimKind.PAYMENT,
        owner=voucher.issuer,
        line=drawn_on.key,
        point=point,
        digest=claims_digest(payment),
        voucher=drawn_on,
    )


def _examine_note(approval: Approval, signed: SignedVoucher, keys: Keys, revocations: Revocations) -> Claim | Refusal:
    verified = verify_voucher(signed, keys.issuer(signed.claims.issuer))
    if not isinstance(verified, VerifiedVoucher):
        return _FAILED[verified.step]
    unfit = _unfit(approval, verified.voucher, verified.issuer_key, revocations)
    if unfit is not None:
        return unfit
    # A note is redeemed whole: the tender may be smaller (cash back), never larger.
    value_won = verified.voucher.value_won
    if approval.amount_won is None or approval.amount_won > value_won:
        return Refusal.AMOUNT
    note = voucher_claim(signed)
    point = LinePoint(sequence=1, spent_before_won=0, amount_won=value_won)
    return Claim(kind=ClaimKind.NOTE, owner=note.issuer, line=note.key, point=point, digest=note.digest, voucher=note)


def _examine_confirmation(approval: Approval, signed: SignedConfirmation, keys: Keys) -> Claim | Refusal:
    verified = verify_confirmation(signed, keys.ledger(signed.claims.ledger))
    if isinstance(verified, VerificationFailure):
        return _FAILED[verified.step]
    paid = verified.confirmation
    if paid.merchant != approval.merchant:
        return Refusal.AUDIENCE
    if paid.amount_won != approval.amount_won:
        return Refusal.AMOUNT
    line = line_of(ClaimKind.CONFIRMATION, paid.ledger, paid.payment_id)
    point = LinePoint(sequence=1, spent_before_won=0, amount_won=paid.amount_won)
    digest = hashlib.sha256(signed.sign1.payload).digest()
    return Claim(kind=ClaimKind.CONFIRMATION, owner=paid.ledger, line=line, point=point, digest=digest, voucher=None)


def _unfit(approval: Approval, voucher: Voucher, key: IssuerKey, revocations: Revocations) -> Refusal | None:
    if not key.signs_at(voucher.issued_s):
        return Refusal.KEY_WINDOW
    if revocations.refuses(key, approval):
        return Refusal.KEY_REVOKED
    return is_in_force(approval, not_before_s=voucher.not_before_s, expires_s=voucher.expires_s)
