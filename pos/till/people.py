"""Who may do what at the till. Pure.

Rules:

- a right belongs to an act, and every act that needs one names it; an act that nobody listed is no clerk's by accident;
- the owner may do everything; a manager everything at the counter; a clerk what a customer may be waiting for; a
  technician looks after the devices and never touches money;
- whatever a clerk may do and a shop wants counted (copies, drawer, notes without a serial) is counted, not forbidden.

Who is at the till is `pos.core.people`'s to know; how a person proves it, `pos.core.pins`'s.
"""

import itertools
from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from pos.voucher.body_values import PersonRole as Role

__all__ = ["PEOPLE_MAX", "PIN_DIGITS", "Right", "Role", "is_easy", "may", "wait_after_s"]

PEOPLE_MAX: Final = 27
"""Three pages of nine: everybody is one number on a page of the pad."""
PIN_DIGITS: Final = 6
"""Always the same, so that the last digit needs no Enter behind it."""
_TRIES_FREE: Final = 2
_WAITS_S: Final = (30, 60, 300, 900, 3_600)


class Right(StrEnum):
    """What an act at the till needs. Persisted; members are added, never renamed."""

    SELL = "sell"
    """Take a payment. All that is left to a till that locked itself in a shop of one person."""
    COUNTER = "counter"
    """Everyday acts around a sale, and every act that has no right of its own."""
    SEE_SALES = "see_sales"
    REPRINT = "reprint"
    OPEN_DRAWER = "open_drawer"
    CANCEL_LAST = "cancel_last"
    """Cancel the last sale within the issuer's time."""
    REFUND = "refund"
    """Cancel or give back an earlier sale."""
    CASH_RECEIPT = "cash_receipt"
    CANCEL_CASH_RECEIPT = "cancel_cash_receipt"
    BELOW_RATIO = "below_ratio"
    """Give change where the ordinance does not demand it."""
    NOTE_WITHOUT_SERIAL = "note_without_serial"
    OPEN_DAY = "open_day"
    CLOSE_DAY = "close_day"
    INTERIM_REPORT = "interim_report"
    MOVE_CASH = "move_cash"
    """Put money into the drawer or take some out, without a sale."""
    BANK_TRIP = "bank_trip"
    TRAIN = "train"
    SERVICE = "service"
    """Devices and their tests."""
    SETTINGS = "settings"
    CATALOGUE = "catalogue"
    """Change what the shop sells by name, and at which price."""
    OWNER_PAGE = "owner_page"
    PERIOD_REPORT = "period_report"
    EXPORT = "export"
    PEOPLE = "people"
    """Add, change and remove people, and set their PINs."""


_CLERK: Final = frozenset(
    {
        Right.SELL,
        Right.COUNTER,
        Right.SEE_SALES,
        Right.REPRINT,
        Right.OPEN_DRAWER,
        Right.CANCEL_LAST,
        Right.CASH_RECEIPT,
        Right.BELOW_RATIO,
        Right.NOTE_WITHOUT_SERIAL,
        Right.OPEN_DAY,
        Right.CLOSE_DAY,
        Right.INTERIM_REPORT,
        Right.TRAIN,
    }
)
_OWNERS_ALONE: Final = frozenset({Right.OWNER_PAGE, Right.PERIOD_REPORT, Right.EXPORT, Right.PEOPLE, Right.SETTINGS})
_RIGHTS: Final[Mapping[Role, frozenset[Right]]] = MappingProxyType(
    {
        Role.OWNER: frozenset(Right),
        Role.MANAGER: frozenset(Right) - _OWNERS_ALONE,
        Role.CLERK: _CLERK,
        Role.TECHNICIAN: frozenset({Right.SERVICE, Right.SETTINGS, Right.TRAIN}),
    }
)


def may(role: Role, right: Right) -> bool:
    """Whether a person of this role may do what needs this right."""
    return right in _RIGHTS[role]


def wait_after_s(wrong: int) -> int:
    """How long a person's PIN is not looked at after this many wrong ones in a row, in seconds; it only grows."""
    if wrong <= _TRIES_FREE:
        return 0
    return _WAITS_S[min(wrong - _TRIES_FREE, len(_WAITS_S)) - 1]


def is_easy(pin: str) -> bool:
    """Whether a PIN is one that is guessed first: one digit over and over, or a run up or down."""
    steps = {(int(after) - int(before)) % 10 for before, after in itertools.pairwise(pin)}
    return len(steps) == 1 and steps <= {0, 1, 9}
