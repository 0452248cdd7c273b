"""Taking a delivery in: one transaction from locked journal head to the outcomes that are acknowledged.

Rules:

- entries, verdicts, postings, log leaves and the new head are stored together or not at all;
- every correctly signed and chained entry is stored, whatever it says; a payment that is refused holds back nothing;
- signatures were verified before, outside the transaction; nothing here depends on anything but the database and its
  arguments, so a transaction that lost a race is simply run again;
- repeats are told the outcomes that are stored.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, select, update

from pos.errors import MalformedError
from pos.ledger import (
    answers,
    cash_receipts,
    closures,
    inbox,
    log,
    news,
    online,
    payments,
    records,
    refunds,
    roster,
    schema,
)
from pos.ledger.answers import outcomes_for, told_by_message
from pos.ledger.calls import Caller, use_nonce
from pos.ledger.chain import Break, Head, walk
from pos.ledger.payments import Examined
from pos.voucher.bodies import InboxAcknowledged, PaymentApproved, RefundRequested
from pos.voucher.entry import Entry
from pos.voucher.keys import SigningKey
from pos.voucher.outcomes import Outcome, OutcomeStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What a delivery led to, as far as its acknowledgement needs it."""

    head: Head
    broken: Break | None
    outcomes: tuple[Outcome, ...]
    checkpoint: str
    message_number: int
    fresh_count: int


def take_in(
    connection: Connection,
    caller: Caller,
    entries: Sequence[Entry],
    examined: Mapping[bytes, Examined],
    *,
    now_s: int,
    message_key: SigningKey,
) -> Taken:
    """Store a delivery; `examined` holds, by entry hash, the approved payments among what may be new."""
    terminal = caller.terminal
    state = roster.lock(connection, caller.known, now_s=now_s)
    use_nonce(connection, caller)
    repeated = [entry for entry in entries if entry.sequence <= state.head.sequence]
    walked = walk(state.head, records.stored_hashes(connection, terminal, repeated), entries)
    records.append(connection, terminal, walked.fresh, received_s=now_s)
    records.keep_fork(connection, terminal, walked.forked, received_s=now_s)
    approved = [examined[entry.hash] for entry in walked.fresh if entry.kind == PaymentApproved.KIND]
    judged = payments.judge_in_order(connection, approved, now_s=now_s)
    payments.record(connection, judged, now_s=now_s)
    merchant = caller.known.merchant
    news.note(connection, judged, terminal=terminal, merchant=merchant)
    closed = closures.closed_nonces(walked.fresh)
    closures.note(connection, walked.fresh, closed, terminal=terminal, merchant=merchant)
    online.note(connection, walked.fresh, closed, judged, terminal=terminal, merchant=merchant)
    cash_receipts.take(connection, walked.fresh, terminal=terminal, merchant=merchant)
    refunds.take(connection, walked.fresh, terminal=terminal, merchant=merchant, now_s=now_s)
    acknowledged = _acknowledged(walked.fresh, state)
    roster.advance(connection, terminal, head=walked.head, inbox_acknowledged=acknowledged)
    told = outcomes_for(connection, terminal, walked.held, acknowledged=acknowledged, message_head=state.message_head)
    asked = [
        entry.sequence for entry in entries if entry.kind == RefundRequested.KIND and entry.sequence in walked.held
    ]
    outcomes = (*told.outcomes, *refunds.outcomes(connection, terminal, asked))
    numbers = _send_withheld(connection, terminal, told.withheld, now_s=now_s, key=message_key)
    checkpoint = log.newest_checkpoint(connection)
    assert checkpoint is not None, "the service signs the head of the empty log before it answers"
    return Taken(
        head=walked.head,
        broken=walked.broken,
        outcomes=tuple(sorted(outcomes, key=lambda outcome: outcome.sequence)),
        checkpoint=checkpoint,
        message_number=max(numbers, default=state.message_head),
        fresh_count=len(walked.fresh),
    )


def judge_again(connection: Connection, examined: Examined, *, now_s: int, message_key: SigningKey) -> bool:
    """Judge a pending payment again; if its verdict is final now, store it and tell its terminal."""
    approval, table = examined.approval, schema.payments
    terminals = schema.terminals
    connection.execute(select(terminals.c.terminal).where(terminals.c.terminal == approval.terminal).with_for_update())
    mine = (table.c.terminal == approval.terminal, table.c.sequence == approval.sequence)
    if connection.execute(select(table.c.status).where(*mine)).scalar_one() != OutcomeStatus.PENDING:
        return False
    (judged,) = payments.judge_in_order(connection, [examined], now_s=now_s)
    if not judged.verdict.status.is_final:
        return False
    payments.replace_pending(connection, judged, now_s=now_s)
    row = connection.execute(select(table).where(*mine)).one()
    other = [] if row.other_terminal is None else [(row.other_terminal, row.other_sequence)]
    outcome = answers.outcome_of(row, answers.evidence_sides(connection, other))
    _send_withheld(connection, approval.terminal, [outcome], now_s=now_s, key=message_key)
    return True


def look_at_refunds(connection: Connection, *, now_s: int, message_key: SigningKey) -> int:
    """Decide refunds that waited for their payment, and tell their terminals; return how many."""
    decided = refunds.look_again(connection, now_s=now_s)
    for terminal, outcome in decided:
        inbox.send(connection, terminal, [told_by_message(outcome)], now_s=now_s, key=message_key)
    return len(decided)


def _send_withheld(
    connection: Connection, terminal: str, outcomes: Sequence[Outcome], *, now_s: int, key: SigningKey
) -> tuple[int, ...]:
    if not outcomes:
        return ()
    drafts = [told_by_message(outcome) for outcome in outcomes]
    numbers = inbox.send(connection, terminal, drafts, now_s=now_s, key=key)
    table = schema.payments
    for outcome, number in zip(outcomes, numbers, strict=True):
        mine = update(table).where(table.c.terminal == terminal, table.c.sequence == outcome.sequence)
        connection.execute(mine.values(told_by=number))
    return numbers


def _acknowledged(fresh: Sequence[Entry], state: roster.TerminalState) -> int:
    """Return the highest message that the terminal says it stored; it cannot have stored one that was never sent."""
    highest = state.inbox_acknowledged
    for entry in fresh:
        if entry.kind == InboxAcknowledged.KIND:
            try:
                highest = max(highest, InboxAcknowledged.from_body(entry.body).number)
            except MalformedError:
                continue
    return min(highest, state.message_head)
