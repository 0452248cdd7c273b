"""The ledger's days: those of Korea, nine hours before UTC and without summer time."""

from datetime import date, datetime, timedelta, timezone
from typing import Final

KOREA: Final = timezone(timedelta(hours=9))


def day_of(time_s: int) -> date:
    """The day in Korea."""
    return datetime.fromtimestamp(time_s, KOREA).date()
