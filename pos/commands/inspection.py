"""The export for an inspection (LLV Act section 17): every payment and every refund, one row each, for people and
programs. `pos journal export --form schema` writes what a row is as JSON Schema.

Columns, the same in CSV (UTF-8 with a byte order mark, so that spreadsheets read Hangul) and JSON (an object a line):

    entry           sequence of the journal entry that the row comes from
    hash            SHA-256 of that entry, lower-case hex
    time            when, in Korea (KST): 2026-11-22T14:03:05+09:00
    business_date   the shop's day, YYYY-MM-DD
    terminal, merchant
    kind            of the entry: payment.approved, tender.recorded, note.taken, refund.requested, remote.accepted, …
    receipt         receipt number
    sale            sale id, hex: rows of one sale share it
    form            voucher, confirmation, note, cash, other; empty for what was given up
    issuer, program
    amount_won      of this row; negative where money went back
    total_won, taxable_won, vat_won, exempt_won, service_won   of the whole sale, with the row that completes it
    change_won      cash given back on notes
    clerk           number of who did it

Nothing is left out and nothing is corrected: rows are computed from signed entries, and the hash says which.
"""

import csv
import io
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta, timezone
from typing import Annotated, Final

import msgspec
from msgspec import Meta

from pos.journal.objects import PaidOnline, read_spent
from pos.voucher.bodies import (
    EntryBody,
    JournalOpened,
    NoteTaken,
    PaymentApproved,
    RefundRequested,
    RemoteAccepted,
    SaleCancelled,
    TaxSplit,
    TenderRecorded,
    UnknownBody,
    parse_body,
)
from pos.voucher.entry import SignedEntry, parse_entry

_KOREA: Final = timezone(timedelta(hours=9))
BYTE_ORDER_MARK: Final = "\ufeff"
_TIME: Final = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\+09:00$"


class InspectionRow(msgspec.Struct, frozen=True, kw_only=True):
    """One movement of money; the columns of the export, in their order."""

    entry: Annotated[int, Meta(ge=1, description="sequence of the journal entry that the row comes from")]
    hash: Annotated[str, Meta(pattern="^[0-9a-f]{64}$", description="SHA-256 of that entry")]
    time: Annotated[str, Meta(pattern=_TIME, description="when, in Korea (KST, UTC+9)")]
    business_date: Annotated[str, Meta(pattern="^[0-9]{4}-[0-9]{2}-[0-9]{2}$", description="the shop's day")]
    terminal: Annotated[str, Meta(description="id of the terminal")]
    merchant: Annotated[str, Meta(description="id of the merchant")]
    kind: Annotated[str, Meta(description="kind of the entry")]
    receipt: Annotated[str, Meta(description="receipt number")] = ""
    sale: Annotated[str, Meta(pattern="^([0-9a-f]{32})?$", description="rows of one sale share it")] = ""
    form: Annotated[str, Meta(description="voucher, confirmation, note, cash or other")] = ""
    issuer: Annotated[str, Meta(description="administrative code of the issuer, or id of the ledger")] = ""
    program: Annotated[str, Meta(description="voucher programme of the issuer")] = ""
    amount_won: Annotated[int, Meta(description="of this row; negative where money went back")] = 0
    total_won: Annotated[int, Meta(ge=0, description="of the whole sale, with the row that completes it")] | None = None
    taxable_won: Annotated[int, Meta(ge=0, description="supply value without the tax")] | None = None
    vat_won: Annotated[int, Meta(ge=0, description="value added tax")] | None = None
    exempt_won: Annotated[int, Meta(ge=0, description="exempt supply")] | None = None
    service_won: Annotated[int, Meta(ge=0, description="service charge")] | None = None
    change_won: Annotated[int, Meta(ge=0, description="cash given back on notes")] = 0
    clerk: Annotated[str, Meta(description="number of who did it")] = ""


