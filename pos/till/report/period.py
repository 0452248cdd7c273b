"""Periods as people name them for a VAT return: a month, a quarter, a half-year, a year. Pure.

2026-11   2026-Q4   2026-H2   2026
"""

import calendar
import re
from datetime import date
from enum import StrEnum
from typing import Final

_PERIOD: Final = re.compile(r"([0-9]{4})(?:-(?:(0[1-9]|1[0-2])|Q([1-4])|H([12])))?", re.ASCII)
_MONTHS: Final = 12


class Span(StrEnum):
    """How long a period is."""

    MONTH = "month"
    QUARTER = "quarter"
    HALF = "half"
    YEAR = "year"


_MARKS: Final = {Span.MONTH: "-", Span.QUARTER: "-Q", Span.HALF: "-H"}
_PART_DIGITS: Final = {Span.MONTH: 2, Span.QUARTER: 1, Span.HALF: 1}
_YEAR_DIGITS: Final = 4
_MONTHS_IN: Final = {Span.MONTH: 1, Span.QUARTER: 3, Span.HALF: 6, Span.YEAR: _MONTHS}


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


def typed_period(span: Span, typed: int) -> str | None:
    """The report over a period as it is typed on a number pad, the year first: 202611, 20264, 20262, 2026."""
    digits = str(typed)
    part_digits = _PART_DIGITS.get(span, 0)
    if len(digits) != _YEAR_DIGITS + part_digits:
        return None
    year, part = digits[:_YEAR_DIGITS], digits[_YEAR_DIGITS:]
    return period_name(f"{year}{_MARKS[span]}{part}" if part else year)


def last_complete(span: Span, *, today: date) -> int:
    """The last period that is over, as it is typed."""
    months = _MONTHS_IN[span]
    parts = _MONTHS // months
    before = today.year * parts + (today.month - 1) // months - 1
    year, part = divmod(before, parts)
    return year if span is Span.YEAR else year * 10 ** _PART_DIGITS[span] + part + 1
