"""What the entries add up to: spent lines, sales, tenders, requests, receipt numbers, print jobs.

`apply` is the only code that writes these tables: live, when entries are adopted, and when everything is computed anew.
Rules:

- it knows nothing but entries, so the same chain always gives the same tables;
- the insert that a constraint may refuse comes first: an entry that contradicts an earlier one changes nothing at all;
- everything else bends: an entry once signed is part of the journal, whatever a later reader thinks of it. What must
  not be signed in the first place is refused in `guard`;
- a sale begins with its first tender, and ends when its tenders reach its total, or when an entry says so.
"""

import sqlite3

from pos.errors import MalformedError
from pos.journal.cash_receipt_rows import answer_cash_receipt, request_cash_receipt
from pos.journal.matter_rows import apply_matter
from pos.journal.note_rows import follow_notes, keep_scanned_note, note_change, return_notes, take_notes
from pos.journal.numbers import receipt_ordinal
from pos.journal.objects import PaidOnline, Spent, VoucherSpent, read_spent
from pos.journal.person_rows import apply_person
from pos.journal.records import Place, SaleState
from pos.journal.refund_rows import insert_refund
from pos.journal.sale_rows import SaleRow, find_sale, follow_sale, new_sale, resume, store_sale
from pos.journal.settings import follow_choice
from pos.voucher.bodies import (
    AlarmRaised,
    AttentionClosed,
    CashReceiptCancelRequested,
    CashReceiptConfirmed,
    CashReceiptIssued,
    CashReceiptRejected,
    CashReceiptRequested,
    DayClosed,
    DayOpened,
    DocumentAsked,
    EntryBody,
    InboxAcknowledged,
    NoteNumbered,
    NoteReported,
    NotesCredited,
    NotesSubmitted,
    NoteTaken,
    PaymentApproved,
    PaymentDeclined,
    PaymentReferred,
    PrinterChosen,
    PrintOutcome,
    ReceiptPrinted,
    ReceiptReprinted,
    RefundRequested,
    RemoteAccepted,
    RemoteAnswered,
    RequestClosed,
    RequestEnd,
    RequestOpened,
    SaleCancelled,
    SaleItemised,
    SaleResumed,
    SaleSuspended,
    SettingChosen,
    TaxSplit,
    TenderRecorded,
    UnknownBody,
    parse_body,
)
from pos.voucher.entry import Body

ORIGINAL_COPY = 1
_COPY = "SELECT max(job) FROM print_jobs WHERE receipt_number = ? AND copy_number = ? AND copy_number > 1"
_DOCUMENT = "SELECT max(job) FROM print_jobs WHERE receipt_number = ? AND copy_number = ?"


def apply(  # noqa: C901, PLR0912 - one case for each kind
    connection: sqlite3.Connection, at: Place, body: EntryBody | UnknownBody
) -> None:
    """Add one entry to the tables. Raises sqlite3.IntegrityError where it contradicts an earlier one, MalformedError
    where its evidence cannot be read; the tables are then as before."""
    match body:
        case PaymentApproved():
            _approved(connection, at, body)
        case PaymentDeclined() | PaymentReferred():
            _refused(connection, at, body)
        case RequestOpened():
            _request_opened(connection, at, body)
        case RequestClosed():
            _close_request(connection, at, body.nonce, body.reason)
        case TenderRecorded():
            _tender(connection, at, body)
        case NoteTaken():
            _notes_tender(connection, at, body)
        case NoteNumbered() | NoteReported() | NotesSubmitted() | NotesCredited():
            follow_notes(connection, at, body)
        case SaleItemised() | SaleSuspended() | SaleResumed():
            follow_sale(connection, at, body)
        case SaleCancelled():
            _sale_cancelled(connection, at, body)
        case ReceiptPrinted() | ReceiptReprinted():
            _paper(connection, at, body)
        case RefundRequested():
            _refunded(connection, at, body)
        case RemoteAccepted():
            _accepted(connection, at, body)
        case RemoteAnswered():
            connection.execute(
                "INSERT INTO remote_answers VALUES (?, ?, ?, ?)",
                (body.subject, at.sequence, body.answer.value, body.reason),
            )
        case CashReceiptRequested() | CashReceiptCancelRequested():
            request_cash_receipt(connection, at, body)
        case CashReceiptIssued() | CashReceiptConfirmed() | CashReceiptRejected():
            answer_cash_receipt(connection, body)
        case AlarmRaised() | AttentionClosed() | InboxAcknowledged():
            apply_matter(connection, at, body)
        case _:
            _apply_about_shop(connection, at, body)


def _apply_about_shop(connection: sqlite3.Connection, at: Place, body: EntryBody | UnknownBody) -> None:
    if isinstance(body, PrinterChosen | SettingChosen):
        follow_choice(connection, at, body)
    else:
        apply_person(connection, at, body)
        _day(connection, at, body)


