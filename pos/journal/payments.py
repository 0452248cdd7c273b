"""What has been spent here: asked before every decision, so each answer costs a few index look-ups at most."""

from typing import Final

from pos.errors import MalformedError
from pos.journal.database import Database
from pos.journal.records import ApprovedPayment, Exposure, PresentedPayment
from pos.voucher.bodies import PaymentApproved, PaymentDeclined, PaymentReferred, parse_body
from pos.voucher.entry import parse_entry
from pos.voucher.spend_line import LinePoint, contradict
from pos.voucher.verified import PaymentIdentity, VoucherIdentity

ACKNOWLEDGED: Final = "coalesce((SELECT sequence FROM acknowledgements ORDER BY id DESC LIMIT 1), 0)"
"""SQL: the newest entry that the ledger said it holds."""
PRESENTED_MAX: Final = 100
"""Presentations of one sequence that are looked at: evidence needs two."""


class Payments:
    """Questions about payments."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def approved_payment(self, identity: PaymentIdentity) -> ApprovedPayment | None:
        """The payment that was approved under this identity; the evidence tells whether it is the very same one."""
        row = self._database.row(
            "SELECT p.entry, e.hash, p.time_s, p.receipt_number, s.sale_id, p.sequence, p.spent_before_won,"
            " p.amount_won, p.program, e.raw FROM payments p JOIN entries e ON e.sequence = p.entry"
            " JOIN sales s ON s.sale = p.sale WHERE p.issuer = ? AND p.voucher_id = ? AND p.sequence = ?",
            identity.issuer,
            identity.voucher_id,
            identity.sequence,
        )
        if row is None:
            return None
        evidence = object_in(row[9])
        assert evidence is not None, "an approved entry carries its evidence"
        return ApprovedPayment(
            entry=row[0],
            entry_hash=row[1],
            time_s=row[2],
            receipt_number=row[3],
            sale_id=row[4],
            sequence=row[5],
            spent_before_won=row[6],
            amount_won=row[7],
            program=row[8],
            object_bytes=evidence,
        )

    def is_approved(self, identity: PaymentIdentity) -> bool:
        """Whether a payment was approved here under this identity."""
        row = self._database.row(
            "SELECT 1 FROM payments WHERE issuer = ? AND voucher_id = ? AND sequence = ?",
            identity.issuer,
            identity.voucher_id,
            identity.sequence,
        )
        return row is not None

    def contradicts(self, voucher: VoucherIdentity, point: LinePoint) -> bool:
        """Whether a payment approved elsewhere cannot stand beside those of the same voucher that were approved here;
        the very same one cannot: it was approved twice."""
        neighbours = self._database.rows(
            "SELECT * FROM (SELECT sequence, spent_before_won, amount_won FROM payments"
            " WHERE issuer = ?1 AND voucher_id = ?2 AND sequence <= ?3 ORDER BY sequence DESC LIMIT 1)"
            " UNION ALL "
            "SELECT * FROM (SELECT sequence, spent_before_won, amount_won FROM payments"
            " WHERE issuer = ?1 AND voucher_id = ?2 AND sequence > ?3 ORDER BY sequence LIMIT 1)",
            voucher.issuer,
            voucher.voucher_id,
            point.sequence,
        )
        return any(
            contradict(LinePoint(sequence=sequence, spent_before_won=before, amount_won=won), point)
            for sequence, before, won in neighbours
        )

    def payments_of_sequence(self, identity: PaymentIdentity) -> tuple[PresentedPayment, ...]:
        """Every authentic payment presented under this identity, oldest first: the approved one, and what was refused
        beside it. Two different ones prove double signing; only approved ones prove double spending."""
        rows = self._database.rows(
            "SELECT entry, hash, time_s, reason, raw FROM ("
            "SELECT entry, NULL AS reason FROM payments WHERE issuer = ?1 AND voucher_id = ?2 AND sequence = ?3"
            " UNION ALL "
            "SELECT entry, reason FROM refusals WHERE issuer = ?1 AND voucher_id = ?2 AND sequence = ?3"
            ") JOIN entries ON entries.sequence = entry ORDER BY entry LIMIT ?4",
            identity.issuer,
            identity.voucher_id,
            identity.sequence,
            PRESENTED_MAX,
        )
        return tuple(
            PresentedPayment(
                entry=entry,
                entry_hash=digest,
                time_s=time_s,
                is_approved=reason is None,
                reason=reason,
                object_bytes=evidence,
            )
            for entry, digest, time_s, reason, raw in rows
            if (evidence := object_in(raw)) is not None
        )

    def is_confirmed(self, *, ledger: str, payment_id: bytes) -> bool:
        """Whether this paid confirmation has been taken already."""
        return (
            self._database.row("SELECT 1 FROM confirmations WHERE ledger = ? AND payment_id = ?", ledger, payment_id)
            is not None
        )

    def highest_point(self, voucher: VoucherIdentity) -> LinePoint | None:
        """The approved payment of the highest sequence of a voucher, here or at a sibling till that told of it; None
        where none was approved."""
        row = self._database.row(
            "SELECT * FROM ("
            "SELECT * FROM (SELECT sequence, spent_before_won, amount_won FROM payments"
            " WHERE issuer = ?1 AND voucher_id = ?2 ORDER BY sequence DESC LIMIT 1)"
            " UNION ALL "
            "SELECT sequence, spent_before_won, amount_won FROM sibling_spends WHERE issuer = ?1 AND voucher_id = ?2"
            ") ORDER BY sequence DESC, spent_before_won + amount_won DESC LIMIT 1",
            voucher.issuer,
            voucher.voucher_id,
        )
        return None if row is None else LinePoint(sequence=row[0], spent_before_won=row[1], amount_won=row[2])

    def voucher_spent_since_contact(self, voucher: VoucherIdentity) -> int:
        """Won approved from this voucher in entries that the ledger has not acknowledged."""
        row = self._database.row(
            "SELECT coalesce(sum(amount_won), 0) FROM payments WHERE issuer = ? AND voucher_id = ?"
            f" AND entry > {ACKNOWLEDGED}",
            voucher.issuer,
            voucher.voucher_id,
        )
        return 0 if row is None else int(row[0])

    def exposure(self) -> Exposure:
        """Approved voucher payments above the acknowledged entry. Paid confirmations risk nothing and do not count."""
        oldest = self._database.row(
            "SELECT time_s, total_count, total_won, amount_won FROM payments"
            f" WHERE entry > {ACKNOWLEDGED} ORDER BY entry LIMIT 1"
        )
        if oldest is None:
            return Exposure(count=0, value_won=0, oldest_s=None)
        newest = self._database.row("SELECT total_count, total_won FROM payments ORDER BY entry DESC LIMIT 1")
        assert newest is not None, "there is an oldest one"
        time_s, count, won, amount_won = oldest
        return Exposure(count=newest[0] - count + 1, value_won=newest[1] - won + amount_won, oldest_s=time_s)


def object_in(raw: bytes) -> bytes | None:
    """The evidence inside an entry of the chain, if it carries any."""
    entry = parse_entry(raw)
    try:
        body = parse_body(entry.kind, entry.body)
    except MalformedError:
        return None
    return body.object_bytes if isinstance(body, PaymentApproved | PaymentDeclined | PaymentReferred) else None
