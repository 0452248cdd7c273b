"""What stretches of the journal add up to: each entry's own figures, and their sum.

Rules:

- an entry's figures follow from its body alone, and from the sale or tender that it names, which is in the journal
  before it: the same journal always gives the same figures, whoever asks and whenever;
- an entry that an earlier one excludes (a contradiction) counts nothing;
- sums are carried on from entry to entry, so that a report is there at once at the end of a long day.
"""

from collections.abc import Iterator
from typing import Final

from pos.errors import MalformedError
from pos.journal.database import Database
from pos.journal.objects import PaidOnline, Spent, read_spent
from pos.till.report.figures import Figure, Figures, Group
from pos.voucher.bodies import (
    CashDirection,
    CashMoved,
    CashReceiptCancelRequested,
    CashReceiptRequested,
    ChangeRuling,
    DrawerOpened,
    EntryBody,
    IdentifierKind,
    NoteTaken,
    PaymentApproved,
    ReceiptReprinted,
    RefundKind,
    RefundRequested,
    RemoteAccepted,
    SaleCancelled,
    TaxSplit,
    TenderKind,
    TenderRecorded,
    TrainingEnded,
    UnknownBody,
    WrongPin,
    parse_body,
)
from pos.voucher.entry import parse_entry

VOUCHER_FORM: Final = "voucher"
CONFIRMATION_FORM: Final = "confirmation"
NOTE_FORM: Final = "note"
ENTRIES_AT_ONCE: Final = 500
_STRETCH: Final = (
    "SELECT e.sequence, e.raw FROM entries e WHERE e.sequence > ?1 AND e.sequence <= ?2"
    " AND NOT EXISTS (SELECT 1 FROM contradictions c WHERE c.entry = e.sequence) ORDER BY e.sequence LIMIT ?3"
)


