"""What a business day adds up to, from the sales and tenders of that day."""

from typing import Final

from pos.journal.database import Database
from pos.journal.records import DayTotals, FormTotal, TenderForm

_SALES: Final = (
    "SELECT count(*), coalesce(sum(total_won), 0), coalesce(sum(taxable_won), 0), coalesce(sum(vat_won), 0),"
    " coalesce(sum(exempt_won), 0), coalesce(sum(service_won), 0) FROM sales"
    " WHERE business_date = ? AND state = 'completed'"
)
_FORMS: Final = (
    "SELECT t.form, t.program, count(*), sum(t.amount_won) FROM sales s JOIN sale_tenders t"
    " ON t.entry BETWEEN s.sale AND s.last_entry AND t.sale = s.sale"
    " WHERE s.business_date = ? GROUP BY t.form, t.program ORDER BY t.form, t.program"
)


def day_totals(database: Database, business_date: str) -> DayTotals:
    """Add up one business day; a sale belongs to the day on which it began."""
    row = database.row(_SALES, business_date)
    assert row is not None, "an aggregate has one row"
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
            for form, program, count, value_won in database.rows(_FORMS, business_date)
        ),
    )
