"""Cash receipts on their way to the provider: asked for in journals, answered by message.

Rules:

- a request's id makes it one request for good: the same one again, from a restored till or a repeated answer, issues
  nothing twice, and the provider is given the id too;
- the buyer's identifier is sealed in the entry and stored nowhere else. It is opened in memory to be handed over, and
  overwritten; the interpreter's own copy is let go at once. No log line, table or message holds it;
- what the provider does not answer is asked again, each request after a wait of its own, and holds up no other
  (`pos.ledger.provider_waits`), and so does one that meets a bug, in the provider's module or here. What the provider
  refuses is final. Asking happens outside of transactions;
- a cancellation waits for the approval of what it cancels, and names it by number and date: numbers are unique within
  their day only;
- an approval is final when the tax office has it; the provider passes the day's on in the night, and is asked after it.

Which provider there is is the operator's choice (`[cash_receipts] provider`); what one is says `pos.ledger.provider`.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import datetime, time, timedelta
from functools import partial
from typing import Final

from sqlalchemy import Connection, select, update

from pos.errors import MalformedError, TrustError
from pos.ledger import inbox, schema
from pos.ledger.bugs import place_of
from pos.ledger.database import Database, LedgerStoreError
from pos.ledger.dialect import insert_missing
from pos.ledger.korea import KOREA, day_of
from pos.ledger.provider import (
    Cancelled,
    CashReceiptOrder,
    Provider,
    ProviderAnswer,
    ProviderGoneError,
    Shop,
    document_key_of,
)
from pos.ledger.provider_waits import CONFIRM_PAUSE_S, PAUSE_S, Patience, drop, is_due, joined, put_off, tries, turn
from pos.ledger.schema import StoredRow
from pos.voucher.bodies import (
    CashReceiptCancelRequested,
    CashReceiptRequested,
)
from pos.voucher.entry import Entry, SignedEntry, parse_entry, verify_entry
from pos.voucher.keys import SigningKey
from pos.voucher.message_bodies import CashReceiptState, CashReceiptTold
from pos.voucher.sealing import open_sealed

ASKED: Final = "asked"
CONFIRM_DAYS: Final = 10
"""What the tax office does not have after so long is a person's matter, and must not hold up the others."""
ASK_MAX: Final = 32
"""Asked in one round; each may take the provider a second."""

logger = logging.getLogger(__name__)


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
    database: Database,
    provider: Provider,
    patience: Patience,
    *,
    shop_of: Callable[[str], Shop | None],
    identifier_key: SigningKey,
    message_key: SigningKey,
    now_s: int,
) -> int:
    """Ask the provider for what is due, oldest first, and tell the terminals; return how many were answered.

    `shop_of` says who the merchant of an id is to the tax office.
    """
    answered = 0
    for row in database.read(partial(_waiting, now_s=now_s)):
        if patience.is_over(now_s):
            break
        try:
            shop = shop_of(row.merchant)
            answer = _answer(row, provider, shop=shop, identifier_key=identifier_key, now_s=now_s)
            if answer is not None:
                patience.answered()
                answered += database.write(partial(_keep, row=row, answer=answer, now_s=now_s, key=message_key))
        except (MalformedError, TrustError) as error:
            # What is stored of this one, or known of its shop, cannot be used now: the provider is not to blame.
            logger.error("cash receipt %s waits: %s", document_key_of(row.cash_receipt_id), error)
            database.write(partial(put_off, row=row, first_s=PAUSE_S, now_s=now_s))
        except OSError as error:
            _unanswered(database, row, error, patience, first_s=PAUSE_S, now_s=now_s)
        except LedgerStoreError:
            raise
        except Exception as bug:  # noqa: BLE001 (a supervisor of orders: what one meets must not hold up the others)
            _met_bug(database, row, bug, first_s=PAUSE_S, now_s=now_s)
    return answered


