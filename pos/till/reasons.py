"""The closed vocabulary of answers: what was checked, and why a code was declined or referred.

Values are persisted in journal entries and printed by `--json`: members are added, never renamed. Each has one Korean
and one English sentence in `pos.words`, and the type checker holds that list complete.
"""

from enum import IntEnum, StrEnum


class Check(IntEnum):
    """The checks in the order in which they run; a later one relies on every earlier one."""

    FORM = 1
    """Size, alphabet and kind of the text."""
    CANONICAL = 2
    """Deterministic bytes of exactly the shape that the protocol gives."""
    ISSUER_KNOWN = 3
    ISSUER_SIGNATURE = 4
    HOLDER_SIGNATURE = 5
    FIRST_USE = 6
    """Neither this very payment nor another of its sequence has been approved here."""
    AUDIENCE = 7
    REQUEST = 8
    """Nonce and amount against the open payment request."""
    AMOUNT = 9
    """Amount against the tender."""
    SIGNING_WINDOW = 10
    """The issuer key was allowed to sign when the voucher says it was issued, and is not revoked."""
    PROGRAM = 11
    """Programme, area, issue class, merchant class and industry."""
    VALIDITY = 12
    """Not before, expired, age of the code: as far as the clock's quality allows."""
    REVOCATION = 13
    SPEND_LINE = 14
    LIMITS = 15


class Reason(StrEnum):
    """Why a code was not approved."""

    # declined: the code
    NOT_OUR_CODE = "not_our_code"
    TOO_LONG = "too_long"
    NEEDS_UPDATE = "needs_update"
    NOT_A_PAYMENT = "not_a_payment"
    MALFORMED = "malformed"
    ISSUER_UNKNOWN = "issuer_unknown"
    FORGED_VOUCHER = "forged_voucher"
    FORGED_PAYMENT = "forged_payment"
    ALREADY_USED = "already_used"
    DOUBLE_SPEND = "double_spend"
    # declined: this shop, this sale
    WRONG_SHOP = "wrong_shop"
    REQUEST_CLOSED = "request_closed"
    REQUEST_AMOUNT = "request_amount"
    AMOUNT_OVER = "amount_over"
    # declined: the voucher
    ISSUER_KEY_WINDOW = "issuer_key_window"
    ISSUER_KEY_REVOKED = "issuer_key_revoked"
    PROGRAM_UNKNOWN = "program_unknown"
    WRONG_AREA = "wrong_area"
    WRONG_ISSUE_CLASS = "wrong_issue_class"
    WRONG_MERCHANT_CLASS = "wrong_merchant_class"
    WRONG_INDUSTRY = "wrong_industry"
    NOT_YET_VALID = "not_yet_valid"
    EXPIRED = "expired"
    CODE_TOO_OLD = "code_too_old"
    CODE_FROM_FUTURE = "code_from_future"
    REVOKED = "revoked"
    OVERSPENT = "overspent"
    OUT_OF_ORDER = "out_of_order"
    # declined: a paper note
    NOTE_REPORTED = "note_reported"
    """Its issuer names its number among those that must not be taken, and so on below."""
    NOTE_STOLEN = "note_stolen"
    NOTE_LISTED_FORGED = "note_listed_forged"
    NOTE_VOID = "note_void"
    NOTE_REDEEMED = "note_redeemed"
    NOTE_DOUBTED = "note_doubted"
    """Somebody looked at its security features, and something was wrong."""
    # referred
    PART_PAYMENT = "part_payment"
    CODE_AMOUNT = "code_amount"
    REQUEST_NEEDED = "request_needed"
    REVOCATION_NOT_COVERED = "revocation_not_covered"
    OVER_SALE_LIMIT = "over_sale_limit"
    OVER_VOUCHER_LIMIT = "over_voucher_limit"
    OVER_COUNT_LIMIT = "over_count_limit"
    OVER_VALUE_LIMIT = "over_value_limit"
    CONTACT_TOO_OLD = "contact_too_old"