def apply_signed(connection: sqlite3.Connection, at: Place, kind: str, body: Body) -> EntryBody | UnknownBody:
    """Add an entry that is signed already and so has to be lived with; what contradicts is written down as such."""
    try:
        known = parse_body(kind, body)
        apply(connection, at, known)
    except (MalformedError, sqlite3.IntegrityError) as error:
        connection.execute("INSERT INTO contradictions VALUES (?, ?, ?)", (at.sequence, kind, str(error)))
        return UnknownBody(kind=kind, body=body)
    return known


def _approved(connection: sqlite3.Connection, at: Place, body: PaymentApproved) -> None:
    spent = read_spent(body.object_bytes)
    sale = find_sale(connection, body.sale_id) or new_sale(body.sale_id, at, body.business_date)
    _insert_spent(connection, at, body, spent, sale=sale.sale)
    nonce = body.nonce if body.nonce is not None else spent.nonce
    if nonce is not None:
        _close_request(connection, at, nonce, RequestEnd.ANSWERED)
    _add_tender(connection, at, body, sale)


def _insert_spent(connection: sqlite3.Connection, at: Place, body: PaymentApproved, spent: Spent, *, sale: int) -> None:
    if isinstance(spent, PaidOnline):
        confirmed = (spent.ledger, spent.payment_id, body.amount_won, spent.program)
        connection.execute(
            "INSERT INTO confirmations VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (at.sequence, *confirmed, body.receipt_number, sale, at.time_s),
        )
        return
    count, won = connection.execute(
        "SELECT total_count, total_won FROM payments ORDER BY entry DESC LIMIT 1"
    ).fetchone() or (0, 0)
    identity = (spent.identity.issuer, spent.identity.voucher_id, spent.identity.sequence)
    paid = (spent.point.spent_before_won, body.amount_won, spent.program)
    totals = (count + 1, won + body.amount_won)
    connection.execute(
        "INSERT INTO payments VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (at.sequence, *identity, *paid, body.receipt_number, sale, at.time_s, *totals),
    )
    if spent.serial is not None:
        keep_scanned_note(connection, at, spent)
        note_change(connection, at, body, sale=sale)


def _refused(connection: sqlite3.Connection, at: Place, body: PaymentDeclined | PaymentReferred) -> None:
    if body.object_bytes is not None:
        spent = read_spent(body.object_bytes)
        if isinstance(spent, VoucherSpent):
            line = spent.identity
            connection.execute(
                "INSERT INTO refusals VALUES (?, ?, ?, ?, ?, ?)",
                (at.sequence, line.issuer, line.voucher_id, line.sequence, body.reason, at.time_s),
            )
    if isinstance(body, PaymentDeclined) and body.receipt_number is not None:
        _number_receipt(connection, at, body.receipt_number, sale=None)
        _queue_original(connection, at, body.receipt_number)


def _request_opened(connection: sqlite3.Connection, at: Place, body: RequestOpened) -> None:
    connection.execute(
        "INSERT INTO requests (entry, nonce, sale_id, amount_won, expires_s) VALUES (?, ?, ?, ?, ?)",
        (at.sequence, body.nonce, body.sale_id, body.amount_won, body.expires_s),
    )


def _close_request(connection: sqlite3.Connection, at: Place, nonce: bytes, end: RequestEnd) -> None:
    connection.execute(
        "UPDATE requests SET closed = ?, closing_entry = ? WHERE nonce = ? AND closed IS NULL",
        (end.value, at.sequence, nonce),
    )


def _tender(connection: sqlite3.Connection, at: Place, body: TenderRecorded) -> None:
    sale = find_sale(connection, body.sale_id) or new_sale(body.sale_id, at, body.business_date)
    connection.execute(
        "INSERT INTO tenders VALUES (?, ?, ?, ?, ?)",
        (at.sequence, sale.sale, body.tender.value, body.amount_won, body.method),
    )
    _add_tender(connection, at, body, sale)


def _notes_tender(connection: sqlite3.Connection, at: Place, body: NoteTaken) -> None:
    sale = find_sale(connection, body.sale_id) or new_sale(body.sale_id, at, body.business_date)
    take_notes(connection, at, body)
    connection.execute(
        "INSERT INTO note_tenders VALUES (?, ?, ?, ?)", (at.sequence, sale.sale, body.amount_won, body.program)
    )
    note_change(connection, at, body, sale=sale.sale)
    _add_tender(connection, at, body, sale)


