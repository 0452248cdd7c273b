"""What this terminal has seen of its ledger's public log: the newest head, and a proof for each settled sale.

Beside the chain, like acknowledgements: the ledger gives every proof again. A head is only ever replaced by one that
was proven to continue it; that is judged by whoever stores it.
"""

from dataclasses import dataclass

from pos.journal.database import Database
from pos.voucher.outcomes import OutcomeStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class Unproven:
    """A settled sale without a proof."""

    entry: int
    entry_hash: bytes
    told_s: int
    """When the ledger said that it is settled, by this terminal's clock."""


class Log:
    """The public log as far as it is known here."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def head(self) -> str | None:
        """The newest head that continues every one before it: a signed note; None before the first."""
        row = self._database.row("SELECT note FROM log_head")
        return None if row is None else str(row[0])

    def store_head(self, note: str, *, seen_s: int) -> None:
        """Replace the head, durably."""
        with self._database.transaction() as transaction:
            transaction.connection.execute("INSERT OR REPLACE INTO log_head VALUES (1, ?, ?)", (note, seen_s))

    def proof(self, entry: int) -> str | None:
        """The tlog-proof of a settled sale."""
        row = self._database.row("SELECT proof FROM proofs WHERE entry = ?", entry)
        return None if row is None else str(row[0])

    def store_proof(self, entry: int, proof: str) -> None:
        """Keep a proof, durably."""
        with self._database.transaction() as transaction:
            transaction.connection.execute("INSERT OR REPLACE INTO proofs VALUES (?, ?)", (entry, proof))

    def unproven(self, *, sales_max: int) -> tuple[Unproven, ...]:
        """The oldest settled sales without a proof."""
        rows = self._database.rows(
            "SELECT o.entry, e.hash, a.received_s FROM outcomes o JOIN entries e ON e.sequence = o.entry"
            " JOIN acknowledgements a ON a.id = o.acknowledgement"
            " WHERE o.status = ? AND NOT EXISTS (SELECT 1 FROM proofs p WHERE p.entry = o.entry)"
            " ORDER BY o.entry LIMIT ?",
            OutcomeStatus.SETTLED.value,
            sales_max,
        )
        return tuple(Unproven(entry=entry, entry_hash=digest, told_s=told_s) for entry, digest, told_s in rows)

    def count_proofs(self) -> int:
        """How many settled sales have their proof."""
        row = self._database.row("SELECT count(*) FROM proofs")
        assert row is not None, "an aggregate has one row"
        return int(row[0])
