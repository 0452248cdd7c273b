"""The auditor's view of money that partners took: every payment ended as a signed entry says, and moved once.

Rules: a confirmation must be the ledger's own and say what its row says; what settled must have settled by that
confirmation, or by the shop's own entry; what went back must have been closed or refused by an entry of that shop, and
must not have been paid to it as well.
"""

from collections.abc import Iterator

from sqlalchemy import Connection, select

from pos.errors import MalformedError
from pos.ledger import online, schema
from pos.ledger.books import Posting
from pos.ledger.closures import closed_nonce
from pos.ledger.judge import Keys
from pos.ledger.payments import OnlineState
from pos.ledger.schema import StoredRow
from pos.voucher.entry import Entry, verify_entry
from pos.voucher.outcomes import OutcomeStatus
from pos.voucher.signed import decode_confirmation
from pos.voucher.verified import VerificationFailure, verify_confirmation


def accepted_in(connection: Connection, entry: Entry, terminal: StoredRow, ledger: str) -> Iterator[Posting]:
    """What the shop's acceptance of a payment from elsewhere must have moved, if it moved anything."""
    table = schema.online_payments
    ended = (table.c.end_terminal == terminal.terminal, table.c.end_sequence == entry.sequence)
    row = connection.execute(
        select(table).where(*ended, table.c.state == OnlineState.SETTLED, table.c.nonce.is_(None))
    ).one_or_none()
    if row is not None:
        yield online.accepted_of(row, ledger)


def check_online(connection: Connection, row: StoredRow, keys: Keys, ledger: str) -> Iterator[str | Posting]:
    """Check one payment; yield what is wrong with it and what it must have moved."""
    name = f"online payment {row.partner}/{row.reference}"
    if row.confirmation is not None and not _is_confirmed(row, keys, ledger):
        yield f"{name}: its confirmation is not the ledger's, or says something else"
    yield online.taken_of(row, ledger)
    entry = _end(connection, row)
    if (entry is None) != (row.state == OnlineState.WAITING):
        yield f"{name}: {row.state} by an entry that is not there"
    elif row.state == OnlineState.SETTLED and not _is_paid(connection, row, entry, ledger):
        yield f"{name}: settled, but not by the entry that is named"
    elif row.state == OnlineState.RETURNED:
        yield online.given_back_of(row, ledger)
        if _has_settled(connection, row, ledger) or not _is_closed(connection, row, entry):
            yield f"{name}: went back without having been closed, or was paid as well"


def _is_confirmed(row: StoredRow, keys: Keys, ledger: str) -> bool:
    try:
        signed = decode_confirmation(row.confirmation)
    except MalformedError:
        return False
    said = signed.claims
    if isinstance(verify_confirmation(signed, keys.ledger(ledger)), VerificationFailure):
        return False
    row_says: tuple[bytes, str, int, bytes] = (row.payment_id, row.merchant, row.amount_won, row.nonce)
    return (said.payment_id, said.merchant, said.amount_won, said.nonce) == row_says


def _end(connection: Connection, row: StoredRow) -> Entry | None:
    """The entry that decided, if it is there and signed by its terminal."""
    entries, terminals = schema.entries, schema.terminals
    found = connection.execute(
        select(entries.c.raw, terminals.c.public_key)
        .join(terminals, terminals.c.terminal == entries.c.terminal)
        .where(
            entries.c.terminal == row.end_terminal,
            entries.c.sequence == row.end_sequence,
            terminals.c.merchant == row.merchant,
        )
    ).one_or_none()
    try:
        return None if found is None else verify_entry(found.raw, found.public_key)
    except MalformedError:
        return None


def _is_paid(connection: Connection, row: StoredRow, entry: Entry | None, ledger: str) -> bool:
    if row.nonce is not None:
        return _has_settled(connection, row, ledger)
    said = None if entry is None else online.answered(entry)
    if said is None:
        return False
    accepted: tuple[bytes, int] = (row.payment_id, row.amount_won)
    return (said.subject, said.amount_won) == accepted


def _has_settled(connection: Connection, row: StoredRow, ledger: str) -> bool:
    payments = schema.payments
    line = online.line_of_payment(row, ledger)
    settled = select(payments.c.terminal).where(payments.c.voucher == line, payments.c.status == OutcomeStatus.SETTLED)
    return connection.execute(settled).first() is not None


def _is_closed(connection: Connection, row: StoredRow, entry: Entry | None) -> bool:
    if entry is None:
        return False
    if row.nonce is not None:
        nonce: bytes = row.nonce
        return closed_nonce(entry) == nonce
    said, orders = online.answered(entry), schema.online_orders
    if said is None or said.amount_won is not None:
        return False
    known = select(orders.c.order_id).where(orders.c.payment_id == row.payment_id)
    return said.subject in (row.payment_id, *connection.execute(known).scalars())
