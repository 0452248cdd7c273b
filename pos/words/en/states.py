"""Short words for states: checks, paper, printer, camera, and why a key was not obeyed."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, assert_never

from pos.link.calls import PaperState
from pos.link.state import PrinterState, ScanHint, ScannerState, ScannerView
from pos.till.reasons import Check, Refusal
from pos.words.vocabulary import Notice

_UNREAD_SHOWN_S: Final = 3
"""A code that is read at once needs no count of seconds."""


REFUSALS: Final[Mapping[Refusal, str]] = MappingProxyType(
    {
        Refusal.NO_SALE: "There is no sale. Type the amount first",
        Refusal.SALE_HAS_TENDERS: "Part of it is paid already, so the amount cannot change",
        Refusal.NOTHING_DUE: "Nothing is due any more",
        Refusal.TENDER_OVER: "That is more than what remains; take at most the remaining amount",
        Refusal.AMOUNT_ZERO: "0 won cannot be paid",
        Refusal.AMOUNT_TOO_LARGE: "At most 100,000,000 won at once",
        Refusal.QUESTION_GONE: "That question is no longer asked",
        Refusal.QUESTION_OPEN: "Please answer the question by number first",
        Refusal.REQUEST_GONE: "The payment request has ended",
        Refusal.NOT_FOUND: "Not found",
        Refusal.NOTHING_WAITING: "Nothing is waiting",
        Refusal.SELLING_STOPPED: "Nothing can be sold now",
        Refusal.NOT_ACCEPTABLE: "This cannot be accepted",
        Refusal.TOO_MANY_ITEMS: "More items than one sale can hold",
        Refusal.NOT_IN_CATALOGUE: "Not in the list of articles: type the amount instead",
        Refusal.PRICE_NEEDED: "Type the price first, then choose the article",
        Refusal.SALE_OPEN: "Finish the sale that is open first, or put it aside",
        Refusal.TOO_MANY_HELD: "Nine sales are put aside already. Finish one first",
        Refusal.NOTHING_TO_TAKE_BACK: "There is nothing to take back",
        Refusal.NOT_A_DENOMINATION: "There is no note of this value",
        Refusal.NOTE_NOT_NEEDED: "One note is not needed. Give it back",
        Refusal.NOTE_EXPIRED: "This note is over its time",
        Refusal.NOTE_YEAR_WRONG: "There is no note of that year",
        Refusal.SERIAL_TAKEN: "A note with this number was taken before. Do not take it",
        Refusal.SERIAL_TWICE: "The same number is there twice",
        Refusal.SERIAL_NEEDED: "The note's number is needed first",
        Refusal.NO_NOTES_HERE: "No paper notes are taken in this shop",
        Refusal.NUMBERS_MISSING: "Some notes have no number yet",
        Refusal.DRAWER_EMPTY: "There are no such notes in the drawer",
        Refusal.NOTE_DECLINED: "This note was not taken",
        Refusal.NOT_A_RECEIPT: "Not a receipt code. Show the code at the foot of the receipt",
        Refusal.OTHER_SHOP: "This receipt is from another shop, which has to cancel it",
        Refusal.OTHER_TILL: "Sold at another till of this shop: cancel it there",
        Refusal.SALE_STILL_OPEN: "This sale has not ended: cancel it on the sale screen",
        Refusal.ALREADY_REFUNDED: "All of this sale has gone back already",
        Refusal.REFUND_OVER: "More than can still go back",
        Refusal.PART_REFUND_NOT_ALLOWED: "This voucher cannot be refunded in part: cancel the whole",
        Refusal.CANCEL_TOO_LATE: "Too late to cancel at once: use the receipt",
        Refusal.PAYMENT_IN_CONFLICT: "This payment is under review and cannot be cancelled now",
        Refusal.NOTE_IN_PART: "A paper note cannot go back in part",
        Refusal.STILL_TO_BE_KEPT: "Records less than five years old are kept",
        Refusal.NO_ARCHIVE: "Nobody has acknowledged an archive of it",
        Refusal.NOT_OF_THIS_JOURNAL: "It is not of this terminal's journal",
        Refusal.NOTHING_TO_ISSUE: "The shop has no cash receipt to issue for this sale",
        Refusal.ALREADY_ISSUED: "A cash receipt has been asked for already",
        Refusal.ISSUING_UNAVAILABLE: "This till cannot issue cash receipts",
        Refusal.NOT_AN_IDENTIFIER: "Neither a phone, card nor business number: type it again",
        Refusal.BUSINESS_NUMBER_WRONG: "The business number is not right: check it again",
        Refusal.RESIDENT_NUMBER: "Resident numbers are not taken: type a phone number",
        Refusal.EXPENSE_NEEDS_NUMBER: "For expenses a business or card number is needed",
        Refusal.DAY_IS_OPEN: "The day is open already",
        Refusal.SALE_IN_THE_WAY: "Please end the open sale first",
        Refusal.NOBODY_AT_TILL: "Press your number and PIN first",
        Refusal.TILL_LOCKED: "The till locked itself. The PIN opens it",
        Refusal.NOT_ALLOWED: "Somebody with the right has to press number and PIN",
        Refusal.PIN_WRONG: "The PIN is not right",
        Refusal.PIN_WAITS: "Too many wrong PINs: please wait a while",
        Refusal.PIN_UNSUITABLE: "That PIN is guessed too easily. Choose six other digits",
        Refusal.PERSON_UNKNOWN: "Nobody has that number",
        Refusal.NO_ROOM_FOR_PERSON: "There is no room for another person",
        Refusal.OWNER_NEEDED: "There has to be an owner",
    }
)


def notice(notice: Notice) -> str:  # noqa: C901, PLR0912 - one case for each notice
    match notice:
        case Notice.AMOUNT_ZERO:
            return "0 won cannot be paid. Please type the amount"
        case Notice.AMOUNT_TOO_LARGE:
            return "At most 100,000,000 won at once. The last digit was not taken"
        case Notice.DIGITS_ONLY:
            return "Only the keys of the number pad work here"
        case Notice.AMOUNT_FIRST:
            return "Please type the amount first"
        case Notice.ANSWER_FIRST:
            return "Please answer the question by number first"
        case Notice.NOTHING_TO_PAY:
            return "There is nothing to pay. Please type the amount first"
        case Notice.LINK_DOWN:
            return "Press it once more when the terminal's program is back"
        case Notice.NOT_ANSWERED:
            return "The terminal gave no answer. Look at the screen and press again"
        case Notice.SELLING_STOPPED:
            return "Nothing can be sold now. Please follow what the screen says"
        case Notice.DONE:
            return "Done"
        case Notice.SENDING:
            return "Sending now"
        case Notice.DRAWER_OPENED:
            return "The drawer was opened"
        case Notice.REPRINTING:
            return "Printing it again"
        case Notice.PIN_FIRST:
            return "Please press your number and PIN first"
        case Notice.DAY_OPENED:
            return "The day is open"
        case Notice.NOTHING_HERE:
            return "That number is not here"
        case _:
            assert_never(notice)


def check(check: Check) -> str:  # noqa: C901, PLR0912 - one case for each check
    match check:
        case Check.FORM:
            return "Shape and length of the code"
        case Check.CANONICAL:
            return "Content of the code"
        case Check.ISSUER_KNOWN:
            return "Is the issuer registered?"
        case Check.ISSUER_SIGNATURE:
            return "Did the issuer make the voucher?"
        case Check.HOLDER_SIGNATURE:
            return "Did the holder make the code?"
        case Check.FIRST_USE:
            return "Is it the code's first use?"
        case Check.AUDIENCE:
            return "Is the code for our shop?"
        case Check.REQUEST:
            return "Does it answer the request?"
        case Check.AMOUNT:
            return "Is it the amount due?"
        case Check.SIGNING_WINDOW:
            return "Is the issue date right?"
        case Check.PROGRAM:
            return "Is the voucher valid in our shop?"
        case Check.VALIDITY:
            return "Voucher's time and code's age"
        case Check.REVOCATION:
            return "Is the voucher not blocked?"
        case Check.SPEND_LINE:
            return "What is left and in which order"
        case Check.LIMITS:
            return "Limits while offline"
        case _:
            assert_never(check)


def printer(state: PrinterState) -> str:
    match state:
        case PrinterState.READY:
            return "Printer ready"
        case PrinterState.PRINTING:
            return "Printing"
        case PrinterState.PAPER_LOW:
            return "Paper low"
        case PrinterState.PAPER_OUT:
            return "Paper out"
        case PrinterState.COVER_OPEN:
            return "Cover open"
        case PrinterState.FAULT:
            return "Printer fault"
        case PrinterState.SILENT:
            return "No answer"
        case PrinterState.MISSING:
            return "No printer"
        case _:
            assert_never(state)


def paper(state: PaperState) -> str:
    match state:
        case PaperState.QUEUED | PaperState.SENDING:
            return "printing"
        case PaperState.HELD:
            return "not printed"
        case PaperState.PRINTED:
            return "printed"
        case PaperState.UNVERIFIED:
            return "sent to print"
        case PaperState.UNKNOWN:
            return "print unknown"
        case PaperState.SKIPPED:
            return "not wanted"
        case _:
            assert_never(state)


def scanner(view: ScannerView) -> str:
    match view.state:
        case ScannerState.READY:
            return ""
        case ScannerState.MISSING:
            what = "camera" if view.is_camera else "scanner"
            return f"There is no {what}. Check its cable or take another tender (+)"
        case ScannerState.FAULT:
            what = "camera" if view.is_camera else "scanner"
            return f"The {what} does not answer. Please unplug it and plug it in again"
        case ScannerState.OFF:
            return ""
        case ScannerState.LOCATED:
            waited = f" ({view.unread_s} s)" if view.unread_s >= _UNREAD_SHOWN_S else ""
            return f"I see a code{waited}. {_hint(view.hint)}"
        case _:
            assert_never(view.state)


def _hint(hint: ScanHint | None) -> str:
    match hint:
        case None:
            return "Please hold it still"
        case ScanHint.CLOSER:
            return "A little closer, please"
        case ScanHint.FURTHER:
            return "A little further away, please"
        case ScanHint.BRIGHTER:
            return "Please make the phone's screen brighter"
        case _:
            assert_never(hint)