class FigureReader:
    """Adds up entries of one journal."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._after = self._until = 0
        self._sum = Figures()

    def between(self, after: int, until: int) -> Figures:
        """The figures of the entries behind `after`, up to `until`."""
        if after != self._after or until < self._until:
            self._after, self._until, self._sum = after, after, Figures()
        while self._until < until:
            self._carry_on(until)
        return self._sum

    def _carry_on(self, until: int) -> None:
        rows = self._database.rows(_STRETCH, self._until, until, ENTRIES_AT_ONCE)
        parts = [part for _, raw in rows for part in self._of(raw)]
        self._sum = self._sum.plus(Figures.of(parts))
        self._until = rows[-1][0] if len(rows) == ENTRIES_AT_ONCE else until

    def _of(self, raw: bytes) -> tuple[Figure, ...]:
        entry = parse_entry(raw)
        try:
            return tuple(self._figures(parse_body(entry.kind, entry.body)))
        except MalformedError:
            return ()

    def _figures(self, body: EntryBody | UnknownBody) -> Iterator[Figure]:
        match body:
            case PaymentApproved():
                yield from _voucher(read_spent(body.object_bytes), body.amount_won)
                yield from _change(body)
                yield from self._completed(body)
            case NoteTaken():
                yield from _notes(body)
                yield from _change(body)
                yield from self._completed(body)
            case RemoteAccepted():
                yield _one(Group.TENDER, body.amount_won, CONFIRMATION_FORM, body.issuer, body.program)
                yield from self._completed(body)
            case TenderRecorded():
                method = "" if body.method is None else body.method.value
                yield _one(Group.TENDER, body.amount_won, body.tender.value, "", method)
                yield from self._completed(body)
            case SaleCancelled():
                paid_won = self._paid_won(body.sale_id)
                yield _one(Group.CANCELLED, paid_won)
                yield _one(Group.CLERK_CANCELS, paid_won, body.clerk or "")
            case RefundRequested():
                yield from self._refund(body)
            case _:
                yield from _around(body)

    def _completed(self, body: PaymentApproved | TenderRecorded | NoteTaken | RemoteAccepted) -> Iterator[Figure]:
        """The tax split stands with the tender that completes its sale."""
        if body.tax is not None and body.total_won is not None:
            yield from _sale(body.total_won, body.tax, body.clerk)
            yield self._items(body.sale_id)

    def _refund(self, body: RefundRequested) -> Iterator[Figure]:
        yield _one(Group.REFUND, body.amount_won, self._form_of(body.tender_sequence))
        if body.tax is not None and body.total_won is not None:
            yield from _split(
                body.tax, Group.REFUND_TAXABLE, Group.REFUND_VAT, Group.REFUND_EXEMPT, Group.REFUND_SERVICE
            )
            yield _one(Group.CLERK_REFUNDS, body.total_won, body.clerk or "")
            if body.kind is RefundKind.VOID:
                yield _one(Group.VOIDED, body.total_won)
                yield self._items(body.sale_id, sign=-1)

    def _items(self, sale_id: bytes, *, sign: int = 1) -> Figure:
        """What was rung up in this sale; nothing where only its amount was typed."""
        row = self._database.row(
            "SELECT coalesce(sum(quantity), 0), coalesce(sum(quantity * unit_price_won), 0) FROM items"
            " WHERE sale_id = ?",
            sale_id,
        )
        assert row is not None, "an aggregate has one row"
        pieces, won = row
        return Figure(group=Group.ITEMS, labels=(), count=sign * pieces, won=sign * won)

    def _paid_won(self, sale_id: bytes) -> int:
        row = self._database.row("SELECT paid_won FROM sales WHERE sale_id = ?", sale_id)
        return 0 if row is None else int(row[0])

    def _form_of(self, tender: int) -> str:
        row = self._database.row(
            "SELECT kind FROM tenders WHERE entry = ?1 UNION ALL SELECT ?2 FROM note_tenders WHERE entry = ?1",
            tender,
            NOTE_FORM,
        )
        return VOUCHER_FORM if row is None else str(row[0])


def _voucher(spent: Spent, amount_won: int) -> Iterator[Figure]:
    if isinstance(spent, PaidOnline):
        yield _one(Group.TENDER, amount_won, CONFIRMATION_FORM, spent.ledger, spent.program)
    elif spent.serial is not None:
        yield _one(Group.TENDER, amount_won, NOTE_FORM, spent.identity.issuer, spent.program)
        yield _one(Group.NOTE, amount_won, spent.identity.issuer, spent.program, str(spent.value_won))
    else:
        yield _one(Group.TENDER, amount_won, VOUCHER_FORM, spent.identity.issuer, spent.program)


def _notes(body: NoteTaken) -> Iterator[Figure]:
    labels = (body.issuer, body.program)
    value = str(body.denomination_won)
    yield Figure(group=Group.TENDER, labels=(NOTE_FORM, *labels), count=body.count, won=body.amount_won)
    yield Figure(group=Group.NOTE, labels=(*labels, value), count=body.count, won=body.amount_won)
    without = body.count - len(body.serials or ())
    if without:
        won = without * body.denomination_won
        yield Figure(group=Group.CLERK_NO_SERIAL, labels=(body.clerk or "",), count=without, won=won)


def _change(body: PaymentApproved | NoteTaken) -> Iterator[Figure]:
    """Cash given back on notes."""
    if body.change_won:
        yield _one(Group.CHANGE, body.change_won)
    if body.change_won and body.ruling is ChangeRuling.BELOW_RATIO:
        yield _one(Group.CLERK_BELOW_RATIO, body.change_won, body.clerk or "")


def _sale(total_won: int, tax: TaxSplit, clerk: str | None) -> Iterator[Figure]:
    yield _one(Group.SALES, total_won)
    yield _one(Group.CLERK_SALES, total_won, clerk or "")
    yield from _split(tax, Group.TAXABLE, Group.VAT, Group.EXEMPT, Group.SERVICE)


def _split(tax: TaxSplit, taxable: Group, vat: Group, exempt: Group, service: Group) -> Iterator[Figure]:
    parts = ((taxable, tax.taxable_won), (vat, tax.vat_won), (exempt, tax.exempt_won), (service, tax.service_won))
    return (_one(group, won) for group, won in parts if won)


def _around(body: EntryBody | UnknownBody) -> Iterator[Figure]:
    """What is no sale."""
    match body:
        case CashMoved():
            yield _one(Group.CASH_IN if body.direction is CashDirection.IN else Group.CASH_OUT, body.amount_won)
        case DrawerOpened():
            yield _one(Group.CLERK_DRAWER, 0, body.clerk or "")
        case ReceiptReprinted():
            yield _one(Group.CLERK_REPRINTS, 0, body.clerk or "")
        case WrongPin():
            yield _one(Group.CLERK_WRONG_PINS, 0, str(body.person))
        case TrainingEnded():
            yield Figure(group=Group.CLERK_TRAINING, labels=(body.clerk or "",), count=body.sales, won=0)
        case CashReceiptRequested():
            yield _one(Group.CASH_RECEIPT, body.amount_won, body.purpose.value)
            if body.identifier_kind is IdentifierKind.SELF:
                yield _one(Group.CASH_RECEIPT_SELF, body.amount_won, body.purpose.value)
        case CashReceiptCancelRequested():
            yield _one(Group.CASH_RECEIPT_CANCELLED, body.amount_won)
        case _:
            return


def _one(group: Group, won: int, *labels: str) -> Figure:
    return Figure(group=group, labels=labels, count=1, won=won)


assert {kind.value for kind in TenderKind}.isdisjoint({VOUCHER_FORM, CONFIRMATION_FORM, NOTE_FORM}), (
    "forms are told apart by name"
)
