"""Moments as the counter reads them: Korean time, which knows no summer time."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Final

KOREA: Final = timezone(timedelta(hours=9), "KST")
_TIME_MAX_S: Final = 253_402_300_799
"""The protocol's last second; later ones are shown as this one."""


def clock_text(time_s: int) -> str:
    """14:03."""
    return _local(time_s).strftime("%H:%M")


def moment_text(time_s: int, *, now_s: int) -> str:
    """14:03 when it is of the same day as `now_s`, otherwise 11-21 14:03."""
    then, now = _local(time_s), _local(now_s)
    return then.strftime("%H:%M" if then.date() == now.date() else "%m-%d %H:%M")


def since_text(time_s: int, *, now_s: int) -> str:
    """14:03 when it is of the same day as `now_s`, otherwise only the day, 11-21."""
    then, now = _local(time_s), _local(now_s)
    return then.strftime("%H:%M" if then.date() == now.date() else "%m-%d")


def _local(time_s: int) -> datetime:
    # The last day of year 9999 in UTC has no date nine hours on.
    return datetime.fromtimestamp(min(max(time_s, 0), _TIME_MAX_S - 9 * 3600), tz=UTC).astimezone(KOREA)
