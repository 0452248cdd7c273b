"""Deciding over a verified payment: checks 6 to 15, each with its own reason.

Rules:

- checks run in the order of `Check`; the first that declines ends it, and nothing later is looked at;
- a check may refer instead; then the rest still runs, because a code that would be declined anyway must not become
  a question to the cashier first;
- a question about the amount (part payment, amount never typed) is asked only when nothing else stands in the way;
- limits are counted per sale and since the last contact, so that splitting a sale gains nothing.

Checks 1 to 5 are reading and verifying (`pos.voucher`); this module takes their result as a type. Time, history,
limits and the open request are arguments; nothing is read here.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, TypeAlias

from pos.clock import Quality, Reading
from pos.till.policy import Limits, Merchant, Policy, Program, RevocationState
from pos.till.reasons import Check, Reason
from pos.voucher.spend_line import LinePoint, extends
from pos.voucher.verified import VerifiedPayment


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlierPayment:
    """A payment that this terminal approved before."""

    receipt_number: str
    time_s: int
    amount_won: int


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """What the journal knows about this payment's voucher."""

    same_payment: EarlierPayment | None = None
    same_sequence: EarlierPayment | None = None
    highest: LinePoint | None = None
    voucher_won: int = 0
    """Approved from this voucher since the last contact."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exposure:
    """Approved and not yet seen by the ledger."""

    count: int = 0
    value_won: int = 0
    contact_age_s: int = 0
    """Since the last signed contact, by the best clock there is: lowers the limits."""
    contact_uptime_s: int = 0
    """Of that, what this machine has certainly run: ends selling. No clock on a wall can make it longer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenRequest:
    """A payment request of this terminal that nobody has answered."""

    nonce: bytes
    amount_won: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Tender:
    """What the code is presented for."""

    due_won: int | None
    """Still due in this sale; None where no amount was typed."""
    sale_vouchers_won: int = 0
    """Already approved from vouchers in this sale."""
    is_amount_agreed: bool = False
    """The cashier has agreed to take the code's own amount."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """Everything outside the payment that a decision depends on."""

    merchant: Merchant
    policy: Policy
    program: Program | None
    revocation: RevocationState
    reading: Reading
    tender: Tender
    request: OpenRequest | None
    history: History
    exposure: Exposure

    @property
    def limits(self) -> Limits:
        """The limits that hold now, tightened by programme, by age of contact and by a clock that cannot judge."""
        is_reduced = self.exposure.contact_age_s > self.policy.contact_soft_s or self.reading.quality < Quality.NETWORK
        limits = self.policy.reduced if is_reduced else self.policy.limits
        programs = self.program.limits if self.program is not None else None
        return limits if programs is None else limits.tightest(programs)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One check's objection, with the numbers that a person needs to understand it."""

    reason: Reason
    refers: bool = False
    difference_won: int = 0
    limit_won: int = 0
    limit_count: int = 0
    earlier: EarlierPayment | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Approved:
    """May be recorded. `checks` ran and passed."""

    payment: VerifiedPayment
    program: Program
    checks: tuple[Check, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Declined:
    """Is refused for one reason; the last of `checks` is the one that refused."""

    finding: Finding
    checks: tuple[Check, ...]
    payment: VerifiedPayment | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Referred:
    """Needs a person, a payment request or the network; `check` referred it."""

    finding: Finding
    checks: tuple[Check, ...]
    check: Check
    payment: VerifiedPayment


Decision: TypeAlias = Approved | Declined | Referred
_Objection: TypeAlias = Callable[[VerifiedPayment, Situation], Finding | None]

VERIFYING: Final = (
    Check.FORM,
    Check.CANONICAL,
    Check.ISSUER_KNOWN,
    Check.ISSUER_SIGNATURE,
    Check.HOLDER_SIGNATURE,
)
"""What a `VerifiedPayment` has already passed."""


def decide(payment: VerifiedPayment, situation: Situation) -> Decision:
    """Run checks 6 to 15."""
    ran = list(VERIFYING)
    referral: tuple[Check, Finding] | None = None
    for check, objection in _CHECKS.items():
        ran.append(check)
        finding = objection(payment, situation)
        if finding is None:
            continue
        if not finding.refers:
            return Declined(finding=finding, checks=tuple(ran), payment=payment)
        if referral is None or referral[0] is Check.AMOUNT:
            referral = (check, finding)
    if referral is not None:
        return Referred(finding=referral[1], check=referral[0], checks=tuple(ran), payment=payment)
    assert situation.program is not None, "an unknown programme was declined above"
    return Approved(payment=payment, program=situation.program, checks=tuple(ran))


def _first_use(_: VerifiedPayment, situation: Situation) -> Finding | None:
    history = situation.history
    if history.same_payment is not None:
        return Finding(reason=Reason.ALREADY_USED, earlier=history.same_payment)
    if history.same_sequence is not None:
        return Finding(reason=Reason.DOUBLE_SPEND, earlier=history.same_sequence)
    return None


def _audience(payment: VerifiedPayment, situation: Situation) -> Finding | None:
    merchant = payment.payment.merchant
    if merchant is not None and merchant != situation.merchant.merchant:
        return Finding(reason=Reason.WRONG_SHOP)
    return None


def _request(payment: VerifiedPayment, situation: Situation) -> Finding | None:
    claims, request = payment.payment, situation.request
    if claims.nonce is None:
        return None
    if request is None or request.nonce != claims.nonce:
        return Finding(reason=Reason.REQUEST_CLOSED)
    if request.amount_won != claims.amount_won:
        return Finding(reason=Reason.REQUEST_AMOUNT, difference_won=abs(request.amount_won - claims.amount_won))
    return None


def _amount(payment: VerifiedPayment, situation: Situation) -> Finding | None:
    amount_won, tender = payment.payment.amount_won, situation.tender
    if tender.due_won is None:
        return None if tender.is_amount_agreed else Finding(reason=Reason.CODE_AMOUNT, refers=True)
    if amount_won > tender.due_won:
        return Finding(reason=Reason.AMOUNT_OVER, difference_won=amount_won - tender.due_won)
    if amount_won < tender.due_won and not tender.is_amount_agreed:
        return Finding(reason=Reason.PART_PAYMENT, refers=True, difference_won=tender.due_won - amount_won)
    return None


def _signing_window(payment: VerifiedPayment, _: Situation) -> Finding | None:
    key = payment.issuer_key
    if key.revoked:
        return Finding(reason=Reason.ISSUER_KEY_REVOKED)
    if not key.sign_from_s <= payment.voucher.issued_s < key.sign_until_s:
        return Finding(reason=Reason.ISSUER_KEY_WINDOW)
    return None


def _program(_: VerifiedPayment, situation: Situation) -> Finding | None:
    program, merchant = situation.program, situation.merchant
    if program is None:
        return Finding(reason=Reason.PROGRAM_UNKNOWN)
    if merchant.municipality not in program.area:
        return Finding(reason=Reason.WRONG_AREA)
    if program.issue_class not in merchant.accepted_issue_classes:
        return Finding(reason=Reason.WRONG_ISSUE_CLASS)
    if program.merchant_classes and merchant.merchant_class not in program.merchant_classes:
        return Finding(reason=Reason.WRONG_MERCHANT_CLASS)
    if program.industries and merchant.industry not in program.industries:
        return Finding(reason=Reason.WRONG_INDUSTRY)
    return None


def _validity(payment: VerifiedPayment, situation: Situation) -> Finding | None:
    voucher, reading, policy = payment.voucher, situation.reading, situation.policy
    can_judge = reading.quality >= Quality.NETWORK
    not_before_this_s = reading.time_s if can_judge else reading.earliest_s
    if not_before_this_s >= voucher.expires_s:
        return Finding(reason=Reason.EXPIRED)
    if reading.latest_s is not None and reading.latest_s < voucher.not_before_s:
        return Finding(reason=Reason.NOT_YET_VALID)
    if payment.payment.nonce is not None:
        # The nonce proves that the code is an answer to a request just opened; its time adds nothing.
        return None
    if not_before_this_s - payment.payment.issued_s > policy.payment_age_s:
        return Finding(reason=Reason.CODE_TOO_OLD)
    if reading.latest_s is not None and payment.payment.issued_s - reading.latest_s > policy.payment_skew_s:
        return Finding(reason=Reason.CODE_FROM_FUTURE)
    return None


def _revocation(payment: VerifiedPayment, situation: Situation) -> Finding | None:
    if situation.revocation is RevocationState.REVOKED:
        return Finding(reason=Reason.REVOKED)
    if situation.revocation is RevocationState.NOT_COVERED:
        limit_won = situation.limits.uncovered_max_won
        if situation.tender.sale_vouchers_won + payment.payment.amount_won > limit_won:
            return Finding(reason=Reason.REVOCATION_NOT_COVERED, refers=True, limit_won=limit_won)
    return None


def _spend_line(payment: VerifiedPayment, situation: Situation) -> Finding | None:
    claims, value_won = payment.payment, payment.voucher.value_won
    if claims.spent_before_won + claims.amount_won > value_won:
        return Finding(reason=Reason.OVERSPENT, limit_won=value_won)
    point = LinePoint(sequence=claims.sequence, spent_before_won=claims.spent_before_won, amount_won=claims.amount_won)
    if point == situation.history.highest:
        # This till did not approve it, or the first check had said so: another one of the shop did.
        return Finding(reason=Reason.ALREADY_USED)
    if not extends(situation.history.highest, point, value_won):
        return Finding(reason=Reason.OUT_OF_ORDER)
    return None


def _limits(payment: VerifiedPayment, situation: Situation) -> Finding | None:
    amount_won, limits, exposure = payment.payment.amount_won, situation.limits, situation.exposure
    sale_won = situation.tender.sale_vouchers_won + amount_won
    if exposure.contact_uptime_s > situation.policy.contact_hard_s:
        return Finding(reason=Reason.CONTACT_TOO_OLD, refers=True)
    if exposure.count + 1 > limits.count_max:
        return Finding(reason=Reason.OVER_COUNT_LIMIT, refers=True, limit_count=limits.count_max)
    if exposure.value_won + amount_won > limits.value_max_won:
        return Finding(reason=Reason.OVER_VALUE_LIMIT, refers=True, limit_won=limits.value_max_won)
    if situation.history.voucher_won + amount_won > limits.voucher_max_won:
        return Finding(reason=Reason.OVER_VOUCHER_LIMIT, refers=True, limit_won=limits.voucher_max_won)
    if sale_won > limits.bound_max_won:
        return Finding(reason=Reason.OVER_SALE_LIMIT, refers=True, limit_won=limits.bound_max_won)
    if payment.payment.nonce is None and sale_won > limits.unbound_max_won:
        return Finding(reason=Reason.REQUEST_NEEDED, refers=True, limit_won=limits.unbound_max_won)
    return None


_CHECKS: Final[Mapping[Check, _Objection]] = MappingProxyType(
    {
        Check.FIRST_USE: _first_use,
        Check.AUDIENCE: _audience,
        Check.REQUEST: _request,
        Check.AMOUNT: _amount,
        Check.SIGNING_WINDOW: _signing_window,
        Check.PROGRAM: _program,
        Check.VALIDITY: _validity,
        Check.REVOCATION: _revocation,
        Check.SPEND_LINE: _spend_line,
        Check.LIMITS: _limits,
    }
)
