"""What merchants give back: a part of a settled payment becomes a credit that its holder fetches as a new voucher.

Rules:

- a refund names the approved entry that it gives back (`refund.requested`, key 16); entries of other tenders name none
  and are the shop's own matter;
- it is granted when that payment, of any till of the same merchant, settled and all its refunds together are not above
  it; the payment's row is locked meanwhile, so that two tills cannot both take the last of it;
- one whose payment has not arrived waits (`pending`) and is looked at again; a final answer never changes;
- granted money leaves the merchant's side at once: it lessens the next payout, or is owed where that was made already.

Fetching a credit is `pos.ledger.returns`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from sqlalchemy import Connection, func, insert, select, update

from pos.errors import MalformedError
from pos.ledger import books, schema
from pos.ledger.schema import StoredRow
from pos.voucher.bodies import RefundRequested
from pos.voucher.entry import Entry
from pos.voucher.outcomes import Outcome, OutcomeStatus

LOOK_MAX: Final = 256
"""Waiting refunds looked at in one transaction, those first that have waited longest."""


class RefundRefusal(StrEnum):
    """Why a refund is not granted: persisted and sent, added but never renamed."""

    UNREADABLE = "unreadable"
    NOT_SETTLED = "not_settled"
    OVER_PAYMENT = "over_payment"
    """With what was given back before it would be more than was paid."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A refund as its entry says."""

    terminal: str
    sequence: int
    merchant: str
    payment_entry: bytes | None
    """None where the entry's body is not of its form."""
    tender_sequence: int | None
    amount_won: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What becomes of a refund."""

    status: OutcomeStatus
    reason: RefundRefusal | None = None

    def outcome(self, sequence: int) -> Outcome:
        return Outcome(sequence=sequence, status=self.status, detail=self.reason)


def take(connection: Connection, entries: Sequence[Entry], *, terminal: str, merchant: str, now_s: int) -> None:
    """Store and decide the refunds among new entries, whose payments are stored already."""
    for entry in entries:
        if entry.kind != RefundRequested.KIND:
            continue
        asked = asked_in(entry, terminal=terminal, merchant=merchant)
        if asked is None:
            continue
        connection.execute(insert(schema.refunds), _row(asked, now_s=now_s))
        if asked.payment_entry is not None:
            _decide(connection, asked)


def outcomes(connection: Connection, terminal: str, sequences: Sequence[int]) -> tuple[Outcome, ...]:
    """Return what became of a terminal's refunds."""
    if not sequences:
        return ()
    table = schema.refunds
    rows = select(table).where(table.c.terminal == terminal, table.c.sequence.in_(sequences))
    return tuple(
        Outcome(sequence=row.sequence, status=OutcomeStatus(row.status), detail=row.reason)
        for row in connection.execute(rows.order_by(table.c.sequence))
    )


def look_again(connection: Connection, *, now_s: int) -> list[tuple[str, Outcome]]:
    """Decide what waits for its payment, as far as it can be now; return by terminal what became final."""
    table = schema.refunds
    waiting = select(table).where(table.c.status == OutcomeStatus.PENDING, table.c.tried_s < now_s)
    decided = []
    for row in connection.execute(waiting.order_by(table.c.tried_s).limit(LOOK_MAX).with_for_update()).all():
        asked = Asked(
            terminal=row.terminal,
            sequence=row.sequence,
            merchant=row.merchant,
            payment_entry=row.payment_entry,
            tender_sequence=row.tender_sequence,
            amount_won=row.amount_won,
        )
        answer = _decide(connection, asked)
        if answer.status.is_final:
            decided.append((asked.terminal, answer.outcome(asked.sequence)))
        else:
            mine = (table.c.terminal == asked.terminal, table.c.sequence == asked.sequence)
            connection.execute(update(table).where(*mine).values(tried_s=now_s))
    return decided


def judge(asked: Asked, payment: StoredRow | None, *, given_back_won: int) -> Answer:
    """Answer a refund beside its payment and what was given back of it before."""
    if payment is None or payment.status == OutcomeStatus.PENDING:
        return Answer(status=OutcomeStatus.PENDING)
    if payment.status != OutcomeStatus.SETTLED:
        return Answer(status=OutcomeStatus.REFUSED, reason=RefundRefusal.NOT_SETTLED)
    if given_back_won + asked.amount_won > payment.amount_won:
        return Answer(status=OutcomeStatus.REFUSED, reason=RefundRefusal.OVER_PAYMENT)
    return Answer(status=OutcomeStatus.SETTLED)