def confirm_waiting(
    database: Database, provider: Provider, patience: Patience, *, message_key: SigningKey, now_s: int
) -> int:
    """Ask what the tax office has, of what was approved before today; tell the terminals, and return how many it is."""
    confirmed = 0
    for row in database.read(partial(_approved_before, now_s=now_s)):
        if patience.is_over(now_s):
            break
        approved_on = day_of(row.approved_s)
        key = document_key_of(row.cash_receipt_id)
        try:
            is_there = provider.is_confirmed(
                key, approval_number=row.approval_number, approved_on=approved_on, now_s=now_s
            )
        except OSError as error:
            _unanswered(database, row, error, patience, first_s=CONFIRM_PAUSE_S, now_s=now_s)
            continue
        except Exception as bug:  # noqa: BLE001 (as in `ask_waiting`)
            _met_bug(database, row, bug, first_s=CONFIRM_PAUSE_S, now_s=now_s)
            continue
        patience.answered()
        if is_there:
            confirmed += database.write(partial(_confirm, row=row, now_s=now_s, key=message_key))
        else:
            database.write(partial(put_off, row=row, first_s=CONFIRM_PAUSE_S, now_s=now_s))
    return confirmed


def _unanswered(
    database: Database, row: StoredRow, error: OSError, patience: Patience, *, first_s: int, now_s: int
) -> None:
    if isinstance(error, ProviderGoneError):
        patience.gone(now_s=now_s)
        logger.warning("the provider of cash receipts cannot be reached: %s", error.strerror)
        return
    patience.missed(now_s=now_s)
    next_s = database.write(partial(put_off, row=row, first_s=first_s, now_s=now_s))
    key = document_key_of(row.cash_receipt_id)
    logger.warning("the provider of cash receipts, for %s, tried again at %d: %s", key, next_s, error.strerror)


def _met_bug(database: Database, row: StoredRow, bug: Exception, *, first_s: int, now_s: int) -> None:
    """Let one wait that met a bug, in the provider's module or here; of how the provider is it says nothing."""
    next_s = database.write(partial(put_off, row=row, first_s=first_s, now_s=now_s))
    key = document_key_of(row.cash_receipt_id)
    logger.critical("cash receipt %s met a bug, tried again at %d: %s", key, next_s, place_of(bug))


def _asked(entry: Entry | SignedEntry) -> CashReceiptRequested | CashReceiptCancelRequested | None:
    try:
        if entry.kind == CashReceiptRequested.KIND:
            return CashReceiptRequested.from_body(entry.body)
        if entry.kind == CashReceiptCancelRequested.KIND:
            return CashReceiptCancelRequested.from_body(entry.body)
    except MalformedError:
        pass
    return None


def _waiting(connection: Connection, *, now_s: int) -> Sequence[StoredRow]:
    """Requests that are due, with their entries; cancellations once their original has a number."""
    table, entries, terminals = schema.cash_receipts, schema.entries, schema.terminals
    original = table.alias("original")
    first = entries.alias("first")
    columns = (
        table,
        entries.c.raw,
        terminals.c.public_key,
        original.c.approval_number.label("original_number"),
        original.c.approved_s.label("original_approved_s"),
        first.c.raw.label("original_raw"),
        tries().label("tries"),
    )
    rows = (
        select(*columns)
        .join(entries, (entries.c.terminal == table.c.terminal) & (entries.c.sequence == table.c.sequence))
        .join(terminals, terminals.c.terminal == table.c.terminal)
        .outerjoin(
            original,
            (original.c.merchant == table.c.merchant) & (original.c.cash_receipt_id == table.c.original_id),
        )
        .outerjoin(first, (first.c.terminal == original.c.terminal) & (first.c.sequence == original.c.sequence))
        .outerjoin(schema.provider_waits, joined())
        .where(table.c.state == ASKED, is_due(now_s))
        .where(table.c.original_id.is_(None) | original.c.approval_number.is_not(None))
        .order_by(turn(), entries.c.received_s, table.c.terminal, table.c.sequence)
        .limit(ASK_MAX)
    )
    return connection.execute(rows).all()


