"""A refund's row while its entry is being applied."""

import sqlite3

from pos.journal.numbers import receipt_ordinal
from pos.journal.records import Place
from pos.voucher.bodies import RefundRequested


def insert_refund(connection: sqlite3.Connection, at: Place, body: RefundRequested) -> int:
    """Add a part that goes back; returns the sale's row. Raises sqlite3.IntegrityError where there is no such tender
    in that sale, or less left of it."""
    row = connection.execute(
        "SELECT t.entry, t.sale, t.amount_won FROM sale_tenders t JOIN sales s ON s.sale = t.sale"
        " WHERE t.entry = ? AND s.sale_id = ?",
        (body.tender_sequence, body.sale_id),
    ).fetchone()
    if row is None:
        raise sqlite3.IntegrityError("a refund of a tender that is not in that sale")
    tender, sale, paid_won = row
    (refunded_won,) = connection.execute(
        "SELECT coalesce(sum(amount_won), 0) FROM refunds WHERE sale = ? AND tender = ?", (sale, tender)
    ).fetchone()
    tax = body.tax
    split = (None,) * 4 if tax is None else (tax.taxable_won, tax.vat_won, tax.exempt_won, tax.service_won)
    moved = (body.amount_won, paid_won - refunded_won - body.amount_won)
    paper = (receipt_ordinal(body.receipt_number), body.kind.value, body.reason)
    when = (body.business_date, at.time_s, body.clerk)
    connection.execute(
        "INSERT INTO refunds VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (at.sequence, body.refund_id, sale, tender, *moved, *paper, *when, body.total_won, *split),
    )
    return int(sale)
