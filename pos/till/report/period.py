"""Periods as people name them for a VAT return: a month, a quarter, a half-year, a year. Pure.

2026-11   2026-Q4   2026-H2   2026
"""

import calendar
import re
from typing import Final

_PERIOD: Final = re.compile(r"([0-9]{4})(?:-(?:(0[1-9]|1[0-2])|Q([1-4])|H([12])))?", re.ASCII)
_MONTHS: Final = 12


def period_of(text: str) -> tuple[str, str] | None:
    """First and last day of the period, YYYY-MM-DD; None where the text names none."""
    match = _PERIOD.fullmatch(text)
    if match is None or match[1] == "0000":
        return None
    year, month, quarter, half = int(match[1]), match[2], match[3], match[4]
    if month:
        first, last = int(month), int(month)
    elif quarter:
        first, last = 3 * int(quarter) - 2, 3 * int(quarter)
    elif half:
        first, last = 6 * int(half) - 5, 6 * int(half)
    else:
        first, last = 1, _MONTHS
    days = calendar.monthrange(year, last)[1]
    return f"{year:04d}-{first:02d}-01", f"{year:04d}-{last:02d}-{days:02d}"


def period_name(text: str) -> str | None:
    """The name of the period's report."""
    period = period_of(text)
    if period is None:
        return None
    first, last = (day.replace("-", "") for day in period)
    return f"P{first}-{last}"
