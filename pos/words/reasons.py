"""Reasons in five groups, so that a language says them in five short functions instead of one long one.

Each group is a literal type: a reason added to `pos.till.reasons` without a group here, or to a group without words
in a language, fails the type check.
"""

from typing import Literal, Protocol, TypeAlias

from pos.link.state import VerdictView
from pos.till.reasons import Reason
from pos.words.vocabulary import Advice

CodeReason: TypeAlias = Literal[
    Reason.NOT_OUR_CODE,
    Reason.TOO_LONG,
    Reason.NEEDS_UPDATE,
    Reason.NOT_A_PAYMENT,
    Reason.MALFORMED,
    Reason.ISSUER_UNKNOWN,
    Reason.FORGED_VOUCHER,
    Reason.FORGED_PAYMENT,
]
CounterReason: TypeAlias = Literal[
    Reason.ALREADY_USED,
    Reason.DOUBLE_SPEND,
    Reason.WRONG_SHOP,
    Reason.REQUEST_CLOSED,
    Reason.REQUEST_AMOUNT,
    Reason.AMOUNT_OVER,
]
VoucherReason: TypeAlias = Literal[
    Reason.ISSUER_KEY_WINDOW,
    Reason.ISSUER_KEY_REVOKED,
    Reason.PROGRAM_UNKNOWN,
    Reason.WRONG_AREA,
    Reason.WRONG_ISSUE_CLASS,
    Reason.WRONG_MERCHANT_CLASS,
    Reason.WRONG_INDUSTRY,
    Reason.NOT_YET_VALID,
    Reason.EXPIRED,
    Reason.CODE_TOO_OLD,
    Reason.CODE_FROM_FUTURE,
    Reason.REVOKED,
    Reason.OVERSPENT,
    Reason.OUT_OF_ORDER,
]
NoteReason: TypeAlias = Literal[
    Reason.NOTE_REPORTED,
    Reason.NOTE_STOLEN,
    Reason.NOTE_LISTED_FORGED,
    Reason.NOTE_VOID,
    Reason.NOTE_REDEEMED,
    Reason.NOTE_DOUBTED,
]
ReferredReason: TypeAlias = Literal[
    Reason.PART_PAYMENT,
    Reason.CODE_AMOUNT,
    Reason.REQUEST_NEEDED,
    Reason.REVOCATION_NOT_COVERED,
    Reason.OVER_SALE_LIMIT,
    Reason.OVER_VOUCHER_LIMIT,
    Reason.OVER_COUNT_LIMIT,
    Reason.OVER_VALUE_LIMIT,
    Reason.CONTACT_TOO_OLD,
]


class ReasonWords(Protocol):
    """What a language says about each group."""

    def about_code(self, reason: CodeReason, view: VerdictView) -> Advice: ...

    def about_counter(self, reason: CounterReason, view: VerdictView) -> Advice: ...

    def about_voucher(self, reason: VoucherReason, view: VerdictView) -> Advice: ...

    def about_note(self, reason: NoteReason) -> Advice: ...

    def about_referral(self, reason: ReferredReason, view: VerdictView) -> Advice: ...


def advice_for(words: ReasonWords, reason: Reason, view: VerdictView) -> Advice:
    """The advice of `words` on `reason`."""
    match reason:
        case (
            Reason.NOT_OUR_CODE
            | Reason.TOO_LONG
            | Reason.NEEDS_UPDATE
            | Reason.NOT_A_PAYMENT
            | Reason.MALFORMED
            | Reason.ISSUER_UNKNOWN
            | Reason.FORGED_VOUCHER
            | Reason.FORGED_PAYMENT
        ):
            return words.about_code(reason, view)
        case (
            Reason.ALREADY_USED
            | Reason.DOUBLE_SPEND
            | Reason.WRONG_SHOP
            | Reason.REQUEST_CLOSED
            | Reason.REQUEST_AMOUNT
            | Reason.AMOUNT_OVER
        ):
            return words.about_counter(reason, view)
        case (
            Reason.PART_PAYMENT
            | Reason.CODE_AMOUNT
            | Reason.REQUEST_NEEDED
            | Reason.REVOCATION_NOT_COVERED
            | Reason.OVER_SALE_LIMIT
            | Reason.OVER_VOUCHER_LIMIT
            | Reason.OVER_COUNT_LIMIT
            | Reason.OVER_VALUE_LIMIT
            | Reason.CONTACT_TOO_OLD
        ):
            return words.about_referral(reason, view)
        case (
            Reason.NOTE_REPORTED
            | Reason.NOTE_STOLEN
            | Reason.NOTE_LISTED_FORGED
            | Reason.NOTE_VOID
            | Reason.NOTE_REDEEMED
            | Reason.NOTE_DOUBTED
        ):
            return words.about_note(reason)
        case _:
            return words.about_voucher(reason, view)
