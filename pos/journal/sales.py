"""Sales with their tenders, and the receipts that stand for them."""

from typing import Final

from pos.journal.database import Database, Row, SqlValue
from pos.journal.numbers import receipt_number, receipt_ordinal
from pos.journal.payments import ACKNOWLEDGED
from pos.journal.records import (
    Delivery,
    PrintState,
    SaleRecord,
    SaleState,
    StoredEntry,
    SuspendedSale,
    TenderForm,
    TenderRecord,
)
from pos.journal.sale_rows import tax_in
from pos.voucher.bodies import SoldItem, TaxClass, TenderMethod

SALES_MAX: Final = 500
"""Sales in one answer; a page on a screen holds twenty."""
ENTRIES_OF_SALE_MAX: Final = 1_000
_DELIVERED: Final = (TenderForm.VOUCHER, TenderForm.CONFIRMATION, TenderForm.SCANNED_NOTE)
"""What the ledger has something to say about."""
_ITEMS: Final = "SELECT name, unit_price_won, quantity, tax, code FROM items WHERE sale_id = ? ORDER BY line"
_SUSPENDED: Final = (
    "SELECT p.sale_id, p.hold_number, p.time_s, p.total_won, coalesce(s.paid_won, 0) FROM suspended p"
    " LEFT JOIN sales s ON s.sale_id = p.sale_id ORDER BY p.time_s, p.hold_number"
)

_SALE: Final = (
    "SELECT s.sale, s.sale_id, s.state, s.business_date, s.opened_s, s.ended_s, s.total_won, s.paid_won,"
    " s.taxable_won, s.vat_won, s.exempt_won, s.service_won, s.receipt_number, s.last_entry, j.job, j.outcome,"
    " p.state"
    " FROM sales s LEFT JOIN receipts r ON r.ordinal = CAST(s.receipt_number AS INTEGER)"
    " LEFT JOIN print_jobs j ON j.job = r.job LEFT JOIN paper p ON p.job = j.job"
)
# Ranges are given as numbers: SQLite narrows the tables behind a view by a constant, but not by a joined row.
_TENDERS: Final = (
    f"SELECT t.entry, e.time_s, t.form, t.amount_won, t.program, t.method, o.status, t.entry <= {ACKNOWLEDGED}"
    " FROM (SELECT * FROM sale_tenders WHERE entry BETWEEN ?1 AND ?2 AND sale = ?1) t"
    " JOIN entries e ON e.sequence = t.entry LEFT JOIN outcomes o ON o.entry = t.entry ORDER BY t.entry"
)
_SEARCH: Final = (
    "WHERE (?1 IS NULL OR s.sale IN ("
    "SELECT sale FROM sales WHERE total_won = ?1 UNION SELECT sale FROM sale_tenders WHERE amount_won = ?1))"
    " AND (?2 IS NULL OR s.opened_s >= ?2) AND (?3 IS NULL OR s.opened_s < ?3)"
    " AND (?4 IS NULL OR s.business_date = ?4) ORDER BY s.sale DESC LIMIT ?5"
)
_RECEIPT: Final = (
    "SELECT r.entry, r.job, s.sale, s.last_entry, s.ending_entry FROM receipts r"
    " LEFT JOIN sales s ON s.sale = r.sale WHERE r.ordinal = ?"
)
_RECEIPT_ENTRIES: Final = (
    "WITH jobs AS (SELECT job, outcome_entry FROM print_jobs WHERE job = ?2 UNION ALL"
    " SELECT job, outcome_entry FROM print_jobs WHERE receipt_number = ?6 AND copy_number > 1)"
    " SELECT sequence, hash, raw FROM entries WHERE sequence IN (SELECT ?1 UNION SELECT ?5"
    " UNION SELECT entry FROM sale_tenders WHERE entry BETWEEN ?3 AND ?4 AND sale = ?3"
    " UNION SELECT job FROM jobs UNION SELECT outcome_entry FROM jobs) ORDER BY sequence LIMIT ?7"
)