def _answer(
    row: StoredRow, provider: Provider, *, shop: Shop | None, identifier_key: SigningKey, now_s: int
) -> ProviderAnswer | None:
    body = _asked(verify_entry(row.raw, row.public_key))
    if body is None:
        return None
    cancels = None
    if isinstance(body, CashReceiptCancelRequested):
        cancels = _cancelled(row, body)
        if cancels is None:
            return ProviderAnswer(failure="original_unknown")
    order = CashReceiptOrder(
        merchant=row.merchant,
        shop=shop,
        cash_receipt_id=body.cash_receipt_id,
        amount_won=body.amount_won,
        tax=body.tax,
        traded_s=body.traded_s,
        identifier_kind=body.identifier_kind if isinstance(body, CashReceiptRequested) else None,
        purpose=body.purpose if isinstance(body, CashReceiptRequested) else None,
        cancels=cancels,
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


def _cancelled(row: StoredRow, body: CashReceiptCancelRequested) -> Cancelled | None:
    """What is cancelled; None where that is itself a cancellation."""
    original = _asked(parse_entry(row.original_raw))
    if not isinstance(original, CashReceiptRequested):
        return None
    return Cancelled(
        approval_number=row.original_number,
        approved_on=day_of(row.original_approved_s),
        reason=body.reason,
        is_part=body.amount_won < original.amount_won,
    )


def _approved_before(connection: Connection, *, now_s: int) -> Sequence[StoredRow]:
    """Approvals and approved cancellations of earlier days that are due, oldest first."""
    table = schema.cash_receipts
    today = datetime.combine(day_of(now_s), time(), KOREA)
    rows = (
        select(table, tries().label("tries"))
        .outerjoin(schema.provider_waits, joined())
        .where(is_due(now_s))
        .where(table.c.state.in_((CashReceiptState.APPROVED, CashReceiptState.CANCELLED)))
        .where(table.c.approved_s < int(today.timestamp()))
        .where(table.c.approved_s >= int((today - timedelta(days=CONFIRM_DAYS)).timestamp()))
        .order_by(turn(), table.c.approved_s)
        .limit(ASK_MAX)
    )
    return connection.execute(rows).all()


def _confirm(connection: Connection, *, row: StoredRow, now_s: int, key: SigningKey) -> int:
    table = schema.cash_receipts
    mine = (table.c.merchant == row.merchant, table.c.cash_receipt_id == row.cash_receipt_id)
    changed = connection.execute(
        update(table).where(*mine, table.c.state == row.state).values(state=CashReceiptState.CONFIRMED)
    )
    if changed.rowcount != 1:
        return 0
    drop(connection, row=row)
    told = CashReceiptTold(
        cash_receipt_id=row.cash_receipt_id,
        state=CashReceiptState.CONFIRMED,
        approval_number=row.approval_number,
        approved_on=day_of(row.approved_s),
        approved_s=row.approved_s,
    )
    inbox.send(connection, row.terminal, [inbox.draft_of(told)], now_s=now_s, key=key)
    return 1


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
    drop(connection, row=row)
    if answer.found_at is not None:
        found = {"merchant": row.merchant, "cash_receipt_id": row.cash_receipt_id, **asdict(answer.found_at)}
        insert_missing(connection, schema.provider_receipts, [found])
    told = CashReceiptTold(
        cash_receipt_id=row.cash_receipt_id,
        state=state,
        approval_number=answer.approval_number,
        approved_on=None if answer.approved_s is None else day_of(answer.approved_s),
        failure=answer.failure,
        note=answer.message,
        approved_s=answer.approved_s,
    )
    inbox.send(connection, row.terminal, [inbox.draft_of(told)], now_s=now_s, key=key)
    return 1
