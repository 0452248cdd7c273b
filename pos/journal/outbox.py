"""What waits for the ledger, and what is known of its answers.

The outbox is the entries after the acknowledged one; nothing is ever removed because it was sent or refused. How an
acknowledgement is taken is in `acknowledgements`.
"""

from typing import Final

from pos.clock import Reading
from pos.journal.acknowledgements import (
    FORK,
    AckResult,
    kept,
    ledger_head,
    read_outcome,
    remember_held,
    remember_missing,
    take_acknowledgement,
)
from pos.journal.database import SEQUENCE_MAX, Database
from pos.journal.delivery import Acknowledged, Contact, PaymentOutcome, Waiting
from pos.journal.payments import ACKNOWLEDGED
from pos.journal.records import StoredEntry
from pos.voucher.entry import FIRST_PREVIOUS
from pos.voucher.messages import Acknowledgement
from pos.voucher.outcomes import OutcomeStatus

ENTRIES_MAX: Final = 256
BATCH_BYTES_MAX: Final = 1024 * 1024
"""Of one call's body (protocol, journal API): the entries with their CBOR heads, and the array's."""
_HEAD_BYTES: Final = 3
_SINCE: Final = f"(SELECT {{}} FROM payments WHERE entry <= {ACKNOWLEDGED} ORDER BY entry DESC LIMIT 1)"
_UNTIL: Final = f"(SELECT {{}} FROM payments WHERE entry <= max(?1, {ACKNOWLEDGED}) ORDER BY entry DESC LIMIT 1)"
_WAITING: Final = (
    "SELECT"
    f" coalesce({_UNTIL.format('total_count')}, 0) - coalesce({_SINCE.format('total_count')}, 0) + count(*),"
    f" coalesce({_UNTIL.format('total_won')}, 0) - coalesce({_SINCE.format('total_won')}, 0)"
    " + coalesce(sum(amount_won), 0),"
    f" max(coalesce((SELECT max(sequence) FROM entries WHERE sequence <= ?1), 0) - {ACKNOWLEDGED}, 0)"
    f" FROM confirmations WHERE entry > {ACKNOWLEDGED} AND entry <= ?1"
)


class Outbox:
    """Delivery of this journal to its ledger."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def entries_after(
        self, sequence: int, *, entries_max: int = ENTRIES_MAX, bytes_max: int = BATCH_BYTES_MAX
    ) -> tuple[StoredEntry, ...]:
        """Entries behind `sequence`, oldest first: at least one if there is one, and as many as fit in one call."""
        rows = self._database.rows(
            "SELECT sequence, hash, raw FROM entries WHERE sequence > ? ORDER BY sequence LIMIT ?",
            min(sequence, SEQUENCE_MAX),
            min(entries_max, ENTRIES_MAX),
        )
        batch: list[StoredEntry] = []
        left = bytes_max - _HEAD_BYTES
        for number, digest, raw in rows:
            left -= _HEAD_BYTES + len(raw)
            if batch and left < 0:
                break
            batch.append(StoredEntry(sequence=number, hash=digest, raw=raw))
        return tuple(batch)

    def acknowledged(self) -> Acknowledged:
        """What the ledger is known to hold; sequence 0 where it never said."""
        row = self._database.row("SELECT sequence, hash FROM acknowledgements ORDER BY id DESC LIMIT 1")
        sequence, digest = (0, FIRST_PREVIOUS) if row is None else row
        return Acknowledged(sequence=sequence, hash=digest)

    def waiting(self, *, until: int = SEQUENCE_MAX) -> Waiting:
        """Approved payments, and entries, up to this one, that the ledger has not acknowledged."""
        row = self._database.row(_WAITING, until)
        assert row is not None, "an aggregate has one row"
        count, value_won, entries = row
        return Waiting(count=count, value_won=value_won, entries=entries)

    def contact(self) -> Contact | None:
        """When the ledger was last heard."""
        row = self._database.row("SELECT ledger_time_s, boot_id, boot_ms FROM contact")
        return None if row is None else Contact(ledger_time_s=row[0], boot_id=row[1], boot_ms=row[2])

    def outcome(self, entry: int) -> PaymentOutcome | None:
        """What the ledger decided about the payment in this entry."""
        row = self._database.row("SELECT detail FROM outcomes WHERE entry = ?", entry)
        return None if row is None else read_outcome(row[0])

    def outcomes(self, status: OutcomeStatus, *, outcomes_max: int = 200) -> tuple[PaymentOutcome, ...]:
        """The newest payments with this status."""
        rows = self._database.rows(
            "SELECT detail FROM outcomes WHERE status = ? ORDER BY entry DESC LIMIT ?",
            status.value,
            outcomes_max,
        )
        return tuple(read_outcome(row[0]) for row in rows)

    def count(self, status: OutcomeStatus) -> int:
        """How many payments have this status."""
        row = self._database.row("SELECT count(*) FROM outcomes WHERE status = ?", status.value)
        return 0 if row is None else int(row[0])

    def ledger_head(self) -> int:
        """The highest of our entries that the ledger was found to hold without their being here; 0 if none."""
        return ledger_head(self._database)

    def note_missing(self, entry_hash: bytes) -> None:
        """Remember, until the ledger says what it holds, that an entry behind the newest one here was signed."""
        remember_missing(self._database, entry_hash)

    def note_held(self, acknowledgement: Acknowledgement) -> bool:
        """Take a verified acknowledgement that was kept beside the journal: whether entries are missing here."""
        return remember_held(self._database, acknowledgement)

    def fork_evidence(self) -> bytes | None:
        """The acknowledgement with which the ledger named another head than ours."""
        return kept(self._database, FORK)

    def acknowledge(self, acknowledgement: Acknowledgement, *, raw: bytes, reading: Reading) -> AckResult:
        """Take a verified acknowledgement, durably. `raw` is kept where it proves an outcome."""
        return take_acknowledgement(
            self._database, acknowledgement, raw=raw, reading=reading, before=self.acknowledged()
        )
