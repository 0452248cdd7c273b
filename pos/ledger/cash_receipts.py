"""Cash receipts on their way to the provider: asked for in journals, answered by message.

Rules:

- a request's id makes it one request for good: the same one again, from a restored till or a repeated answer, issues
  nothing twice, and the provider is given the id too;
- the buyer's identifier is sealed in the entry and stored nowhere else. It is opened in memory to be handed over, and
  overwritten; the interpreter's own copy is let go at once. No log line, table or message holds it;
- a provider that cannot be reached is asked again; one that refuses is final. Asking happens outside of transactions;
- a cancellation waits for the approval of what it cancels.

Which provider there is is the operator's choice (`[cash_receipts] provider`); `RehearsalProvider` approves everything
and tells nobody, for towns and tests.
"""

import hashlib
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Final, Protocol

from sqlalchemy import Connection, select, update

from pos.errors import MalformedError
from pos.ledger import inbox, schema
from pos.ledger.database import Database
from pos.ledger.dialect import insert_missing
from pos.ledger.schema import StoredRow
from pos.voucher.bodies import CashReceiptCancelRequested, CashReceiptPurpose, CashReceiptRequested, TaxSplit
from pos.voucher.entry import Entry, verify_entry
from pos.voucher.keys import SigningKey
from pos.voucher.message_bodies import CashReceiptState, CashReceiptTold
from pos.voucher.sealing import open_sealed

ASKED: Final = "asked"
ASK_MAX: Final = 32
"""Asked in one round; each may take the provider a second."""
_KST: Final = timedelta(hours=9)

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class CashReceiptOrder:
    """What the provider is asked for; the identifier goes beside it."""

    merchant: str
    cash_receipt_id: bytes
    amount_won: int
    tax: TaxSplit
    traded_s: int
    purpose: CashReceiptPurpose | None = None
    """None for a cancellation."""
    original_number: str | None = None
    """Approval number of what is cancelled."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderAnswer:
    """An approval with its number, or a refusal with the provider's code."""

    approval_number: str | None = None
    approved_s: int | None = None
    failure: str | None = None


class Provider(Protocol):
    """Whoever passes cash receipts on to the tax office. OSError where it cannot be reached now."""

    def ask(self, order: CashReceiptOrder, digits: bytearray, *, now_s: int) -> ProviderAnswer: ...


class RehearsalProvider:
    """Approves everything and tells nobody."""

    def ask(self, order: CashReceiptOrder, digits: bytearray, *, now_s: int) -> ProviderAnswer:
        """Give the same request the same number, as a provider does."""
        seed = hashlib.sha256(order.merchant.encode("ascii") + order.cash_receipt_id).digest()
        return ProviderAnswer(approval_number=f"{int.from_bytes(seed[:8], 'big') % 10**9:09d}", approved_s=now_s)


def take(connection: Connection, entries: Sequence[Entry], *, terminal: str, merchant: str) -> None:
    """Note the requests among new entries."""
    rows = []
    for entry in entries:
        body = _asked(entry)
        if body is not None:
            original = body.original_id if isinstance(body, CashReceiptCancelRequested) else None
            rows.append(
                {
                    "merchant": merchant,
                    "cash_receipt_id": body.cash_receipt_id,
                    "original_id": original,
                    "terminal": terminal,
                    "sequence": entry.sequence,
                    "state": ASKED,
                }
            )
    insert_missing(connection, schema.cash_receipts, rows)


def ask_waiting(
    database: Database, provider: Provider, *, identifier_key: SigningKey, message_key: SigningKey, now_s: int
) -> int:
    """Ask the provider for what waits, oldest first, and tell the terminals; return how many were answered."""
    answered = 0
    for row in database.read(_waiting):
        try:
            answer = _answer(row, provider, identifier_key=identifier_key, now_s=now_s)
        except OSError as error:
            logger.warning("the provider of cash receipts cannot be reached: %s", error.strerror)
            return answered
        if answer is not None:
            answered += database.write(partial(_keep, row=row, answer=answer, now_s=now_s, key=message_key))
    return answered


def _asked(entry: Entry) -> CashReceiptRequested | CashReceiptCancelRequested | None:
    try:
        if entry.kind == CashReceiptRequested.KIND:
            return CashReceiptRequested.from_body(entry.body)
        if entry.kind == CashReceiptCancelRequested.KIND:
            return CashReceiptCancelRequested.from_body(entry.body)
    except MalformedError:
        pass
    return None


def _waiting(connection: Connection) -> Sequence[StoredRow]:
    """Requests that can be asked now, with their entries; cancellations once their original has a number."""
    table, entries, terminals = schema.cash_receipts, schema.entries, schema.terminals
    original = table.alias("original")
    rows = (
        select(table, entries.c.raw, terminals.c.public_key, original.c.approval_number.label("original_number"))
        .join(entries, (entries.c.terminal == table.c.terminal) & (entries.c.sequence == table.c.sequence))
        .join(terminals, terminals.c.terminal == table.c.terminal)
        .outerjoin(
            original,
            (original.c.merchant == table.c.merchant) & (original.c.cash_receipt_id == table.c.original_id),
        )
        .where(table.c.state == ASKED)
        .where(table.c.original_id.is_(None) | original.c.approval_number.is_not(None))
        .order_by(entries.c.received_s, table.c.terminal, table.c.sequence)
        .limit(ASK_MAX)
    )
    return connection.execute(rows).all()


def _answer(row: StoredRow, provider: Provider, *, identifier_key: SigningKey, now_s: int) -> ProviderAnswer | None:
    body = _asked(verify_entry(row.raw, row.public_key))
    if body is None:
        return None
    order = CashReceiptOrder(
        merchant=row.merchant,
        cash_receipt_id=body.cash_receipt_id,
        amount_won=body.amount_won,
        tax=body.tax,
        traded_s=body.traded_s,
        purpose=body.purpose if isinstance(body, CashReceiptRequested) else None,
        original_number=row.original_number,
    )
    digits = bytearray()
    try:
        if isinstance(body, CashReceiptRequested):
            digits += open_sealed(body.sealed, key=identifier_key)
        return provider.ask(order, digits, now_s=now_s)
    except MalformedError:
        return ProviderAnswer(failure="sealed_for_another_key")
    finally:
        digits[:] = bytes(len(digits))


def _keep(connection: Connection, *, row: StoredRow, answer: ProviderAnswer, now_s: int, key: SigningKey) -> int:
    table = schema.cash_receipts
    state = CashReceiptState.FAILED
    if answer.approval_number is not None:
        state = CashReceiptState.APPROVED if row.original_id is None else CashReceiptState.CANCELLED
    mine = (table.c.merchant == row.merchant, table.c.cash_receipt_id == row.cash_receipt_id, table.c.state == ASKED)
    changed = connection.execute(
        update(table)
        .where(*mine)
        .values(
            state=state,
            approval_number=answer.approval_number,
            approved_s=answer.approved_s,
            failure=answer.failure,
        )
    )
    if changed.rowcount != 1:
        return 0  # another process was quicker, and the provider gave it the same answer
    told = CashReceiptTold(
        cash_receipt_id=row.cash_receipt_id,
        state=state,
        approval_number=answer.approval_number,
        approved_on=None
        if answer.approved_s is None
        else (datetime.fromtimestamp(answer.approved_s, UTC) + _KST).date(),
        failure=answer.failure,
        approved_s=answer.approved_s,
    )
    inbox.send(connection, row.terminal, [inbox.draft_of(told)], now_s=now_s, key=key)
    return 1
