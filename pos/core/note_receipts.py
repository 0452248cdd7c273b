"""From a paper note to the sale that it was taken in."""

from pos.journal.journal import Journal
from pos.journal.notes import NoteRecord
from pos.voucher.bodies import NoteTaken, PaymentApproved, parse_body


def receipt_of(journal: Journal, note: NoteRecord) -> str:
    """The number of the receipt of the sale in which a note was taken."""
    entry = journal.entry(note.entry)
    assert entry is not None, "a note was taken by an entry"
    body = parse_body(entry.kind, entry.body)
    assert isinstance(body, NoteTaken | PaymentApproved), "nothing else takes a note"
    return body.receipt_number