class Refusal(StrEnum):
    """Why the till does not do what a key asked."""

    NO_SALE = "no_sale"
    SALE_HAS_TENDERS = "sale_has_tenders"
    NOTHING_DUE = "nothing_due"
    TENDER_OVER = "tender_over"
    AMOUNT_ZERO = "amount_zero"
    AMOUNT_TOO_LARGE = "amount_too_large"
    QUESTION_GONE = "question_gone"
    QUESTION_OPEN = "question_open"
    REQUEST_GONE = "request_gone"
    NOT_FOUND = "not_found"
    NOTHING_WAITING = "nothing_waiting"
    SELLING_STOPPED = "selling_stopped"
    NOT_ACCEPTABLE = "not_acceptable"
    TOO_MANY_ITEMS = "too_many_items"
    NOT_IN_CATALOGUE = "not_in_catalogue"
    PRICE_NEEDED = "price_needed"
    SALE_OPEN = "sale_open"
    TOO_MANY_HELD = "too_many_held"
    NOTHING_TO_TAKE_BACK = "nothing_to_take_back"
    # paper notes
    NOT_A_DENOMINATION = "not_a_denomination"
    NOTE_NOT_NEEDED = "note_not_needed"
    NOTE_EXPIRED = "note_expired"
    NOTE_YEAR_WRONG = "note_year_wrong"
    SERIAL_TAKEN = "serial_taken"
    SERIAL_TWICE = "serial_twice"
    SERIAL_NEEDED = "serial_needed"
    NO_NOTES_HERE = "no_notes_here"
    NUMBERS_MISSING = "numbers_missing"
    DRAWER_EMPTY = "drawer_empty"
    NOTE_DECLINED = "note_declined"
    """The verdict on the screen says why."""
    # refunds
    NOT_A_RECEIPT = "not_a_receipt"
    OTHER_SHOP = "other_shop"
    OTHER_TILL = "other_till"
    """A receipt of another till of this shop: only that one knows what has gone back of it."""
    SALE_STILL_OPEN = "sale_still_open"
    ALREADY_REFUNDED = "already_refunded"
    REFUND_OVER = "refund_over"
    PART_REFUND_NOT_ALLOWED = "part_refund_not_allowed"
    CANCEL_TOO_LATE = "cancel_too_late"
    PAYMENT_IN_CONFLICT = "payment_in_conflict"
    NOTE_IN_PART = "note_in_part"
    # cash receipts
    NOTHING_TO_ISSUE = "nothing_to_issue"
    ALREADY_ISSUED = "already_issued"
    ISSUING_UNAVAILABLE = "issuing_unavailable"
    NOT_AN_IDENTIFIER = "not_an_identifier"
    BUSINESS_NUMBER_WRONG = "business_number_wrong"
    RESIDENT_NUMBER = "resident_number"
    EXPENSE_NEEDS_NUMBER = "expense_needs_number"
    # archives
    STILL_TO_BE_KEPT = "still_to_be_kept"
    """Less than five years old."""
    NO_ARCHIVE = "no_archive"
    NOT_OF_THIS_JOURNAL = "not_of_this_journal"
    # the day
    DAY_IS_OPEN = "day_is_open"
    SALE_IN_THE_WAY = "sale_in_the_way"
    """A sale in which something was paid has to be ended first."""
    # people
    NOBODY_AT_TILL = "nobody_at_till"
    """A PIN is wanted before anything else."""
    TILL_LOCKED = "till_locked"
    """The till locked itself: payments are taken, everything else wants the PIN."""
    NOT_ALLOWED = "not_allowed"
    """Somebody with the right has to allow it."""
    PIN_WRONG = "pin_wrong"
    PIN_WAITS = "pin_waits"
    """Too many wrong PINs: none is looked at for a while."""
    PIN_UNSUITABLE = "pin_unsuitable"
    PERSON_UNKNOWN = "person_unknown"
    NO_ROOM_FOR_PERSON = "no_room_for_person"
    OWNER_NEEDED = "owner_needed"
    """The first person is the owner, and one owner stays while there is anybody else."""


MAY_SHOW_AGAIN: frozenset[Reason] = frozenset(
    {
        Reason.MALFORMED,
        Reason.NOT_OUR_CODE,
        Reason.TOO_LONG,
        Reason.REQUEST_AMOUNT,
        Reason.AMOUNT_OVER,
        Reason.NOT_YET_VALID,
        Reason.CODE_FROM_FUTURE,
        Reason.PART_PAYMENT,
        Reason.CODE_AMOUNT,
        Reason.REVOCATION_NOT_COVERED,
        Reason.OVER_SALE_LIMIT,
        Reason.OVER_VOUCHER_LIMIT,
        Reason.OVER_COUNT_LIMIT,
        Reason.OVER_VALUE_LIMIT,
        Reason.CONTACT_TOO_OLD,
    }
)
"""After these the very same code may be presented again and could be approved; after the others it never will."""
