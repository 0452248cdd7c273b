"""A sale's row while an entry is being applied: read once, changed in memory, written once."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from pos.journal.records import Place, SaleState
from pos.voucher.bodies import SaleItemised, SaleResumed, SaleSuspended, SoldItem, TaxSplit


@dataclass(slots=True, kw_only=True)
class SaleRow:
    """Everything about a sale but its tenders."""

    sale: int
    sale_id: bytes
    business_date: str
    opened_s: int
    state: SaleState = SaleState.OPEN
    ended_s: int | None = None
    ending_entry: int | None = None
    total_won: int | None = None
    paid_won: int = 0
    tax: TaxSplit | None = None
    receipt_number: str | None = None

    @property
    def is_paid(self) -> bool:
        return self.total_won is not None and self.paid_won >= self.total_won


def new_sale(sale_id: bytes, at: Place, business_date: str) -> SaleRow:
    """A sale that begins with the entry at this place."""
    return SaleRow(sale=at.sequence, sale_id=sale_id, business_date=business_date, opened_s=at.time_s)


def find_sale(connection: sqlite3.Connection, sale_id: bytes) -> SaleRow | None:
    """The row of a sale that began earlier."""
    row = connection.execute(
        "SELECT sale, business_date, opened_s, state, ended_s, ending_entry, total_won, paid_won,"
        " taxable_won, vat_won, exempt_won, service_won, receipt_number FROM sales WHERE sale_id = ?",
        (sale_id,),
    ).fetchone()
    if row is None:
        return None
    return SaleRow(
        sale=row[0],
        sale_id=sale_id,
        business_date=row[1],
        opened_s=row[2],
        state=SaleState(row[3]),
        ended_s=row[4],
        ending_entry=row[5],
        total_won=row[6],
        paid_won=row[7],
        tax=tax_in(row[8:12]),
        receipt_number=row[12],
    )


def store_sale(connection: sqlite3.Connection, at: Place, sale: SaleRow) -> None:
    """Write the row as it is after the entry at this place."""
    tax = sale.tax
    split = (None,) * 4 if tax is None else (tax.taxable_won, tax.vat_won, tax.exempt_won, tax.service_won)
    began = (sale.sale, sale.sale_id, sale.state.value, sale.business_date, sale.opened_s)
    stands = (at.sequence, sale.ended_s, sale.ending_entry, sale.total_won, sale.paid_won)
    connection.execute(
        "INSERT OR REPLACE INTO sales VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (*began, *stands, *split, sale.receipt_number),
    )


def follow_sale(connection: sqlite3.Connection, at: Place, body: SaleItemised | SaleSuspended | SaleResumed) -> None:
    """What is sold, and whether the sale waits."""
    match body:
        case SaleItemised():
            _keep_items(connection, body.sale_id, body.items)
        case SaleSuspended():
            _suspend(connection, at, body)
        case SaleResumed():
            resume(connection, body.sale_id)


def resume(connection: sqlite3.Connection, sale_id: bytes) -> None:
    """A sale that was put aside goes on, or has ended."""
    connection.execute("DELETE FROM suspended WHERE sale_id = ?", (sale_id,))


def _keep_items(connection: sqlite3.Connection, sale_id: bytes, items: Sequence[SoldItem]) -> None:
    """Write what is sold in this sale, in place of what was said before."""
    connection.execute("DELETE FROM items WHERE sale_id = ?", (sale_id,))
    connection.executemany(
        "INSERT INTO items VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            (sale_id, line, item.name, item.unit_price_won, item.quantity, item.tax.value, item.code)
            for line, item in enumerate(items, start=1)
        ),
    )


def _suspend(connection: sqlite3.Connection, at: Place, body: SaleSuspended) -> None:
    """Put a sale aside."""
    if body.items is not None:
        _keep_items(connection, body.sale_id, body.items)
    connection.execute(
        "INSERT OR REPLACE INTO suspended VALUES (?, ?, ?, ?)",
        (body.sale_id, body.hold_number, at.time_s, body.total_won),
    )


def tax_in(split: tuple[int | None, int | None, int | None, int | None]) -> TaxSplit | None:
    """The tax of a completed sale, from its four columns."""
    taxable_won, vat_won, exempt_won, service_won = split
    if taxable_won is None or vat_won is None or exempt_won is None or service_won is None:
        return None
    return TaxSplit(taxable_won=taxable_won, vat_won=vat_won, exempt_won=exempt_won, service_won=service_won)
