"""Moments as they are typed on a number pad, in Korean time."""

from datetime import UTC, datetime, timedelta
from typing import Final

from pos.words.moments import KOREA

_CLOCK: Final = 4
_DATE_AND_CLOCK: Final = 8


def typed_moment(digits: str, *, now_s: int) -> int | None:
    """1430 is half past two of today, 11211430 that of 21 November, of the last year in which that is past; None for
    digits that are no moment."""
    now = datetime.fromtimestamp(now_s, tz=UTC).astimezone(KOREA)
    if len(digits) == _CLOCK:
        digits = f"{now:%m%d}{digits}"
    if len(digits) != _DATE_AND_CLOCK:
        return None
    month, day, hour, minute = (int(digits[at : at + 2]) for at in range(0, _DATE_AND_CLOCK, 2))
    for year in range(now.year, now.year - 5, -1):
        try:
            moment = datetime(year, month, day, hour, minute, tzinfo=KOREA)
        except ValueError:
            # 29 February, perhaps of an earlier year.
            continue
        if moment <= now + timedelta(days=1):
            return int(moment.timestamp())
    return None
