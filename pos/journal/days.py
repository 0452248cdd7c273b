"""The shop's days: openings, closings and what they added up to.

A day is a stretch of the journal: the entries behind one closing, up to the next. So every entry is in exactly one, and
the closings of a period, added up, are the period.
"""

from dataclasses import dataclass
from typing import Final

from pos.journal.database import Database, Row
from pos.journal.figures import FigureReader
from pos.till.report.figures import Figures
from pos.voucher.bodies import DayClosed, parse_body
from pos.voucher.entry import parse_entry

CLOSINGS_MAX: Final = 1_000
"""In one answer: more than two years of them."""
_LAST: Final = "SELECT entry, business_date, float_won, z_number, time_s FROM shop_days WHERE is_opening = ?"
_CLOSING: Final = (
    "SELECT d.entry, d.time_s, e.raw, coalesce((SELECT max(p.entry) FROM shop_days p"
    " WHERE p.is_opening = 0 AND p.entry < d.entry), 0),"
    " d.business_date"
    " FROM shop_days d JOIN entries e ON e.sequence = d.entry WHERE d.is_opening = 0"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """A day that was opened."""

    entry: int
    business_date: str
    float_won: int
    time_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Closing:
    """A day that is over."""

    entry: int
    after: int
    """The closing before it; the day's entries lie behind that one."""
    time_s: int
    business_date: str
    z_number: int
    opened_s: int | None
    float_won: int
    figures: Figures
    counted_won: int | None
    counted: tuple[tuple[int, int], ...]
    unsent: tuple[int, int, int] | None
    """What the ledger did not have then: entries before the closing, payments among them, won; None where nobody said.
    """
    clerk: str


class Days:
    """Questions about the shop's days."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._reader = FigureReader(database)

    def open_day(self) -> Opening | None:
        """The day that was opened and not closed yet; the first opening where it was opened twice."""
        row = self._database.row(f"{_LAST} AND entry > ? ORDER BY entry LIMIT 1", 1, self.closed_until)
        return None if row is None else _opening(row)

    def last_opening(self) -> Opening | None:
        row = self._database.row(f"{_LAST} ORDER BY entry DESC LIMIT 1", 1)
        return None if row is None else _opening(row)

    @property
    def closed_until(self) -> int:
        """The last closing's entry; 0 where no day was ever closed."""
        row = self._database.row("SELECT coalesce(max(entry), 0) FROM shop_days WHERE is_opening = 0")
        assert row is not None, "an aggregate has one row"
        return int(row[0])

    @property
    def last_closed_date(self) -> str:
        """Business date of the last closing; empty where no day was ever closed."""
        row = self._database.row("SELECT coalesce(max(business_date), '') FROM shop_days WHERE is_opening = 0")
        assert row is not None, "an aggregate has one row"
        return str(row[0])

    @property
    def next_z_number(self) -> int:
        row = self._database.row("SELECT coalesce(max(z_number), 0) FROM shop_days")
        assert row is not None, "an aggregate has one row"
        return int(row[0]) + 1

    def figures_now(self, *, until: int) -> Figures:
        """What the day adds up to so far."""
        return self._reader.between(self.closed_until, until)

    def day_around(self, entry: int) -> tuple[int, Opening | None]:
        """The closing before an entry (0 for none), and the opening of the entry's day, if it came before it."""
        row = self._database.row(
            "SELECT coalesce(max(entry), 0) FROM shop_days WHERE is_opening = 0 AND entry < ?", entry
        )
        after = 0 if row is None else int(row[0])
        return after, self._opening_between(after, entry)

    def figures_up_to(self, after: int, until: int) -> Figures:
        """What the stretch adds up to; the day that is not closed yet from what was added up before."""
        return self.figures_now(until=until) if after == self.closed_until else self.figures_between(after, until)

    def _closing(self, row: Row) -> Closing:
        entry, time_s, raw, after, _ = row
        signed = parse_entry(raw)
        body = parse_body(signed.kind, signed.body)
        assert isinstance(body, DayClosed), "a closing's row comes from a day.closed entry"
        opened = self._opening_between(after, entry)
        return Closing(
            entry=entry,
            after=after,
            time_s=time_s,
            business_date=body.business_date,
            z_number=body.z_number,
            opened_s=None if opened is None else opened.time_s,
            float_won=0 if opened is None else opened.float_won,
            figures=Figures.from_bytes(body.figures),
            counted_won=body.counted_won,
            counted=body.counted or (),
            unsent=body.unsent,
            clerk=body.clerk or "",
        )

    def _opening_between(self, after: int, until: int) -> Opening | None:
        row = self._database.row(f"{_LAST} AND entry > ? AND entry <= ? ORDER BY entry LIMIT 1", 1, after, until)
        return None if row is None else _opening(row)

    def figures_between(self, after: int, until: int) -> Figures:
        """What any stretch adds up to, computed from its entries."""
        return FigureReader(self._database).between(after, until)

    def closing(self, z_number: int) -> Closing | None:
        row = self._database.row(f"{_CLOSING} AND d.z_number = ? ORDER BY d.entry DESC LIMIT 1", z_number)
        return None if row is None else self._closing(row)

    def closings(self, *, from_date: str, until_date: str) -> tuple[Closing, ...]:
        """Closings of the business days `from_date` to `until_date`, both included, oldest first."""
        rows = self._database.rows(
            f"{_CLOSING} AND d.business_date BETWEEN ? AND ? ORDER BY d.entry LIMIT ?",
            from_date,
            until_date,
            CLOSINGS_MAX,
        )
        return tuple(map(self._closing, rows))


def _opening(row: Row) -> Opening:
    return Opening(entry=row[0], business_date=row[1], float_won=row[2], time_s=row[4])
