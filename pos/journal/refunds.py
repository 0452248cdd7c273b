"""What has gone back of sales."""

from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from typing import Final

from pos.journal.database import Database, Row
from pos.journal.numbers import receipt_number, receipt_ordinal
from pos.journal.payments import ACKNOWLEDGED
from pos.journal.records import RefundPartRecord, RefundRecord, TenderForm
from pos.journal.sale_rows import tax_in
from pos.voucher.bodies import RefundKind, TaxSplit

PARTS_MAX: Final = 1_000

_PARTS: Final = (
    "SELECT r.refund_id, s.sale_id, s.receipt_number, r.ordinal, r.kind, r.reason, r.business_date, r.time_s, r.clerk,"
    " r.total_won, r.taxable_won, r.vat_won, r.exempt_won, r.service_won,"
    f" r.entry, e.hash, r.tender, t.form, t.program, r.amount_won, r.entry <= {ACKNOWLEDGED}"
    " FROM refunds r JOIN sales s ON s.sale = r.sale JOIN entries e ON e.sequence = r.entry"
    " JOIN sale_tenders t ON t.entry = r.tender"
)
_DAY: Final = (
    "SELECT t.form, t.program, count(*), sum(r.amount_won) FROM refunds r JOIN sale_tenders t ON t.entry = r.tender"
    " WHERE r.business_date = ? GROUP BY t.form, t.program ORDER BY t.form, t.program"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundedTender:
    """What has gone back of one tender so far."""

    tender: int
    amount_won: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundTotal:
    """What went back on one business day in one form, and of one programme where it has one."""

    form: TenderForm
    program: str | None
    count: int
    value_won: int


class Refunds:
    """Questions about refunds."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of_sale(self, sale_id: bytes) -> tuple[RefundRecord, ...]:
        """Every refund of a sale, oldest first."""
        return self._records("WHERE s.sale_id = ? ORDER BY r.entry LIMIT ?", sale_id)

    def of_receipt(self, number: str) -> RefundRecord | None:
        """The refund that this receipt number stands for; None where the number is a sale's."""
        found = self._records("WHERE r.ordinal = ? ORDER BY r.entry LIMIT ?", receipt_ordinal(number))
        return found[0] if found else None

    def of_day(self, business_date: str) -> tuple[RefundRecord, ...]:
        """Every refund of a business day, oldest first."""
        return self._records("WHERE r.business_date = ? ORDER BY r.entry LIMIT ?", business_date)

    def refunded(self, sale_id: bytes) -> tuple[RefundedTender, ...]:
        """What has gone back of each tender of a sale that anything has gone back of."""
        rows = self._database.rows(
            "SELECT r.tender, sum(r.amount_won) FROM refunds r JOIN sales s ON s.sale = r.sale WHERE s.sale_id = ?"
            " GROUP BY r.tender ORDER BY r.tender",
            sale_id,
        )
        return tuple(RefundedTender(tender=tender, amount_won=won) for tender, won in rows)

    def day_totals(self, business_date: str) -> tuple[RefundTotal, ...]:
        """What went back on a business day, whatever day the sales were of."""
        return tuple(
            RefundTotal(form=TenderForm(form), program=program, count=count, value_won=won)
            for form, program, count, won in self._database.rows(_DAY, business_date)
        )

    def _records(self, where: str, key: bytes | str | int | None) -> tuple[RefundRecord, ...]:
        parts = tuple(map(_part, self._database.rows(f"{_PARTS} {where}", key, PARTS_MAX)))
        return tuple(_record(tuple(group)) for _, group in groupby(parts, key=attrgetter("refund_id")))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    refund_id: bytes
    sale_id: bytes
    sale_receipt: str
    receipt_number: str
    kind: RefundKind
    reason: str
    business_date: str
    time_s: int
    clerk: str | None
    total_won: int | None
    tax: TaxSplit | None
    record: RefundPartRecord


def _part(row: Row) -> _Part:
    refund_id, sale_id, sale_receipt, ordinal, kind, reason, business_date, time_s, clerk, total_won = row[:10]
    entry, digest, tender, form, program, amount_won, is_acknowledged = row[14:]
    return _Part(
        refund_id=refund_id,
        sale_id=sale_id,
        sale_receipt=sale_receipt or "",
        receipt_number=receipt_number(ordinal),
        kind=RefundKind(kind),
        reason=reason,
        business_date=business_date,
        time_s=time_s,
        clerk=clerk,
        total_won=total_won,
        tax=tax_in(row[10:14]),
        record=RefundPartRecord(
            entry=entry,
            entry_hash=digest,
            tender=tender,
            form=TenderForm(form),
            program=program,
            amount_won=amount_won,
            is_acknowledged=bool(is_acknowledged),
        ),
    )


def _record(parts: tuple[_Part, ...]) -> RefundRecord:
    first, last = parts[0], parts[-1]
    return RefundRecord(
        refund_id=first.refund_id,
        sale_id=first.sale_id,
        sale_receipt=first.sale_receipt,
        receipt_number=first.receipt_number,
        kind=first.kind,
        reason=first.reason,
        business_date=first.business_date,
        time_s=last.time_s,
        clerk=first.clerk,
        total_won=sum(part.record.amount_won for part in parts) if last.total_won is None else last.total_won,
        tax=last.tax,
        parts=tuple(part.record for part in parts),
    )
