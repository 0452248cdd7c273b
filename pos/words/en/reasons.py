"""Why a code was not approved, and what to say and do about it."""

from typing import Final, assert_never

from pos.link.state import VerdictView
from pos.money import format_won
from pos.till.reasons import Reason
from pos.voucher.foreign import ForeignKind
from pos.words.columns import columns_of, cut, short_number
from pos.words.moments import clock_text, moment_text
from pos.words.reasons import CodeReason, CounterReason, NoteReason, ReferredReason, VoucherReason
from pos.words.vocabulary import REASON_COLUMNS, Advice

_NEW_CODE: Final = "Please open a new payment code in the app."
_OPEN_APP: Final = "Please open a payment code in the voucher app."
_NOT_HERE: Final = "I am sorry, we cannot take this voucher here."
_OTHER_WAY: Final = "Could you pay in another way?"
_ASK_ISSUER: Final = "It cannot be confirmed. Please ask the app's help."
_STEP_NEW_CODE: Final = "Show the new code to the camera when the customer has opened it"
_STEP_OTHER: Final = "Take another voucher or another tender (+)"
_STEP_LIMIT: Final = "Enter payment request, + other tender, or show it again once online"
_STEP_TELL: Final = "Take another tender (+) and tell whoever looks after the terminal"
_STEP_SEND: Final = "Take another tender (+); once online, menu (*) 8 1 Send now"
_REPORTED: Final = "We cannot take this number. Please ask its issuer."
_STEP_NOTE: Final = "Hand the note back; take another voucher or another tender (+)"
_FOREIGN_KINDS: Final = frozenset(ForeignKind)


def won(amount_won: int) -> str:
    return f"{format_won(amount_won)} won"


def earlier(view: VerdictView) -> str:
    """When, how much and under which number the code was approved before; another till's number is not known here."""
    if not view.earlier_receipt_number:
        return "This shop has taken it before"
    moment = moment_text(view.earlier_time_s, now_s=view.time_s)
    return f"{moment} {won(view.earlier_amount_won)} ({short_number(view.earlier_receipt_number)})"


def approval(view: VerdictView) -> str:
    """When, how much and under which number the code was approved just now."""
    return f"{clock_text(view.time_s)} {won(view.amount_won)} ({short_number(view.receipt_number)})"


def approved(view: VerdictView) -> Advice:
    facts = (view.program_name, view.voucher_mask, f"Receipt {short_number(view.receipt_number)}")
    left = view.remaining_won
    return Advice(
        headline=f"{won(view.amount_won)} received",
        detail="Approved offline, not sent yet" if view.is_offline else "Approved",
        more=tuple(cut(fact, REASON_COLUMNS) for fact in facts if fact),
        customer=f"{won(view.amount_won)} paid, {won(left)} left." if left else f"{won(view.amount_won)} paid.",
        next_step="Show the next voucher or take another tender (+)" if left else "Type the next customer's amount",
    )


def unknown() -> Advice:
    return _say("Not approved", "A reason this screen does not know", _OTHER_WAY, _STEP_TELL)


