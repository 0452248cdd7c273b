"""What is to be settled with a customer: found at start, and there until a person closes it.

- a payment that was approved, and whose verdict never stood on the screen and whose receipt never came to its end;
- a payment that was lost here and found again on the mirror or at the ledger;
- a receipt of which nobody knows whether it came out.

Closing is an entry (`attention.closed`) that names the entry the matter is about.
"""

from typing import Final

from pos.journal.database import Database, Transaction
from pos.journal.records import AttentionCause, AttentionItem

ITEMS_MAX: Final = 200
RECOVERED_MAX: Final = 50
"""Of recovered payments the newest may still concern somebody at the counter; the ledger settles the rest."""
_MARK: Final = "attention"

_APPROVED: Final = (
    "SELECT entry, amount_won, receipt_number, time_s FROM payments"
    " UNION ALL SELECT entry, amount_won, receipt_number, time_s FROM confirmations"
)
_UNSEEN: Final = (
    f"SELECT a.entry FROM ({_APPROVED}) a JOIN entries e ON e.sequence = a.entry WHERE a.entry > ?1"
    " AND NOT EXISTS (SELECT 1 FROM shown WHERE shown.entry = a.entry)"
    " AND NOT EXISTS (SELECT 1 FROM receipts r JOIN print_jobs j ON j.job = r.job"
    " WHERE r.ordinal = CAST(a.receipt_number AS INTEGER) AND j.outcome <> 'skipped')"
    " AND NOT EXISTS (SELECT 1 FROM closed_matters c WHERE c.hash = e.hash) ORDER BY a.entry DESC LIMIT ?2"
)
_ITEMS: Final = (
    "WITH matters AS (SELECT entry, cause FROM attention"
    " UNION ALL SELECT job, 'paper_unknown' FROM paper WHERE state = 'unknown')"
    " SELECT m.entry, e.hash, m.cause, e.time_s,"
    " coalesce(p.amount_won, c.amount_won, s.paid_won, 0), coalesce(p.receipt_number, c.receipt_number,"
    " j.receipt_number, '') FROM matters m JOIN entries e ON e.sequence = m.entry"
    " LEFT JOIN payments p ON p.entry = m.entry LEFT JOIN confirmations c ON c.entry = m.entry"
    " LEFT JOIN print_jobs j ON j.job = m.entry"
    " LEFT JOIN receipts r ON r.ordinal = CAST(j.receipt_number AS INTEGER) LEFT JOIN sales s ON s.sale = r.sale"
    " WHERE NOT EXISTS (SELECT 1 FROM closed_matters x WHERE x.hash = e.hash) ORDER BY m.entry LIMIT ?"
)


class Attention:
    """The list to settle with customers."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def is_closed(self, matter: bytes) -> bool:
        """Whether a person has closed the matter of this entry."""
        return self._database.row("SELECT 1 FROM closed_matters WHERE hash = ?", matter) is not None

    def items(self) -> tuple[AttentionItem, ...]:
        """Everything still open, oldest first."""
        return tuple(
            AttentionItem(
                entry=entry,
                entry_hash=digest,
                cause=AttentionCause(cause),
                time_s=time_s,
                amount_won=amount_won,
                receipt_number=number,
            )
            for entry, digest, cause, time_s, amount_won, number in self._database.rows(_ITEMS, ITEMS_MAX)
        )

    def mark_shown(self, entry: int) -> None:
        """Say, durably, that the verdict of this entry stood on the screen."""
        with self._database.transaction() as transaction:
            transaction.connection.execute("INSERT OR IGNORE INTO shown VALUES (?)", (entry,))


def look_back(database: Database, *, head: int, at_s: int) -> None:
    """After a start: put on the list what was approved since the last start and never came to an end."""
    row = database.row("SELECT sequence FROM marks WHERE name = ?", _MARK)
    looked_until = 0 if row is None else int(row[0])
    if looked_until == head:
        return
    with database.transaction() as transaction:
        _add(transaction, AttentionCause.NOT_SHOWN, after=looked_until, items_max=ITEMS_MAX, at_s=at_s)
        transaction.connection.execute("INSERT OR REPLACE INTO marks VALUES (?, ?, x'')", (_MARK, head))
        transaction.connection.execute("DELETE FROM shown WHERE entry <= ?", (head,))


def note_recovered(database: Database, *, after: int, at_s: int) -> None:
    """After an adoption: put the newest payments behind `after` on the list, and take the rest as settled long ago."""
    with database.transaction() as transaction:
        _add(transaction, AttentionCause.RECOVERED, after=after, items_max=RECOVERED_MAX, at_s=at_s)
        transaction.connection.execute(
            f"INSERT OR IGNORE INTO shown SELECT entry FROM ({_APPROVED}) WHERE entry > ?", (after,)
        )


def _add(transaction: Transaction, cause: AttentionCause, *, after: int, items_max: int, at_s: int) -> None:
    transaction.connection.execute(
        f"INSERT OR IGNORE INTO attention SELECT entry, ?3, ?4 FROM ({_UNSEEN})",
        (after, items_max, cause.value, at_s),
    )