class Sales:
    """Questions about sales and receipts."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def tenders_by(self, method: str, *, after: int, until: int) -> tuple[int, ...]:
        """The entries of a stretch by which other money of this method was taken."""
        rows = self._database.rows(
            "SELECT entry FROM tenders WHERE entry > ? AND entry <= ? AND method = ? ORDER BY entry",
            after,
            until,
            method,
        )
        return tuple(row[0] for row in rows)

    def next_receipt_number(self) -> str:
        """The number that the next receipt must carry; it is taken by the entry that first names it."""
        row = self._database.row("SELECT coalesce(max(ordinal), 0) FROM receipts")
        assert row is not None, "an aggregate has one row"
        return receipt_number(row[0] + 1)

    def receipt_numbers(self, *, after: int, until: int) -> tuple[str, str] | None:
        """The first and the last number that was taken in a stretch of the journal; None where none was."""
        row = self._database.row(
            "SELECT min(ordinal), max(ordinal) FROM receipts WHERE entry > ? AND entry <= ?", after, until
        )
        return None if row is None or row[0] is None else (receipt_number(row[0]), receipt_number(row[1]))

    def sale(self, sale_id: bytes) -> SaleRecord | None:
        """The sale of this id."""
        return self._one("WHERE s.sale_id = ?", sale_id)

    def sale_of_receipt(self, number: str) -> SaleRecord | None:
        """The sale that this receipt number stands for."""
        return self._one("WHERE s.sale = (SELECT sale FROM receipts WHERE ordinal = ?)", receipt_ordinal(number))

    def last_sale(self) -> SaleRecord | None:
        """The sale of the newest business day that ended last."""
        return self._one("WHERE s.ending_entry IS NOT NULL ORDER BY s.business_date DESC, s.ending_entry DESC LIMIT 1")

    def open_sales(self) -> tuple[SaleRecord, ...]:
        """Sales with tenders that have neither ended nor been put aside, oldest first: after a cut, the question to the
        cashier."""
        return self._many(
            "WHERE s.state = 'open' AND NOT EXISTS (SELECT 1 FROM suspended p WHERE p.sale_id = s.sale_id)"
            " ORDER BY s.sale LIMIT ?",
            SALES_MAX,
        )

    def suspended(self) -> tuple[SuspendedSale, ...]:
        """Sales that were put aside, the longest waiting first."""
        return tuple(
            SuspendedSale(
                sale_id=sale_id,
                hold_number=hold_number,
                time_s=time_s,
                total_won=total_won,
                paid_won=paid_won,
                items=self._items(sale_id),
            )
            for sale_id, hold_number, time_s, total_won, paid_won in self._database.rows(_SUSPENDED)
        )

    def search(
        self,
        *,
        amount_won: int | None = None,
        from_s: int | None = None,
        until_s: int | None = None,
        business_date: str | None = None,
        sales_max: int = 20,
    ) -> tuple[SaleRecord, ...]:
        """Sales, the newest first. `amount_won` is the sale's total or any of its tenders; `from_s ≤ opened < until_s`.

        By number, ask `sale_of_receipt`; by code, `Payments.approved_payment` knows the sale.
        """
        return self._many(_SEARCH, amount_won, from_s, until_s, business_date, min(sales_max, SALES_MAX))

    def receipt_entries(self, number: str) -> tuple[StoredEntry, ...]:
        """Every entry that a receipt rests on, oldest first: the tenders and the end of its sale, or what it was a slip
        for; and what happened to its paper."""
        receipt = self._database.row(_RECEIPT, receipt_ordinal(number))
        if receipt is None:
            return ()
        rows = self._database.rows(_RECEIPT_ENTRIES, *receipt, number, ENTRIES_OF_SALE_MAX)
        return tuple(StoredEntry(sequence=sequence, hash=digest, raw=raw) for sequence, digest, raw in rows)

    def _one(self, clause: str, *parameters: SqlValue) -> SaleRecord | None:
        row = self._database.row(f"{_SALE} {clause}", *parameters)
        return None if row is None else self._record(row)

    def _many(self, clause: str, *parameters: SqlValue) -> tuple[SaleRecord, ...]:
        return tuple(map(self._record, self._database.rows(f"{_SALE} {clause}", *parameters)))

    def _record(self, row: Row) -> SaleRecord:
        sale, sale_id, state, business_date, opened_s, ended_s, total_won, paid_won = row[:8]
        last_entry, job, outcome, paper = row[13:]
        return SaleRecord(
            sale_id=sale_id,
            state=SaleState(state),
            business_date=business_date,
            opened_s=opened_s,
            ended_s=ended_s,
            total_won=total_won,
            paid_won=paid_won,
            tax=tax_in(row[8:12]),
            receipt_number=row[12],
            print_state=None if job is None else PrintState(outcome or paper or PrintState.HELD),
            tenders=tuple(map(_tender, self._database.rows(_TENDERS, sale, last_entry))),
            items=self._items(sale_id),
        )

    def _items(self, sale_id: bytes) -> tuple[SoldItem, ...]:
        return tuple(
            SoldItem(name=name, unit_price_won=price_won, quantity=quantity, tax=TaxClass(tax), code=code)
            for name, price_won, quantity, tax, code in self._database.rows(_ITEMS, sale_id)
        )


def _tender(row: Row) -> TenderRecord:
    entry, time_s, form, amount_won, program, method, status, is_acknowledged = row
    return TenderRecord(
        entry=entry,
        time_s=time_s,
        form=TenderForm(form),
        amount_won=amount_won,
        program=program,
        delivery=_delivery(status, bool(is_acknowledged)) if form in _DELIVERED else None,
        method=None if method is None else TenderMethod(method),
    )


def _delivery(status: str | None, is_acknowledged: bool) -> Delivery:
    if status is not None:
        return Delivery(status)
    return Delivery.PENDING if is_acknowledged else Delivery.WAITING
