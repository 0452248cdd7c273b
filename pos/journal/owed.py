"""What the shop still has to get, and what could be lost of it: approved payments by what became of them."""

from dataclasses import dataclass
from typing import Final

from pos.journal.database import Database
from pos.voucher.outcomes import OutcomeStatus

CONFLICTS_MAX: Final = 200
_UNDECIDED: Final = (
    "SELECT p.issuer, p.program, count(*), sum(p.amount_won) FROM payments p"
    " LEFT JOIN outcomes o ON o.entry = p.entry WHERE o.status IS NULL OR o.status = ?"
    " GROUP BY p.issuer, p.program ORDER BY p.issuer, p.program"
)
_CONFLICTS: Final = (
    "SELECT p.entry, p.time_s, p.receipt_number, p.amount_won, p.issuer, p.program FROM outcomes o"
    " JOIN payments p ON p.entry = o.entry WHERE o.status = ? ORDER BY p.entry DESC LIMIT ?"
)
_SINCE: Final = (
    "SELECT coalesce(sum(t.amount_won), 0) FROM sale_tenders t JOIN sales s ON s.sale = t.sale"
    " LEFT JOIN outcomes o ON o.entry = t.entry WHERE t.program IS NOT NULL AND s.business_date > ?"
    " AND coalesce(o.status, '') NOT IN ('conflict', 'refused', 'duplicate')"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Undecided:
    """Approved payments of one programme that the ledger has not decided."""

    issuer: str
    program: str
    count: int
    value_won: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """A payment of which the ledger knows another."""

    entry: int
    time_s: int
    receipt_number: str
    amount_won: int
    issuer: str
    program: str


class Owed:
    """Questions about money that has not arrived."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def undecided(self) -> tuple[Undecided, ...]:
        """What could still turn out to have been spent elsewhere too, by programme."""
        rows = self._database.rows(_UNDECIDED, OutcomeStatus.PENDING.value)
        return tuple(
            Undecided(issuer=issuer, program=program, count=count, value_won=value_won)
            for issuer, program, count, value_won in rows
        )

    def conflicts(self) -> tuple[Conflict, ...]:
        """Payments that stand against another one, the newest first."""
        rows = self._database.rows(_CONFLICTS, OutcomeStatus.CONFLICT.value, CONFLICTS_MAX)
        return tuple(
            Conflict(entry=entry, time_s=time_s, receipt_number=number, amount_won=won, issuer=issuer, program=program)
            for entry, time_s, number, won, issuer, program in rows
        )

    def conflict(self, entry: int) -> Conflict | None:
        return next((conflict for conflict in self.conflicts() if conflict.entry == entry), None)

    def voucher_won_after(self, business_date: str) -> int:
        """Vouchers taken on business days behind this one, less what the ledger does not pay."""
        row = self._database.row(_SINCE, business_date)
        assert row is not None, "an aggregate has one row"
        return int(row[0])
