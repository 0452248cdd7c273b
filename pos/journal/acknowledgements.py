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
from typing import Final

from pos import cbor
from pos.clock import Reading
from pos.journal.adoption import remember_fork
from pos.journal.database import SEQUENCE_MAX, Database, Transaction
from pos.journal.delivery import Acknowledged, PaymentOutcome
from pos.voucher.message_bodies import PaymentOutcomeTold
from pos.voucher.messages import Acknowledgement, parse_message
from pos.voucher.outcomes import EvidenceSide, Outcome, OutcomeStatus

FORK: Final = "fork"
"""Name under which the acknowledgement that named another head is kept."""
_AHEAD: Final = "ahead"


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
        _keep(database, FORK, raw, reading)
    if step is AckStep.AHEAD:
        _remember_ahead(database, acknowledgement)
    if step in (AckStep.AHEAD, AckStep.FORKED):
        return AckResult(step=step, acknowledged=before)
    said: dict[_Decided, list[Outcome]] = {decided: [] for decided in _Decided}
    with database.transaction() as transaction:
        number = _store(transaction, acknowledgement, raw=raw, reading=reading)
        transaction.connection.execute("DELETE FROM marks WHERE name = ?", (_AHEAD,))
        for outcome in acknowledgement.outcomes:
            if outcome.sequence > acknowledgement.sequence:
                said[_Decided.UNKNOWN].append(outcome)
            else:
                said[_decide(transaction, outcome, number=number)].append(outcome)
        told = _take_messages_that_waited(transaction, after=before.sequence, until=acknowledgement.sequence)
    return AckResult(
        step=step,
        acknowledged=Acknowledged(sequence=acknowledgement.sequence, hash=acknowledgement.hash),
        decided=tuple(map(_public, said[_Decided.NEW])),
        contradictions=(*(outcome.sequence for outcome in said[_Decided.CONTRADICTS]), *told),
        unknown=tuple(outcome.sequence for outcome in said[_Decided.UNKNOWN]),
    )


def take_told_outcome(transaction: Transaction, outcome: Outcome) -> bool:
    """Store an outcome that came by message; False where it contradicts what is known, and is not believed.

    Of an entry that no acknowledgement covers yet it is taken when one does: the message is here by then.
    """
    connection = transaction.connection
    held = connection.execute("SELECT id, sequence FROM acknowledgements ORDER BY id DESC LIMIT 1").fetchone()
    if held is None or outcome.sequence > held[1]:
        return True
    decided = _decide(transaction, outcome, number=held[0])
    if decided is _Decided.NEW:
        connection.execute("UPDATE acknowledgements SET has_outcomes = 1 WHERE id = ?", (held[0],))
    return decided is not _Decided.CONTRADICTS


def _take_messages_that_waited(transaction: Transaction, *, after: int, until: int) -> tuple[int, ...]:
    """Take the outcomes that came by message before their entries were acknowledged; returns what contradicts."""
    rows = transaction.connection.execute(
        "SELECT m.raw FROM told t JOIN messages m USING (number) WHERE t.kind = ? AND t.subject > ? AND t.subject <= ?",
        (PaymentOutcomeTold.KIND, after.to_bytes(8, "big"), until.to_bytes(8, "big")),
    ).fetchall()
    told = (PaymentOutcomeTold.from_body(parse_message(raw).claims.body).outcome for (raw,) in rows)
    return tuple(outcome.sequence for outcome in told if not take_told_outcome(transaction, outcome))


def ledger_head(database: Database) -> int:
    """The highest of our entries that the ledger holds and that were missing here when it said so; 0 if none were."""
    row = database.row("SELECT sequence FROM marks WHERE name = ?", _AHEAD)
    return 0 if row is None else int(row[0])


def kept(database: Database, name: str) -> bytes | None:
    """What was kept as evidence under this name."""
    row = database.row("SELECT raw FROM evidence WHERE name = ?", name)
    return None if row is None else bytes(row[0])


def _keep(database: Database, name: str, raw: bytes, reading: Reading) -> None:
    """Keep the bytes of what the ledger signed; the first of a name stays."""
    with database.transaction() as transaction:
        transaction.connection.execute("INSERT OR IGNORE INTO evidence VALUES (?, ?, ?)", (name, raw, reading.time_s))


def remember_missing(database: Database, entry_hash: bytes) -> None:
    """Remember that an entry behind the newest one was signed; what is known of the ledger's head stays."""
    with database.transaction() as transaction:
        transaction.connection.execute(
            "INSERT OR IGNORE INTO marks SELECT ?, coalesce(max(sequence), 0) + 1, ? FROM entries", (_AHEAD, entry_hash)
        )


def remember_held(database: Database, acknowledgement: Acknowledgement) -> bool:
    """Take an acknowledgement that was kept beside the journal: whether it proves that entries are missing here.

    They are remembered as missing until the ledger is heard again or they are back. An acknowledgement of what is here
    says nothing new.
    """
    head = database.row("SELECT coalesce(max(sequence), 0) FROM entries")
    assert head is not None, "an aggregate has one row"
    is_ahead = acknowledgement.sequence > max(int(head[0]), ledger_head(database))
    if is_ahead:
        _remember_ahead(database, acknowledgement)
    return is_ahead


def _remember_ahead(database: Database, acknowledgement: Acknowledgement) -> None:
    """Remember, through a power cut too, that entries are signed which are not here."""
    with database.transaction() as transaction:
        transaction.connection.execute(
            "INSERT OR REPLACE INTO marks VALUES (?, ?, ?)",
            (_AHEAD, min(acknowledgement.sequence, SEQUENCE_MAX), acknowledgement.hash),
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
