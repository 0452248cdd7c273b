"""How long records are kept. Pure.

Tax books and receipts are kept five years (VAT Act section 71(3), which counts from the return's deadline); a business
date less than five years ago is never old enough, whatever was exported.
"""

from datetime import date
from typing import Final

YEARS_KEPT: Final = 5
_FEBRUARY, _LEAP_DAY = 2, 29


def kept_from(today: date) -> date:
    """The first business day that still has to be kept: everything before it may have gone."""
    is_leap_day = (today.month, today.day) == (_FEBRUARY, _LEAP_DAY)
    return date(today.year - YEARS_KEPT, today.month, today.day - is_leap_day)


def is_old_enough(before: date, *, today: date) -> bool:
    """Whether all business days before `before` are older than five years."""
    return before <= kept_from(today)
