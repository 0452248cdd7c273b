"""Alarms that are open: raised by an entry, closed by another that names it."""

from dataclasses import dataclass
from typing import Final

from pos.journal.database import Database

ALARMS_MAX: Final = 100
_OPEN: Final = (
    "SELECT a.entry, e.hash, a.cause, a.time_s, a.details FROM alarms a JOIN entries e ON e.sequence = a.entry"
    " WHERE NOT EXISTS (SELECT 1 FROM closed_matters c WHERE c.hash = e.hash)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenAlarm:
    """An alarm that nobody has closed."""

    entry: int
    entry_hash: bytes
    cause: str
    time_s: int
    details: str


class Alarms:
    """Questions about alarms."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def open(self) -> tuple[OpenAlarm, ...]:
        """Every open alarm, oldest first."""
        rows = self._database.rows(f"{_OPEN} ORDER BY a.entry LIMIT ?", ALARMS_MAX)
        return tuple(
            OpenAlarm(entry=entry, entry_hash=digest, cause=cause, time_s=time_s, details=details)
            for entry, digest, cause, time_s, details in rows
        )

    def is_open(self, cause: str) -> bool:
        """Whether an alarm of this cause is open."""
        return self._database.row(f"{_OPEN} AND a.cause = ?", cause) is not None
