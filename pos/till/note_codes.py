"""Deciding over a paper note whose code was read: the checks of a voucher that has no holder. Pure."""

from dataclasses import dataclass

from pos.clock import Quality, Reading
from pos.till.policy import Merchant, Program, RevocationState
from pos.till.reasons import Reason
from pos.voucher.verified import VerifiedVoucher


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteCodeSituation:
    """Everything outside the note that the decision depends on."""

    merchant: Merchant
    program: Program | None
    revocation: RevocationState
    reading: Reading
    is_known: bool
    """The note was taken before."""


def object_to(note: VerifiedVoucher, situation: NoteCodeSituation) -> Reason | None:
    """Why the note is not taken; None where it is genuine, good here and now, and new."""
    voucher, key, reading = note.voucher, note.issuer_key, situation.reading
    if situation.is_known:
        return Reason.ALREADY_USED
    if key.revoked:
        return Reason.ISSUER_KEY_REVOKED
    if not key.signs_at(voucher.issued_s):
        return Reason.ISSUER_KEY_WINDOW
    place = _object_to_place(situation)
    if place is not None:
        return place
    now_s = reading.time_s if reading.quality >= Quality.NETWORK else reading.earliest_s
    if now_s >= voucher.expires_s:
        return Reason.EXPIRED
    if reading.latest_s is not None and reading.latest_s < voucher.not_before_s:
        return Reason.NOT_YET_VALID
    return Reason.REVOKED if situation.revocation is RevocationState.REVOKED else None


def _object_to_place(situation: NoteCodeSituation) -> Reason | None:
    program, merchant = situation.program, situation.merchant
    if program is None or program.notes is None:
        return Reason.PROGRAM_UNKNOWN
    if merchant.municipality not in program.area:
        return Reason.WRONG_AREA
    if program.issue_class not in merchant.accepted_issue_classes:
        return Reason.WRONG_ISSUE_CLASS
    if program.merchant_classes and merchant.merchant_class not in program.merchant_classes:
        return Reason.WRONG_MERCHANT_CLASS
    if program.industries and merchant.industry not in program.industries:
        return Reason.WRONG_INDUSTRY
    return None
