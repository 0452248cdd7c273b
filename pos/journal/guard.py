"""What must not be signed: a last look at drafts before they become entries.

Checkout has decided all of this already; money does not rest on one reader. A refusal here means a mistake in front
of the journal, and nothing has been written. Paying twice is not looked for: the database's own constraint refuses it.
"""

from typing import Final

from pos.errors import MalformedError, RollbackError
from pos.journal.adoption import known_fork
from pos.journal.cash_receipts import CashReceipts
from pos.journal.database import Database
from pos.journal.faults import ContradictionError
from pos.journal.notes import Notes
from pos.journal.numbers import receipt_ordinal
from pos.journal.objects import Spent, VoucherSpent, read_spent
from pos.journal.payments import Payments
from pos.journal.sales import Sales
from pos.voucher.bodies import (
    CashReceiptCancelRequested,
    CashReceiptRequested,
    EntryBody,
    NotesSubmitted,
    NoteTaken,
    PaymentApproved,
    PaymentDeclined,
    RefundRequested,
    RemoteAccepted,
    TenderRecorded,
)
from pos.voucher.spend_line import extends

_NUMBERED: Final = (NoteTaken, PaymentApproved, PaymentDeclined, RefundRequested, RemoteAccepted, TenderRecorded)


def refuse_contradiction(database: Database, body: EntryBody) -> None:
    """Raise ContradictionError if this draft contradicts the record as it stands, RollbackError if a payment would be
    approved on a journal that is known to have lived twice."""
    if isinstance(body, PaymentApproved):
        _refuse_payment(database, body)
    if isinstance(body, RefundRequested):
        _refuse_refund(database, body)
    if isinstance(body, CashReceiptRequested | CashReceiptCancelRequested):
        _refuse_cash_receipt(database, body)
    if isinstance(body, NotesSubmitted):
        _refuse_submission(database, body)
    if isinstance(body, _NUMBERED) and body.receipt_number is not None:
        _refuse_number(database, body.receipt_number, None if isinstance(body, PaymentDeclined) else body.sale_id)


def _refuse_payment(database: Database, body: PaymentApproved) -> None:
    fork = known_fork(database)
    if fork is not None:
        raise RollbackError(f"another entry {fork.sequence} of this terminal exists; nothing is approved any more")
    try:
        spent = read_spent(body.object_bytes)
    except MalformedError as error:
        raise ContradictionError(f"the evidence of an approval cannot be read: {error.what}") from error
    if spent.amount_won != body.amount_won:
        raise ContradictionError("the payment is over another amount than its tender")
    if isinstance(spent, VoucherSpent):
        highest = Payments(database).highest_point(spent.voucher)
        # The very same place on our own line is left to the constraint: it is the one that cannot be forgotten.
        if Payments(database).is_approved(spent.identity):
            return
        if not extends(highest, spent.point, spent.value_won):
            raise ContradictionError("the payment does not extend its voucher's line")
    _refuse_nonce(database, body, spent)


def _refuse_submission(database: Database, body: NotesSubmitted) -> None:
    drawer = Notes(database).in_drawer(body.issuer, body.program)
    numbered = [note for note in drawer if note.serial is not None and note.reported_entry is None]
    if (len(numbered), sum(note.denomination_won for note in numbered)) != (body.count, body.amount_won):
        raise ContradictionError("the notes in the drawer are not those that are said to be submitted")


def _refuse_nonce(database: Database, body: PaymentApproved, spent: Spent) -> None:
    if body.nonce not in (None, spent.nonce):
        raise ContradictionError("the payment carries another nonce than the request it is said to answer")
    if spent.nonce is None:
        return
    row = database.row("SELECT closed FROM requests WHERE nonce = ?", spent.nonce)
    if row is None and body.nonce is not None:
        raise ContradictionError("there is no payment request of this nonce")
    if row is not None and row[0] is not None:
        raise ContradictionError(f"the payment request is closed ({row[0]}) and is answered once")


def _refuse_number(database: Database, number: str, sale_id: bytes | None) -> None:
    row = database.row(
        "SELECT s.sale_id FROM receipts r LEFT JOIN sales s ON s.sale = r.sale WHERE r.ordinal = ?",
        receipt_ordinal(number),
    )
    if row is None:
        expected = Sales(database).next_receipt_number()
        if number != expected:
            raise ContradictionError(f"receipt number {number} where {expected} comes next")
    elif sale_id is None or row[0] != sale_id:
        raise ContradictionError(f"receipt number {number} is taken")


def _refuse_refund(database: Database, body: RefundRequested) -> None:
    """The tender is named twice, by its place and by its bytes, and both are the same entry. How much is left of it
    is the database's own constraint."""
    row = database.row("SELECT hash FROM entries WHERE sequence = ?", body.tender_sequence)
    if row is None or row[0] != (body.payment_entry or body.tender_entry):
        raise ContradictionError("a refund names an entry that is not its tender's")


def _refuse_cash_receipt(database: Database, body: CashReceiptRequested | CashReceiptCancelRequested) -> None:
    """One cash receipt stands for a sale at a time, and no more is taken back of it than it says."""
    receipts = CashReceipts(database).of_sale(body.sale_id)
    if isinstance(body, CashReceiptRequested):
        if any(not receipt.is_over for receipt in receipts):
            raise ContradictionError("the sale has a cash receipt already")
        return
    original = next((receipt for receipt in receipts if receipt.cash_receipt_id == body.original_id), None)
    if original is None or original.left_won < body.amount_won:
        raise ContradictionError("more would be taken back than the cash receipt says")
