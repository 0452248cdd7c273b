"""Taking the ledger's word for what it holds and what became of payments.

Rules:

- an acknowledgement counts only for an entry that is in this chain with that hash. Another hash is a fork, a higher
  sequence means that entries are missing here; both are answers, and neither acknowledges anything;
- a lower sequence than before is believed (the ledger lost something and needs it again) and reported for an alarm;
- a final outcome never changes: what contradicts it is kept out and reported;
- the bytes of an acknowledgement that decided something are kept: they are the proof.

The signature was verified by whoever hands it in.
"""

from dataclasses import dataclass
from enum import StrEnum

from pos import cbor
from pos.clock import Reading
from pos.journal.adoption import remember_fork
from pos.journal.database import Database, Transaction
from pos.journal.delivery import Acknowledged, PaymentOutcome
from pos.voucher.messages import Acknowledgement
from pos.voucher.outcomes import EvidenceSide, Outcome, OutcomeStatus


class AckStep(StrEnum):
    """What an acknowledgement means for this chain."""

    ADVANCED = "advanced"
    REPEATED = "repeated"
    """Nothing new is acknowledged."""
    BEHIND = "behind"
    """The ledger holds less than it once acknowledged: send again from there, and raise an alarm."""
    AHEAD = "ahead"
    """The ledger holds entries that are missing here: fetch and adopt them before selling offline."""
    FORKED = "forked"
    """The ledger holds another entry for a sequence that is here too: stop selling offline."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AckResult:
    """What came of an acknowledgement."""

    step: AckStep
    acknowledged: Acknowledged
    """What is known to be held now."""
    decided: tuple[PaymentOutcome, ...] = ()
    """Outcomes that are new."""
    contradictions: tuple[int, ...] = ()
    """Entries whose final outcome the ledger now tells differently; the first one stands."""
    unknown: tuple[int, ...] = ()
    """Sequences with an outcome that the ledger does not even claim to hold."""


class _Decided(StrEnum):
    NEW = "new"
    KNOWN = "known"
    CONTRADICTS = "contradicts"
    UNKNOWN = "unknown"


def take_acknowledgement(
    database: Database, acknowledgement: Acknowledgement, *, raw: bytes, reading: Reading, before: Acknowledged
) -> AckResult:
    """Store what a verified acknowledgement says, in one durable transaction."""
    step = _step(database, acknowledgement, before)
    if step is AckStep.FORKED:
        remember_fork(database, sequence=acknowledgement.sequence, theirs=acknowledgement.hash)
    if step in (AckStep.AHEAD, AckStep.FORKED):
        return AckResult(step=step, acknowledged=before)
    said: dict[_Decided, list[Outcome]] = {decided: [] for decided in _Decided}
    with database.transaction() as transaction:
        number = _store(transaction, acknowledgement, raw=raw, reading=reading)
        for outcome in acknowledgement.outcomes:
            if outcome.sequence > acknowledgement.sequence:
                said[_Decided.UNKNOWN].append(outcome)
            else:
                said[_decide(transaction, outcome, number=number)].append(outcome)
    return AckResult(
        step=step,
        acknowledged=Acknowledged(sequence=acknowledgement.sequence, hash=acknowledgement.hash),
        decided=tuple(map(_public, said[_Decided.NEW])),
        contradictions=tuple(outcome.sequence for outcome in said[_Decided.CONTRADICTS]),
        unknown=tuple(outcome.sequence for outcome in said[_Decided.UNKNOWN]),
    )


def read_outcome(detail: bytes) -> PaymentOutcome:
    """Read an outcome as it is stored."""
    return _public(Outcome.from_value(cbor.decode(detail)))


def _step(database: Database, acknowledgement: Acknowledgement, before: Acknowledged) -> AckStep:
    head = database.row("SELECT coalesce(max(sequence), 0) FROM entries")
    assert head is not None, "an aggregate has one row"
    if acknowledgement.sequence > head[0]:
        return AckStep.AHEAD
    if acknowledgement.sequence > 0:
        own = database.row("SELECT hash FROM entries WHERE sequence = ?", acknowledgement.sequence)
        if own != (acknowledgement.hash,):
            return AckStep.FORKED
    if acknowledgement.sequence < before.sequence:
        return AckStep.BEHIND
    return AckStep.REPEATED if acknowledgement.sequence == before.sequence else AckStep.ADVANCED


def _store(transaction: Transaction, acknowledgement: Acknowledgement, *, raw: bytes, reading: Reading) -> int:
    """Keep the newest acknowledgement, and of the older ones those that decided something; returns its number."""
    connection = transaction.connection
    number = connection.execute(
        "INSERT INTO acknowledgements (sequence, hash, received_s, raw, has_outcomes) VALUES (?, ?, ?, ?, ?)",
        (acknowledgement.sequence, acknowledgement.hash, reading.time_s, raw, bool(acknowledgement.outcomes)),
    ).lastrowid
    assert number is not None, "a row was inserted"
    connection.execute("DELETE FROM acknowledgements WHERE id < ? AND NOT has_outcomes", (number,))
    connection.execute(
        "INSERT OR REPLACE INTO contact VALUES (1, ?, ?, ?)",
        (acknowledgement.time_s, reading.boot_id, reading.boot_ms),
    )
    return number


def _decide(transaction: Transaction, outcome: Outcome, *, number: int) -> _Decided:
    row = transaction.connection.execute("SELECT status FROM outcomes WHERE entry = ?", (outcome.sequence,)).fetchone()
    if row is not None:
        known = OutcomeStatus(row[0])
        if known is outcome.status:
            return _Decided.KNOWN
        if known.is_final:
            return _Decided.CONTRADICTS
    transaction.connection.execute(
        "INSERT OR REPLACE INTO outcomes VALUES (?, ?, ?, ?)",
        (outcome.sequence, outcome.status.value, cbor.encode(outcome.to_value()), number),
    )
    return _Decided.NEW


def _public(outcome: Outcome) -> PaymentOutcome:
    other = outcome.detail if isinstance(outcome.detail, EvidenceSide) else None
    return PaymentOutcome(
        entry=outcome.sequence,
        status=outcome.status,
        reason=outcome.detail if isinstance(outcome.detail, str) else None,
        other_entry=None if other is None else other.entry,
        other_certificate=None if other is None else other.certificate,
    )
