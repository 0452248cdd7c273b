"""Times as receipts print them: Korean standard time (UTC+9), which knows no daylight saving."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Final

from pos.till.receipt.words import ReceiptWords

KOREA: Final = timezone(timedelta(hours=9))


def date_and_time(time_s: int, words: ReceiptWords) -> str:
    """Return "2026-11-22(…) 14:03:05" with the weekday of `words`."""
    moment = _moment(time_s)
    return f"{moment:%Y-%m-%d}({words.weekdays[moment.weekday()]}) {moment:%H:%M:%S}"


def date_of(time_s: int) -> str:
    """Return the calendar day as YYYY-MM-DD."""
    return f"{_moment(time_s):%Y-%m-%d}"


def minute_of(time_s: int) -> str:
    """Return the time of day as 14:03."""
    return f"{_moment(time_s):%H:%M}"


def _moment(time_s: int) -> datetime:
    return datetime.fromtimestamp(time_s, tz=UTC).astimezone(KOREA)