class ReasonsInEnglish:
    """The five groups of `pos.words.reasons`."""

    def about_code(self, reason: CodeReason, view: VerdictView) -> Advice:
        match reason:
            case Reason.NOT_OUR_CODE:
                return _not_ours(view)
            case Reason.TOO_LONG:
                return _say("The code is too long", f"{view.foreign_length:,} characters", _OPEN_APP, _STEP_NEW_CODE)
            case Reason.NEEDS_UPDATE:
                return _say("A newer kind of code", "The terminal needs an update", _OTHER_WAY, _STEP_TELL)
            case Reason.NOT_A_PAYMENT:
                customer = "Please press Pay in the app and show that code."
                return _say("Not a payment code", "A voucher, but not a payment", customer, _STEP_NEW_CODE)
            case Reason.MALFORMED:
                return _say("The code is damaged", "Its content is not well formed", _NEW_CODE, _STEP_NEW_CODE)
            case Reason.ISSUER_UNKNOWN:
                return _say("Unknown issuer", "This issuer is not registered here", _NOT_HERE, _STEP_SEND)
            case Reason.FORGED_VOUCHER:
                return _say("The voucher is not confirmed", "The issuer did not make this", _ASK_ISSUER, _STEP_OTHER)
            case Reason.FORGED_PAYMENT:
                return _say("The payment is not confirmed", "The holder did not make this", _ASK_ISSUER, _STEP_OTHER)
            case _:
                assert_never(reason)

    def about_counter(self, reason: CounterReason, view: VerdictView) -> Advice:
        match reason:
            case Reason.ALREADY_USED:
                customer = "This code has paid before. Please open a new one."
                return _say("Code already used", earlier(view), customer, _STEP_NEW_CODE)
            case Reason.DOUBLE_SPEND:
                return _say(
                    "Clashing payment code",
                    "Another payment has its turn",
                    "We cannot take this code. Please open a new one.",
                    "If a new code fails too, take another tender (+)",
                    more=earlier(view),
                )
            case Reason.WRONG_SHOP:
                customer = "This code is for another shop. Please open one for us."
                return _say("Another shop's code", "It was made for another shop", customer, _STEP_NEW_CODE)
            case Reason.REQUEST_CLOSED:
                customer = "That request has ended. Please photograph the new QR."
                return _say("The request has ended", "Answered or cancelled before", customer, "Enter shows a new QR")
            case Reason.REQUEST_AMOUNT:
                customer = "Not the amount asked. Please photograph the QR again."
                detail = f"{won(view.difference_won)} off the request"
                step = "Let the customer photograph the QR again and show the new code"
                return _say("Not the amount asked", detail, customer, step)
            case Reason.AMOUNT_OVER:
                customer = f"The code is {won(view.difference_won)} too much."
                step = "If the amount is wrong type it again; otherwise the customer opens a new code"
                return _amounts(view, "The code is for more", "over", customer, step)
            case _:
                assert_never(reason)

    def about_voucher(self, reason: VoucherReason, view: VerdictView) -> Advice:
        match reason:
            case Reason.ISSUER_KEY_WINDOW:
                return _say("Issue date not confirmed", "Issued at a time not on record", _ASK_ISSUER, _STEP_OTHER)
            case Reason.ISSUER_KEY_REVOKED:
                return _say("Voucher withdrawn", "The issuer has stopped these", _ASK_ISSUER, _STEP_OTHER)
            case Reason.PROGRAM_UNKNOWN:
                return _say("Unknown voucher", "This kind is not registered here", _NOT_HERE, _STEP_SEND)
            case Reason.WRONG_AREA:
                return _say("Another area's voucher", "Not valid in our area", _NOT_HERE, _STEP_OTHER)
            case Reason.WRONG_ISSUE_CLASS:
                return _say("Voucher not taken here", "This shop does not take its kind", _NOT_HERE, _STEP_OTHER)
            case Reason.WRONG_MERCHANT_CLASS:
                return _say("Wrong class of shop", "Not valid in our class of shop", _NOT_HERE, _STEP_OTHER)
            case Reason.WRONG_INDUSTRY:
                return _say("Wrong trade", "Not valid in our trade", _NOT_HERE, _STEP_OTHER)
            case Reason.NOT_YET_VALID:
                return _say("Not valid yet", "Its time has not begun", "This voucher is not valid yet.", _STEP_OTHER)
            case Reason.EXPIRED:
                return _say("Voucher expired", "Its time is over", "This voucher has expired.", _STEP_OTHER)
            case Reason.CODE_TOO_OLD:
                return _say("The code is too old", "It was made too long ago", _NEW_CODE, _STEP_NEW_CODE)
            case Reason.CODE_FROM_FUTURE:
                customer = "Your phone's clock is ahead. Please set it right."
                return _say("Clocks differ", "The phone's clock is ahead", customer, "Show the code again in a while")
            case Reason.REVOKED:
                return _say("Voucher blocked", "The issuer has blocked it", _ASK_ISSUER, _STEP_OTHER)
            case Reason.OVERSPENT:
                customer = "There is not enough left on the voucher."
                return _say("More than the voucher holds", f"It holds {won(view.limit_won)}", customer, _STEP_OTHER)
            case Reason.OUT_OF_ORDER:
                return _say("The code's turn has passed", "A later code was used before it", _NEW_CODE, _STEP_NEW_CODE)
            case _:
                assert_never(reason)

    def about_note(self, reason: NoteReason) -> Advice:
        match reason:
            case Reason.NOTE_REPORTED:
                return _say("Note reported", "Its issuer has reported it", _REPORTED, _STEP_NOTE)
            case Reason.NOTE_STOLEN:
                return _say("Note reported stolen", "Its number was reported stolen", _REPORTED, _STEP_NOTE)
            case Reason.NOTE_LISTED_FORGED:
                return _say("Number of a forged note", "Its issuer knows it as forged", _REPORTED, _STEP_NOTE)
            case Reason.NOTE_VOID:
                return _say("Note made void", "Its issuer made it void", _REPORTED, _STEP_NOTE)
            case Reason.NOTE_REDEEMED:
                return _say("Note redeemed before", "A bank has paid for it before", _REPORTED, _STEP_NOTE)
            case Reason.NOTE_DOUBTED:
                customer = "We could not confirm it. Please ask its issuer."
                return _say("Note in doubt", "Its security features differ", customer, _STEP_NOTE)
            case _:
                assert_never(reason)

    def about_referral(self, reason: ReferredReason, view: VerdictView) -> Advice:
        match reason:
            case Reason.PART_PAYMENT:
                customer = f"How would you like to pay the other {won(view.difference_won)}?"
                return _amounts(view, "The code is for less", "short", customer, "Answer by number")
            case Reason.CODE_AMOUNT:
                detail, customer = f"Code over {won(view.amount_won)}", f"Shall I take {won(view.amount_won)}?"
                return _say("No amount was typed", detail, customer, "Answer by number")
            case Reason.REQUEST_NEEDED:
                customer = "Please photograph the QR on the screen with the app."
                detail = f"Without request to {won(view.limit_won)}"
                return _say("Payment request needed", detail, customer, "Enter shows the payment request QR")
            case Reason.REVOCATION_NOT_COVERED:
                return _say("It may be blocked", "The list of blocked ones is old", _OTHER_WAY, _STEP_LIMIT)
            case Reason.OVER_SALE_LIMIT:
                return _say("Over one sale's limit", f"Offline limit {won(view.limit_won)}", _OTHER_WAY, _STEP_LIMIT)
            case Reason.OVER_VOUCHER_LIMIT:
                return _say("Over the voucher's limit", f"Offline limit {won(view.limit_won)}", _OTHER_WAY, _STEP_LIMIT)
            case Reason.OVER_COUNT_LIMIT:
                return _say("Too many sales offline", f"Offline limit {view.limit_count:,}", _OTHER_WAY, _STEP_LIMIT)
            case Reason.OVER_VALUE_LIMIT:
                return _say("Over the total limit", f"Offline limit {won(view.limit_won)}", _OTHER_WAY, _STEP_LIMIT)
            case Reason.CONTACT_TOO_OLD:
                return _say("Offline for too long", "Not connected for too long", _OTHER_WAY, _STEP_LIMIT)
            case _:
                assert_never(reason)