def inspection_rows(raws: Iterable[bytes]) -> Iterator[InspectionRow]:
    """The rows of a whole journal, oldest first. Raises MalformedError for an entry that cannot be read."""
    terminal = merchant = ""
    for raw in raws:
        entry = parse_entry(raw)
        body = parse_body(entry.kind, entry.body)
        if isinstance(body, JournalOpened):
            terminal, merchant = body.terminal, body.merchant
        row = _row(entry, body, terminal, merchant)
        if row is not None:
            yield row


def csv_text(rows: Iterable[InspectionRow]) -> Iterator[str]:
    """The rows as CSV, a line at a time, the names of the columns first."""
    names = InspectionRow.__struct_fields__
    yield BYTE_ORDER_MARK + _line(names)
    for row in rows:
        yield _line("" if value is None else value for value in msgspec.structs.astuple(row))


def json_text(rows: Iterable[InspectionRow]) -> Iterator[str]:
    """The rows as JSON, an object a line."""
    for row in rows:
        yield msgspec.json.encode(row).decode() + "\n"


def schema_text() -> str:
    """What a line of the JSON is, as JSON Schema; the columns of the CSV have the same names and values."""
    schema = msgspec.json.encode(msgspec.json.schema(InspectionRow), order="sorted")
    return msgspec.json.format(schema, indent=2).decode() + "\n"


def _line(values: Iterable[object]) -> str:
    out = io.StringIO()
    csv.writer(out).writerow(values)
    return out.getvalue()


def _row(entry: SignedEntry, body: EntryBody | UnknownBody, terminal: str, merchant: str) -> InspectionRow | None:
    if not isinstance(
        body, PaymentApproved | TenderRecorded | NoteTaken | RefundRequested | RemoteAccepted | SaleCancelled
    ):
        return None
    base = InspectionRow(
        entry=entry.sequence,
        hash=entry.hash.hex(),
        time=datetime.fromtimestamp(entry.time_s, UTC).astimezone(_KOREA).isoformat(),
        business_date=body.business_date,
        terminal=terminal,
        merchant=merchant,
        kind=entry.kind,
        sale=body.sale_id.hex(),
        clerk=body.clerk or "",
    )
    match body:
        case SaleCancelled():
            return base
        case RefundRequested():
            form = "voucher" if body.payment_entry is not None else ""
            return _with(base, body.receipt_number, form, -body.amount_won, body.total_won, body.tax)
        case TenderRecorded():
            return _with(base, body.receipt_number or "", body.tender.value, body.amount_won, body.total_won, body.tax)
        case NoteTaken():
            noted = _with(base, body.receipt_number, "note", body.amount_won, body.total_won, body.tax)
            return msgspec.structs.replace(
                noted, issuer=body.issuer, program=body.program, change_won=body.change_won or 0
            )
        case RemoteAccepted():
            paid = _with(base, body.receipt_number, "confirmation", body.amount_won, body.total_won, body.tax)
            return msgspec.structs.replace(paid, issuer=body.issuer, program=body.program)
        case PaymentApproved():
            return _payment(base, body)


def _payment(base: InspectionRow, body: PaymentApproved) -> InspectionRow:
    spent = read_spent(body.object_bytes)
    if isinstance(spent, PaidOnline):
        form, issuer = "confirmation", spent.ledger
    else:
        form, issuer = ("note" if spent.serial is not None else "voucher"), spent.identity.issuer
    row = _with(base, body.receipt_number, form, body.amount_won, body.total_won, body.tax)
    return msgspec.structs.replace(row, issuer=issuer, program=spent.program, change_won=body.change_won or 0)


def _with(
    base: InspectionRow, receipt: str, form: str, amount_won: int, total_won: int | None, tax: TaxSplit | None
) -> InspectionRow:
    row = msgspec.structs.replace(base, receipt=receipt, form=form, amount_won=amount_won)
    if tax is None:
        return row
    return msgspec.structs.replace(
        row,
        total_won=total_won,
        taxable_won=tax.taxable_won,
        vat_won=tax.vat_won,
        exempt_won=tax.exempt_won,
        service_won=tax.service_won,
    )
