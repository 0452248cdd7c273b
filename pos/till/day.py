"""The shop's day: not the calendar's. Pure.

Rules: a day lasts from its opening to its closing, past midnight where the shop does; one that nobody closed does not
go on for ever: after a day and a half sales carry the calendar's date again, and one line asks for the closing.
"""

from typing import Final

SHOP_DAY_S_MAX: Final = 36 * 3_600
FORGOTTEN_S: Final = 20 * 3_600
"""An opening older than this, on a later calendar day, looks like a forgotten closing."""


def is_same_shop_day(*, opened_s: int, time_s: int) -> bool:
    """Whether what happens now still belongs to the day opened then."""
    return time_s - opened_s <= SHOP_DAY_S_MAX


def is_forgotten(*, opened_s: int, time_s: int) -> bool:
    """Whether the closing of a day opened then seems forgotten."""
    return time_s - opened_s > FORGOTTEN_S