def _add_tender(
    connection: sqlite3.Connection,
    at: Place,
    body: PaymentApproved | TenderRecorded | NoteTaken | RemoteAccepted,
    sale: SaleRow,
) -> None:
    sale.paid_won += body.amount_won
    resume(connection, sale.sale_id)
    if body.total_won is not None:
        sale.total_won = body.total_won
    if body.receipt_number is not None:
        _number_receipt(connection, at, body.receipt_number, sale=sale.sale)
        sale.receipt_number = body.receipt_number
    if sale.is_paid and sale.state == SaleState.OPEN:
        _end(connection, at, sale, SaleState.COMPLETED, body.tax)
    store_sale(connection, at, sale)


def _sale_cancelled(connection: sqlite3.Connection, at: Place, body: SaleCancelled) -> None:
    sale = find_sale(connection, body.sale_id) or new_sale(body.sale_id, at, body.business_date)
    _end(connection, at, sale, SaleState.CANCELLED, None)
    store_sale(connection, at, sale)


def _end(connection: sqlite3.Connection, at: Place, sale: SaleRow, state: SaleState, tax: TaxSplit | None) -> None:
    sale.state = state
    sale.tax = tax
    sale.ended_s = at.time_s
    sale.ending_entry = at.sequence
    resume(connection, sale.sale_id)
    # A sale that was given up has a receipt only where a payment had been approved in it.
    if sale.receipt_number is not None:
        _queue_original(connection, at, sale.receipt_number)


def _accepted(connection: sqlite3.Connection, at: Place, body: RemoteAccepted) -> None:
    sale = find_sale(connection, body.sale_id) or new_sale(body.sale_id, at, body.business_date)
    paid = (body.subject, body.payment_id, sale.sale, body.amount_won, body.issuer, body.program)
    connection.execute("INSERT INTO remote_payments VALUES (?, ?, ?, ?, ?, ?, ?)", (at.sequence, *paid))
    _add_tender(connection, at, body, sale)


def _refunded(connection: sqlite3.Connection, at: Place, body: RefundRequested) -> None:
    sale = insert_refund(connection, at, body)
    return_notes(connection, body.tender_sequence)
    _number_receipt(connection, at, body.receipt_number, sale=sale)
    if body.total_won is not None:
        _queue_original(connection, at, body.receipt_number)


def _number_receipt(connection: sqlite3.Connection, at: Place, number: str, *, sale: int | None) -> None:
    ordinal = receipt_ordinal(number)
    if ordinal is not None:
        connection.execute(
            "INSERT OR IGNORE INTO receipts VALUES (?, ?, ?, ?, NULL)", (ordinal, number, at.sequence, sale)
        )


def _queue_original(connection: sqlite3.Connection, at: Place, number: str) -> None:
    changed = connection.execute(
        "UPDATE receipts SET job = ? WHERE ordinal = ? AND number = ? AND job IS NULL",
        (at.sequence, receipt_ordinal(number), number),
    ).rowcount
    if changed:
        _queue(connection, at, number, ORIGINAL_COPY)


def _queue(connection: sqlite3.Connection, at: Place, number: str, copy_number: int) -> None:
    connection.execute(
        "INSERT INTO print_jobs VALUES (?, ?, ?, ?, NULL, NULL)", (at.sequence, number, copy_number, at.time_s)
    )


def _paper(connection: sqlite3.Connection, at: Place, body: ReceiptPrinted | ReceiptReprinted) -> None:
    if isinstance(body, ReceiptReprinted):
        _queue(connection, at, body.receipt_number, body.copy_number)
    elif body.outcome is not PrintOutcome.NOT_STARTED:
        connection.execute(
            "UPDATE print_jobs SET outcome = ?, outcome_entry = ? WHERE job = ?",
            (body.outcome.value, at.sequence, job_of(connection, body.receipt_number, body.copy_number)),
        )


def _day(connection: sqlite3.Connection, at: Place, body: EntryBody | UnknownBody) -> None:
    float_won: int | None
    z_number: int | None
    match body:
        case DayOpened():
            float_won, z_number = body.float_won, None
        case DayClosed():
            float_won, z_number = None, body.z_number
        case DocumentAsked():
            _queue(connection, at, body.receipt_number, body.copy_number)
            return
        case _:
            return
    row = (at.sequence, z_number is None, body.business_date, float_won, z_number, at.time_s)
    connection.execute("INSERT INTO shop_days VALUES (?, ?, ?, ?, ?, ?)", row)


def job_of(connection: sqlite3.Connection, number: str, copy_number: int) -> int | None:
    """The newest job for this copy of a receipt, or of a document."""
    ordinal = receipt_ordinal(number)
    keys: tuple[int | str, int | str] = (number, copy_number)
    if ordinal is None:
        query = _DOCUMENT
    elif copy_number == ORIGINAL_COPY:
        query, keys = "SELECT job FROM receipts WHERE ordinal = ? AND number = ?", (ordinal, number)
    else:
        query = _COPY
    row = connection.execute(query, keys).fetchone()
    return None if row is None else row[0]
