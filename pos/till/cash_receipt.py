"""Cash receipts: who issues which part of a sale, to whom, and when it becomes late. Pure.

Rules (domain: special tax treatment act 126-3, NTS notice 2025-19):

- a named mobile voucher is reported by its platform and is never issued again; paper notes and cash are the shop's;
- a buyer is known by phone, cash-receipt card or business number; a resident registration number is refused;
- without any, it is issued to the number that the NTS keeps for that, for deduction only;
- a shop of a mandatory industry issues without being asked where the sale came to 100,000 won;
- there is no approval without the provider: until then it is pending, late after a day, alarming after five, and after
  ten days nothing lessens the penalty any more.
"""

import re
from dataclasses import dataclass
from datetime import date
from enum import IntEnum, StrEnum
from typing import Final

from pos.till.reasons import Refusal
from pos.voucher.bodies import CashReceiptPurpose, IdentifierKind

SELF_ISSUED: Final = "0100001234"
"""What the NTS keeps for receipts that nobody gave a number for."""
MANDATORY_WON: Final = 100_000
DAY_S: Final = 86_400
_PHONE: Final = re.compile(r"010[0-9]{8}|01[16789][0-9]{7,8}")
_CARD_DIGITS: Final = range(13, 20)
_BUSINESS_DIGITS: Final = 10
_RESIDENT_DIGITS: Final = 13
_BUSINESS_WEIGHTS: Final = (1, 3, 7, 1, 3, 7, 1, 3, 5)


class CashReceiptState(StrEnum):
    """Where one request stands."""

    QUEUED = "queued"
    """Recorded here; the ledger does not have it yet."""
    REQUESTED = "requested"
    """With the ledger, which asks the provider."""
    APPROVED = "approved"
    CONFIRMED = "confirmed"
    """The tax office has it."""
    REJECTED = "rejected"


class Lateness(IntEnum):
    """How urgent a request without an approval is."""

    NONE = 0
    DAY = 1
    """A day old."""
    ALARM = 5
    """Five days: the provider may soon take it no more."""
    LAST = 10
    """Ten days: the last day on which correcting it halves the penalty is over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Identifier:
    """Who the cash receipt is for; digits only."""

    kind: IdentifierKind
    digits: str


def identifier_of(digits: str, *, purpose: CashReceiptPurpose) -> Identifier | Refusal:
    """What these digits are, typed or read by the camera; empty means that the buyer gave none."""
    if not digits:
        given: Identifier | Refusal = Identifier(kind=IdentifierKind.SELF, digits=SELF_ISSUED)
    else:
        given = _identifier(digits)
    is_wrong_use = (
        isinstance(given, Identifier) and purpose is CashReceiptPurpose.EXPENSE and given.kind is IdentifierKind.SELF
    )
    return Refusal.EXPENSE_NEEDS_NUMBER if is_wrong_use else given


def is_business_number(digits: str) -> bool:
    """Whether the tenth digit is the check digit of the nine before it."""
    if len(digits) != _BUSINESS_DIGITS or not digits.isascii() or not digits.isdecimal():
        return False
    values = [int(digit) for digit in digits]
    weighted = sum(value * weight for value, weight in zip(values, _BUSINESS_WEIGHTS, strict=False))
    return (10 - (weighted + values[8] * 5 // 10) % 10) % 10 == values[9]


def is_mandatory(*, is_mandatory_industry: bool, total_won: int, shop_part_won: int) -> bool:
    """Whether the shop must issue without being asked: the whole sale is weighed, the shop's part is issued."""
    return is_mandatory_industry and total_won >= MANDATORY_WON and shop_part_won > 0


def lateness(state: CashReceiptState, *, traded_s: int, now_s: int) -> Lateness:
    """How late a request is, counted from the sale."""
    if state in (CashReceiptState.APPROVED, CashReceiptState.CONFIRMED):
        return Lateness.NONE
    days = (now_s - traded_s) // DAY_S
    return max((level for level in Lateness if days >= level), default=Lateness.NONE)


def _identifier(digits: str) -> Identifier | Refusal:
    if not digits.isascii() or not digits.isdecimal():
        return Refusal.NOT_AN_IDENTIFIER
    if digits == SELF_ISSUED:
        return Identifier(kind=IdentifierKind.SELF, digits=digits)
    if _PHONE.fullmatch(digits):
        return Identifier(kind=IdentifierKind.PHONE, digits=digits)
    if len(digits) == _BUSINESS_DIGITS:
        known = is_business_number(digits)
        return Identifier(kind=IdentifierKind.BUSINESS, digits=digits) if known else Refusal.BUSINESS_NUMBER_WRONG
    if _looks_like_resident(digits):
        return Refusal.RESIDENT_NUMBER
    if len(digits) in _CARD_DIGITS:
        return Identifier(kind=IdentifierKind.CARD, digits=digits)
    return Refusal.NOT_AN_IDENTIFIER


def _looks_like_resident(digits: str) -> bool:
    """Thirteen digits that begin with a day of birth and a digit for century and sex."""
    if len(digits) != _RESIDENT_DIGITS or digits[6] not in "12345678":
        return False
    century = "19" if digits[6] in "1256" else "20"
    try:
        date(int(century + digits[:2]), int(digits[2:4]), int(digits[4:6]))
    except ValueError:
        return False
    return True
