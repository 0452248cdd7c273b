"""Every kind of visit to the till, and what must come of it.

Which reasons a refusal may have is written here by hand, from the protocol; it is not asked of the terminal. A visit
whose spoiled bytes can break in several places (a flipped bit) may be refused for any of several reasons.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from pos.link.state import Outcome
from pos.till.reasons import Reason


class Kind(StrEnum):
    """What somebody shows."""

    PLAIN = "plain"
    BOUND = "bound"
    PART_PAYMENT = "part_payment"
    OVER_AMOUNT = "over_amount"
    ABOVE_FLOOR = "above_floor"
    SCREENSHOT = "screenshot"
    DOUBLE_SPEND = "double_spend"
    OUT_OF_ORDER = "out_of_order"
    OVERSPENT = "overspent"
    OTHER_SHOP = "other_shop"
    UNASKED_NONCE = "unasked_nonce"
    REQUEST_AMOUNT = "request_amount"
    FORGED_VOUCHER = "forged_voucher"
    FORGED_PAYMENT = "forged_payment"
    UNKNOWN_ISSUER = "unknown_issuer"
    FLIPPED_BIT = "flipped_bit"
    NOT_CANONICAL = "not_canonical"
    EXPIRED = "expired"
    NOT_YET_VALID = "not_yet_valid"
    STALE_CODE = "stale_code"
    FUTURE_CODE = "future_code"
    REVOKED_VOUCHER = "revoked_voucher"
    REVOKED_KEY = "revoked_key"
    RETIRED_KEY = "retired_key"
    WRONG_AREA = "wrong_area"
    WRONG_MERCHANT_CLASS = "wrong_merchant_class"
    WRONG_INDUSTRY = "wrong_industry"
    UNKNOWN_PROGRAM = "unknown_program"
    INNER_VOUCHER = "inner_voucher"
    TOO_LONG = "too_long"
    NOT_BASE45 = "not_base45"
    NEWER_VERSION = "newer_version"
    WEB_ADDRESS = "web_address"
    EMV_MERCHANT = "emv_merchant"
    HEALTH_CERTIFICATE = "health_certificate"
    GARBAGE = "garbage"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectedOutcome:
    """What the terminal must say: one of `reasons`, or none when it approves."""

    outcome: Outcome
    reasons: frozenset[Reason] = frozenset()

    def is_met_by(self, outcome: str, reason: str | None) -> bool:
        """Whether the terminal's answer is the expected one."""
        is_reason_met = reason in self.reasons if self.reasons else not reason
        return outcome == self.outcome and is_reason_met


def _approved() -> ExpectedOutcome:
    return ExpectedOutcome(outcome=Outcome.APPROVED)


def _declined(*reasons: Reason) -> ExpectedOutcome:
    return ExpectedOutcome(outcome=Outcome.DECLINED, reasons=frozenset(reasons))


def _referred(*reasons: Reason) -> ExpectedOutcome:
    return ExpectedOutcome(outcome=Outcome.REFERRED, reasons=frozenset(reasons))


EXPECTED: Final[dict[Kind, ExpectedOutcome]] = {
    Kind.PLAIN: _approved(),
    Kind.BOUND: _approved(),
    Kind.PART_PAYMENT: _referred(Reason.PART_PAYMENT),
    Kind.OVER_AMOUNT: _declined(Reason.AMOUNT_OVER),
    Kind.ABOVE_FLOOR: _referred(Reason.REQUEST_NEEDED),
    Kind.SCREENSHOT: _declined(Reason.ALREADY_USED),
    Kind.DOUBLE_SPEND: _declined(Reason.DOUBLE_SPEND),
    Kind.OUT_OF_ORDER: _declined(Reason.OUT_OF_ORDER),
    Kind.OVERSPENT: _declined(Reason.OVERSPENT),
    Kind.OTHER_SHOP: _declined(Reason.WRONG_SHOP),
    Kind.UNASKED_NONCE: _declined(Reason.REQUEST_CLOSED),
    Kind.REQUEST_AMOUNT: _declined(Reason.REQUEST_AMOUNT),
    Kind.FORGED_VOUCHER: _declined(Reason.FORGED_VOUCHER),
    Kind.FORGED_PAYMENT: _declined(Reason.FORGED_PAYMENT),
    Kind.UNKNOWN_ISSUER: _declined(Reason.ISSUER_UNKNOWN),
    Kind.FLIPPED_BIT: _declined(Reason.MALFORMED, Reason.ISSUER_UNKNOWN, Reason.FORGED_VOUCHER, Reason.FORGED_PAYMENT),
    Kind.NOT_CANONICAL: _declined(Reason.MALFORMED),
    Kind.EXPIRED: _declined(Reason.EXPIRED),
    Kind.NOT_YET_VALID: _declined(Reason.NOT_YET_VALID),
    Kind.STALE_CODE: _declined(Reason.CODE_TOO_OLD),
    Kind.FUTURE_CODE: _declined(Reason.CODE_FROM_FUTURE),
    Kind.REVOKED_VOUCHER: _declined(Reason.REVOKED),
    Kind.REVOKED_KEY: _declined(Reason.ISSUER_KEY_REVOKED),
    Kind.RETIRED_KEY: _declined(Reason.ISSUER_KEY_WINDOW),
    Kind.WRONG_AREA: _declined(Reason.WRONG_AREA),
    Kind.WRONG_MERCHANT_CLASS: _declined(Reason.WRONG_MERCHANT_CLASS),
    Kind.WRONG_INDUSTRY: _declined(Reason.WRONG_INDUSTRY),
    Kind.UNKNOWN_PROGRAM: _declined(Reason.PROGRAM_UNKNOWN),
    Kind.INNER_VOUCHER: _declined(Reason.NOT_A_PAYMENT, Reason.MALFORMED),
    Kind.TOO_LONG: _declined(Reason.TOO_LONG),
    Kind.NOT_BASE45: _declined(Reason.MALFORMED),
    Kind.NEWER_VERSION: _declined(Reason.NEEDS_UPDATE),
    Kind.WEB_ADDRESS: _declined(Reason.NOT_OUR_CODE),
    Kind.EMV_MERCHANT: _declined(Reason.NOT_OUR_CODE),
    Kind.HEALTH_CERTIFICATE: _declined(Reason.NOT_OUR_CODE),
    Kind.GARBAGE: _declined(Reason.NOT_OUR_CODE),
}

HONEST: Final = (Kind.PLAIN, Kind.PLAIN, Kind.PLAIN, Kind.BOUND, Kind.PLAIN, Kind.PART_PAYMENT)
"""The turn in which honest customers come where nothing else is asked for."""
REFUSALS: Final = tuple(kind for kind in Kind if EXPECTED[kind].outcome is not Outcome.APPROVED)
NEEDS_REQUEST: Final = frozenset({Kind.BOUND, Kind.REQUEST_AMOUNT})
"""The terminal must have opened a payment request over the amount due."""
NEEDS_EARLIER: Final = frozenset({Kind.DOUBLE_SPEND, Kind.OUT_OF_ORDER})
"""The same person must have been approved once before."""
