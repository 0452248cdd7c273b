"""What a business day adds up to, from the sales and tenders of that day."""

from typing import Final

from pos.journal.database import Database
from pos.journal.records import DayTotals, FormTotal, TenderForm

_SALES: Final = (
    "SELECT count(*), coalesce(sum(total_won), 0), coalesce(sum(taxable_won), 0), coalesce(sum(vat_won), 0),"
    " coalesce(sum(exempt_won), 0), coalesce(sum(service_won), 0) FROM sales"
    " WHERE business_date = ? AND state = 'completed'"
)
_RANGE: Final = "SELECT coalesce(min(sale), 0), coalesce(max(last_entry), 0) FROM sales WHERE business_date = ?"
_FORMS: Final = (
    "SELECT form, program, count(*), sum(amount_won) FROM sale_tenders WHERE entry BETWEEN ?1 AND ?2"
    " AND sale IN (SELECT sale FROM sales WHERE business_date = ?3) GROUP BY form, program ORDER BY form, program"
)


def day_totals(database: Database, business_date: str) -> DayTotals:
    """Add up one business day; a sale belongs to the day on which it began."""
    row, entries = database.row(_SALES, business_date), database.row(_RANGE, business_date)
    assert row is not None, "an aggregate has one row"
    assert entries is not None, "an aggregate has one row"
    sales, total_won, taxable_won, vat_won, exempt_won, service_won = row
    return DayTotals(
        business_date=business_date,
        sales=sales,
        total_won=total_won,
        taxable_won=taxable_won,
        vat_won=vat_won,
        exempt_won=exempt_won,
        service_won=service_won,
        tenders=tuple(
            FormTotal(form=TenderForm(form), program=program, count=count, value_won=value_won)
            for form, program, count, value_won in database.rows(_FORMS, *entries, business_date)
        ),
    )