def _say(headline: str, detail: str, customer: str, next_step: str, *, more: str = "") -> Advice:
    return Advice(
        headline=headline, detail=detail, customer=customer, next_step=next_step, more=(more,) if more else ()
    )


def _amounts(view: VerdictView, headline: str, ending: str, customer: str, next_step: str) -> Advice:
    """The code's amount and its difference, on one line where both fit."""
    code, difference = f"Code {won(view.amount_won)}", f"{won(view.difference_won)} {ending}"
    line = f"{code}, {difference}"
    if columns_of(line) <= REASON_COLUMNS:
        return _say(headline, line, customer, next_step)
    return _say(headline, code, customer, next_step, more=difference)


def _not_ours(view: VerdictView) -> Advice:
    kind = ForeignKind(view.foreign_kind) if view.foreign_kind in _FOREIGN_KINDS else ForeignKind.UNKNOWN
    length = f"{view.foreign_length:,} characters"
    head = cut(f"{length}: {view.foreign_head}", REASON_COLUMNS) if view.foreign_head else length
    step = "Show the voucher app's payment code when the customer has opened it"
    more = head if kind is ForeignKind.UNKNOWN else ""
    return _say("Not a voucher payment code", _foreign(kind), _OPEN_APP, step, more=more)


def _foreign(kind: ForeignKind) -> str:
    match kind:
        case ForeignKind.NEWER_VERSION:
            return "A newer kind of voucher code"
        case ForeignKind.OWN_MISWRITTEN:
            return "A voucher code with wrong letters"
        case ForeignKind.EMV_MERCHANT:
            return "Another pay service's shop QR"
        case ForeignKind.EMV_CONSUMER:
            return "Another pay service's payment QR"
        case ForeignKind.CASH_RECEIPT_CARD:
            return "A cash receipt barcode"
        case ForeignKind.HEALTH_CERTIFICATE:
            return "A European health certificate"
        case ForeignKind.WEB_ADDRESS:
            return "A web address"
        case ForeignKind.UNKNOWN:
            return "This terminal does not know it"
        case _:
            assert_never(kind)
