"""What the ledger tells a terminal about its payments, and the evidence that goes with a conflict.

Rules:

- an acknowledgement lists the payments of its call and those whose outcome changed later, until the terminal has
  acknowledged the message that told of the change: a lost answer loses no outcome;
- a conflict carries the other payment's entry and certificate; where many of them would make the answer too long to
  be accepted, the rest are given as pending now and follow by message.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import ColumnElement, Connection, select

from pos.ledger import schema
from pos.ledger.dialect import is_pair
from pos.ledger.inbox import Draft, draft_of
from pos.ledger.schema import StoredRow
from pos.voucher.evidence import EvidenceFile
from pos.voucher.message_bodies import PaymentOutcomeTold
from pos.voucher.outcomes import EvidenceSide, Outcome, OutcomeDetail, OutcomeStatus

EVIDENCE_BYTES_MAX: Final = 1_048_576
"""In one acknowledgement, which may have 2 MiB in all."""
CHANGED_MAX: Final = 256
_TOLD: Final = ("sequence", "status", "reason", "other_terminal", "other_sequence", "told_by")

EntryPlace = tuple[str, int]
"""Terminal and sequence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """The outcomes for one acknowledgement."""

    outcomes: tuple[Outcome, ...]
    withheld: tuple[Outcome, ...]
    """Given as pending for their length; to be sent as messages, once."""


def outcomes_for(
    connection: Connection, terminal: str, sequences: Iterable[int], *, acknowledged: int, message_head: int
) -> Told:
    """Collect the outcomes of these entries and of changes told by messages behind `acknowledged`, if there are any."""
    payments = schema.payments
    called = sorted(sequences)
    rows = list(_rows(connection, terminal, _among(called))) if called else []
    if message_head > acknowledged:
        changed = _rows(connection, terminal, payments.c.told_by > acknowledged, limit=CHANGED_MAX)
        rows += [row for row in changed if row.sequence not in set(called)]
    sides = evidence_sides(connection, [(row.other_terminal, row.other_sequence) for row in rows if _needs_side(row)])
    return _told(rows, sides)


def evidence_sides(connection: Connection, places: Sequence[EntryPlace]) -> dict[EntryPlace, EvidenceSide]:
    """Return entries with the certificates of their terminals."""
    if not places:
        return {}
    entries, terminals = schema.entries, schema.terminals
    rows = (
        select(entries.c.terminal, entries.c.sequence, entries.c.raw, terminals.c.certificate)
        .join(terminals, terminals.c.terminal == entries.c.terminal)
        .where(is_pair(entries.c.terminal, entries.c.sequence, places))
    )
    return {
        (row.terminal, row.sequence): EvidenceSide(entry=row.raw, certificate=row.certificate)
        for row in connection.execute(rows)
    }


def evidence_of(connection: Connection, terminal: str, sequence: int) -> EvidenceFile | None:
    """Return the evidence file of a conflict: the payment that settled, and this one; None if it is no conflict."""
    payments = schema.payments
    row = connection.execute(
        select(payments).where(payments.c.terminal == terminal, payments.c.sequence == sequence)
    ).one_or_none()
    if row is None or not _needs_side(row):
        return None
    first, second = (row.other_terminal, row.other_sequence), (terminal, sequence)
    sides = evidence_sides(connection, [first, second])
    return EvidenceFile(first=sides[first], second=sides[second])


def told_by_message(outcome: Outcome) -> Draft:
    """Return the message that tells a terminal what became of a payment after all."""
    return draft_of(PaymentOutcomeTold(outcome=outcome))


def outcome_of(row: StoredRow, sides: Mapping[EntryPlace, EvidenceSide]) -> Outcome:
    """Return what a row of `payments` says to its terminal."""
    status = OutcomeStatus(row.status)
    detail: OutcomeDetail = None
    if status is OutcomeStatus.CONFLICT:
        detail = sides[row.other_terminal, row.other_sequence]
    elif status is OutcomeStatus.REFUSED:
        detail = row.reason
    return Outcome(sequence=row.sequence, status=status, detail=detail)


def _among(sequences: Sequence[int]) -> ColumnElement[bool]:
    """Whether an entry is one of these, which are in order and almost always without a gap."""
    column, first, last = schema.payments.c.sequence, sequences[0], sequences[-1]
    is_run = last - first + 1 == len(sequences)
    return column.between(first, last) if is_run else column.in_(sequences)


def _rows(
    connection: Connection, terminal: str, which: ColumnElement[bool], *, limit: int | None = None
) -> Sequence[StoredRow]:
    payments = schema.payments
    columns = (getattr(payments.c, name) for name in _TOLD)
    rows = select(*columns).where(payments.c.terminal == terminal, which)
    return connection.execute(rows.order_by(payments.c.sequence).limit(limit)).all()


def _told(rows: Sequence[StoredRow], sides: Mapping[EntryPlace, EvidenceSide]) -> Told:
    outcomes, withheld = [], []
    room = EVIDENCE_BYTES_MAX
    for row in rows:
        outcome = outcome_of(row, sides)
        if isinstance(outcome.detail, EvidenceSide):
            room -= len(outcome.detail.entry) + len(outcome.detail.certificate)
            if room < 0:
                if row.told_by is None:
                    withheld.append(outcome)
                outcome = Outcome(sequence=outcome.sequence, status=OutcomeStatus.PENDING)
        outcomes.append(outcome)
    return Told(outcomes=tuple(outcomes), withheld=tuple(withheld))


def _needs_side(row: StoredRow) -> bool:
    return bool(row.status == OutcomeStatus.CONFLICT)