def movement(asked: Asked, owner: str) -> books.Posting:
    """Return what a granted refund moves; `owner` is who owes the money to the holder again."""
    reference = f"{asked.terminal}/{asked.sequence}"
    return books.refunded(reference=reference, owner=owner, merchant=asked.merchant, amount_won=asked.amount_won)


def asked_in(entry: Entry, *, terminal: str, merchant: str) -> Asked | None:
    """Return the refund that an entry asks for, or None where it is of a tender that is the shop's own matter."""
    try:
        body = RefundRequested.from_body(entry.body)
    except MalformedError:
        body = None
    if body is not None and body.payment_entry is None:
        return None
    return Asked(
        terminal=terminal,
        sequence=entry.sequence,
        merchant=merchant,
        payment_entry=None if body is None else body.payment_entry,
        tender_sequence=None if body is None else body.tender_sequence,
        amount_won=0 if body is None else body.amount_won,
    )


def _decide(connection: Connection, asked: Asked) -> Answer:
    payment = _locked_payment(connection, asked)
    answer = judge(asked, payment, given_back_won=0 if payment is None else _given_back_won(connection, payment))
    if not answer.status.is_final:
        return answer
    assert payment is not None, "without its payment a refund waits"
    owner = _owner(connection, payment)
    table = schema.refunds
    mine = update(table).where(table.c.terminal == asked.terminal, table.c.sequence == asked.sequence)
    connection.execute(
        mine.values(
            status=answer.status,
            reason=answer.reason,
            payment_terminal=payment.terminal,
            payment_sequence=payment.sequence,
            owner=owner,
            voucher=payment.voucher,
            claims=payment.claims,
        )
    )
    if answer.status is OutcomeStatus.SETTLED:
        books.post(connection, [movement(asked, owner)])
    return answer


def _locked_payment(connection: Connection, asked: Asked) -> StoredRow | None:
    """Find the payment among the entries of the merchant's terminals, and lock its row."""
    payments, entries, terminals = schema.payments, schema.entries, schema.terminals
    mine = (payments.c.terminal == entries.c.terminal) & (payments.c.sequence == entries.c.sequence)
    rows = (
        select(payments)
        .join(entries, mine)
        .join(terminals, terminals.c.terminal == entries.c.terminal)
        .where(terminals.c.merchant == asked.merchant)
        .where(entries.c.sequence == asked.tender_sequence, entries.c.hash == asked.payment_entry)
    )
    return connection.execute(rows.with_for_update(of=payments)).one_or_none()


def _given_back_won(connection: Connection, payment: StoredRow) -> int:
    table = schema.refunds
    total = select(func.coalesce(func.sum(table.c.amount_won), 0)).where(
        table.c.payment_terminal == payment.terminal,
        table.c.payment_sequence == payment.sequence,
        table.c.status == OutcomeStatus.SETTLED,
    )
    return int(connection.execute(total).scalar_one())


def _owner(connection: Connection, payment: StoredRow) -> str:
    """Whose promise it is again: the voucher's issuer, or the ledger where the phone had paid online."""
    found = select(schema.vouchers.c.issuer).where(schema.vouchers.c.voucher == payment.voucher)
    issuer = connection.execute(found).scalar_one_or_none()
    return str(issuer if issuer is not None else connection.execute(select(schema.ledger.c.id)).scalar_one())


def _row(asked: Asked, *, now_s: int) -> dict[str, object]:
    is_unreadable = asked.payment_entry is None
    return {
        "terminal": asked.terminal,
        "sequence": asked.sequence,
        "merchant": asked.merchant,
        "status": OutcomeStatus.REFUSED if is_unreadable else OutcomeStatus.PENDING,
        "reason": RefundRefusal.UNREADABLE if is_unreadable else None,
        "payment_entry": asked.payment_entry,
        "tender_sequence": asked.tender_sequence,
        "amount_won": asked.amount_won,
        "tried_s": now_s,
    }
