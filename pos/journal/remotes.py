"""Which orders and payments from elsewhere were answered."""

from pos.journal.database import Database


class Remotes:
    """Questions about answers to what came from elsewhere."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def is_answered(self, subject: bytes) -> bool:
        """Whether the shop has said yes or no to this order or payment."""
        row = self._database.row(
            "SELECT 1 FROM remote_payments WHERE subject = ?1 OR payment_id = ?1"
            " UNION ALL SELECT 1 FROM remote_answers WHERE subject = ?1",
            subject,
        )
        return row is not None

    def subject_of(self, sale_id: bytes) -> bytes | None:
        """What a sale came from, if it came from elsewhere."""
        row = self._database.row(
            "SELECT r.subject FROM remote_payments r JOIN sales s ON s.sale = r.sale WHERE s.sale_id = ?", sale_id
        )
        return None if row is None else bytes(row[0])
