"""The one durable record: a chain of signed entries, and everything that is known from it.

    journal, report = Journal.open(path, mirror=folder, key=key, terminal="t-bakery-1")
    entry, = journal.record([PaymentApproved(...)], reading=clock.read())     # durable when it returns

Rules:

- `record` is one transaction: entries, spent lines, receipt number, print job, or nothing;
- with a second medium the entries are synced there before the database commits: mirror ⊇ database ⊇ approved;
- a mirror that fails is left out, and the journal goes on and says so (`mirror_state`);
- when `record` raises OutcomeUnknownError nobody knows whether the entries exist: `reopen` looks, and tells;
- every other exception of `record` means that nothing was written;
- while entries of this journal are known to exist that are not here, nothing whatever is recorded (BehindError): the
  next sequence is signed already, and a second entry for it would be a fork, which nothing can mend. No entry is an
  exception: an alarm waits in memory, and all else is refused where it was asked for (`pos.core.gate`).

Questions are asked of its parts: `payments`, `requests`, `sales`, `outbox`, `inbox`, `siblings`, `paper`, `attention`,
`alarms`, `people`, `days`, `owed`, `archives`. The journal belongs to the thread that opened it, and to one process:
the file is locked.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from pos.clock import Reading
from pos.errors import BehindError, DiskFullError, OutcomeUnknownError
from pos.journal.adoption import insert_signed, read_new
from pos.journal.alarms import Alarms
from pos.journal.archives import Archives
from pos.journal.attention import Attention, note_recovered
from pos.journal.boot import BootReport, Started, settle_mirror, start
from pos.journal.cash_receipts import CashReceipts
from pos.journal.chain import Head, insert_entry, sign_next
from pos.journal.database import SEQUENCE_MAX, Database, Transaction
from pos.journal.days import Days
from pos.journal.doubt import Reopened, write_anew
from pos.journal.guard import refuse_contradiction
from pos.journal.inbox import Inbox
from pos.journal.log import Log
from pos.journal.mirror import BATCH_BYTES_MAX, HEAD_BYTES, Mirror, MirrorError, MirrorState
from pos.journal.notes import Notes
from pos.journal.outbox import Outbox
from pos.journal.owed import Owed
from pos.journal.paper import Paper, follow_entry
from pos.journal.payments import Payments
from pos.journal.people import People
from pos.journal.projections import apply
from pos.journal.rebuild import rebuild
from pos.journal.reconcile import MirrorReport
from pos.journal.records import DayTotals, Place, PrintState
from pos.journal.refunds import Refunds
from pos.journal.remotes import Remotes
from pos.journal.requests import Requests
from pos.journal.sales import Sales
from pos.journal.settings import Settings
from pos.journal.siblings import Siblings
from pos.journal.totals import day_totals
from pos.journal.verification import Verification, verify_all
from pos.voucher.bodies import (
    EntryBody,
    PaymentDeclined,
    ReceiptReprinted,
    RefundRequested,
    UnknownBody,
    parse_body,
)
from pos.voucher.entry import Entry, verify_entry
from pos.voucher.keys import PublicKey, SigningKey

_ASKED_FOR: Final = (ReceiptReprinted, PaymentDeclined, RefundRequested)


class Journal:
    """The open journal."""

    def __init__(
        self, database: Database, started: Started, *, mirror: Path | None, key: SigningKey | None, terminal: str
    ) -> None:
        """Made by `open`; without a key it is another terminal's, and nothing is ever signed for it."""
        self._database = database
        self._mirror_folder = mirror
        self._key = key
        self._public_key: PublicKey = started.public_key
        self._terminal = terminal
        self._doubtful: tuple[Entry, ...] = ()
        self._mirror: Mirror | None = started.mirror
        self._mirror_report = started.report.mirror
        self._head: Head = started.head
        self.payments = Payments(database)
        self.requests = Requests(database)
        self.sales = Sales(database)
        self.refunds = Refunds(database)
        self.remotes = Remotes(database)
        self.cash_receipts = CashReceipts(database)
        self.outbox = Outbox(database)
        self.inbox = Inbox(database)
        self.siblings = Siblings(database)
        self.log = Log(database)
        self.paper = Paper(database)
        self.attention = Attention(database)
        self.people = People(database)
        self.notes = Notes(database)
        self.alarms = Alarms(database)
        self.settings = Settings(database)
        self.days = Days(database)
        self.owed = Owed(database)
        self.archives = Archives(database)
        self.new_originals = PrintState.QUEUED
        """Where the receipt of a sale stands when it is recorded: held in a shop that does not print always."""

    @classmethod
    def open(cls, path: Path, *, mirror: Path | None, key: SigningKey, terminal: str) -> "tuple[Journal, BootReport]":
        """Open the journal in `path`, creating it where there is none, after checking everything (`boot`).

        `mirror` is a folder on a second medium prepared by `prepare_mirror`. Raises DatabaseVersionError, HeldError,
        DamagedError, ChainError, DiskFullError, ReadOnlyDiskError or JournalError; nothing is then changed by us.
        """
        database = Database(path)
        try:
            started = start(database, mirror_folder=mirror, public_key=key.public_key, terminal=terminal)
        except BaseException:
            database.close()
            raise
        return cls(database, started, mirror=mirror, key=key, terminal=terminal), started.report

    @classmethod
    def open_former(cls, path: Path, *, public_key: PublicKey, terminal: str) -> "Journal":
        """Open what was taken over of another terminal's journal: it takes entries of that terminal's key in, and no
        others. Raises as `open` does."""
        database = Database(path)
        try:
            started = start(database, mirror_folder=None, public_key=public_key, terminal=terminal)
        except BaseException:
            database.close()
            raise
        return cls(database, started, mirror=None, key=None, terminal=terminal)

    @property
    def path(self) -> Path:
        """The database's file."""
        return self._database.path

    @property
    def head(self) -> Head:
        """The newest entry. Its time is a floor for the clock."""
        return self._head

    @property
    def is_behind(self) -> bool:
        """Whether entries of this journal are known to exist that are not here: this file was put back."""
        return self.outbox.ledger_head() > self._head.sequence

    @property
    def mirror_state(self) -> MirrorState:
        """How the second medium stands now."""
        return self._mirror_report.state

    @property
    def must_reopen(self) -> bool:
        """Whether an outcome is unknown: nothing works before `reopen` has told the truth."""
        return self._database.is_broken

    def record(self, drafts: Sequence[EntryBody], *, reading: Reading) -> tuple[Entry, ...]:
        """Make the drafts the next entries, durably and together.

        Raises ContradictionError for a draft that the record excludes, MalformedError for one that no reader would
        accept, BehindError while entries are missing here, RollbackError for an approval on a forked journal,
        DiskFullError, ReadOnlyDiskError or JournalError: nothing was written. OutcomeUnknownError: call `reopen`.
        """
        assert drafts, "nothing to record"
        if self.is_behind:
            raise BehindError(f"entries behind {self._head.sequence} are signed already, and are not here")
        assert self._key is not None, "another terminal's journal takes only what that terminal signed"
        entries: list[Entry] = []
        head = self._head
        try:
            with self._database.transaction() as transaction:
                for draft in drafts:
                    refuse_contradiction(self._database, draft)
                    entry = sign_next(draft, after=head, reading=reading, key=self._key)
                    self._insert(transaction, entry)
                    entries.append(entry)
                    head = Head.of(entry)
                assert sum(len(entry.raw) + HEAD_BYTES for entry in entries) <= BATCH_BYTES_MAX, (
                    "a cut could tear more than one append"
                )
                self._write_mirror(transaction, entries)
        except BaseException:
            self._doubtful = tuple(entries) if self._database.is_broken else ()
            raise
        self._head = head
        return tuple(entries)

    def adopt(self, raws: Sequence[bytes]) -> int:
        """Take in entries of this terminal, oldest first, that only the ledger still had; returns how many were new.

        Raises ChainError for what is not ours or leaves a gap, RollbackError for a fork; nothing was written.
        """
        entries = read_new(self._database, raws, head=self._head, public_key=self._public_key)
        if not entries:
            return 0
        before = self._head
        try:
            with self._database.transaction() as transaction:
                insert_signed(transaction, entries, new_jobs=PrintState.HELD)
                self._write_mirror(transaction, entries)
        except BaseException:
            self._doubtful = entries if self._database.is_broken else ()
            raise
        self._head = Head.of(entries[-1])
        note_recovered(self._database, after=before.sequence, at_s=self._head.time_s)
        return len(entries)

    def reopen(self) -> Reopened:
        """Open both media again and say which of the entries in doubt are there.

        Raises OutcomeUnknownError while that cannot be settled, and whatever opening raises; it may be called again.
        """
        if self._mirror is not None:
            self._mirror.close()
        met = self._database.fault
        self._database.reopen()
        started = start(
            self._database, mirror_folder=self._mirror_folder, public_key=self._public_key, terminal=self._terminal
        )
        self._mirror, self._mirror_report, self._head = started.mirror, started.report.mirror, started.head
        is_settled = started.report.write_fault is None and write_anew(self._database, self._head)
        recorded = tuple(entry for entry in self._doubtful if self.entry_by_hash(entry.hash) is not None)
        lost = tuple(entry for entry in self._doubtful if entry not in recorded)
        # A write that found no room never got as far as the mark of a commit, so what is missing now stays missing.
        if lost and not is_settled and not (isinstance(met, DiskFullError) and self._mirror_folder is None):
            self._database.close()
            raise OutcomeUnknownError("the disk still takes no writes: what is on it cannot be settled")
        self._doubtful = ()
        return Reopened(recorded=recorded, lost=lost, fault=met, report=started.report)

    def entry(self, sequence: int) -> Entry | None:
        """The entry of this sequence, verified."""
        return self._entry("SELECT raw FROM entries WHERE sequence = ?", min(sequence, SEQUENCE_MAX))

    def entry_by_hash(self, digest: bytes) -> Entry | None:
        """The entry with this hash, verified."""
        return self._entry("SELECT raw FROM entries WHERE hash = ?", digest)

    def day_totals(self, business_date: str) -> DayTotals:
        """What a business day adds up to so far."""
        return day_totals(self._database, business_date)

    def rejoin_mirror(self) -> MirrorReport:
        """Try a second medium that was missing or failed again; nothing happens where it is current."""
        if self._mirror is None:
            self._mirror, self._head, self._mirror_report = settle_mirror(
                self._database, self._mirror_folder, head=self._head, public_key=self._public_key
            )
        return self._mirror_report

    def verify(self) -> Verification:
        """Look at everything: pages, every signature, every computed row, every record of the mirror."""
        return verify_all(self._database, self._mirror, public_key=self._public_key)

    def rebuild(self) -> None:
        """Compute everything that follows from the entries anew."""
        rebuild(self._database)

    def hold_still(self) -> None:
        """Write to nothing but the write-ahead log until `let_go`, so that `path` can be copied (`backup`)."""
        self._database.hold_still()

    def let_go(self) -> bool:
        """End that; whether nothing was written to the file meanwhile."""
        return self._database.let_go()

    def checkpoint(self) -> None:
        """Empty the write-ahead log; for idle moments, so that no sale has to."""
        self._database.checkpoint()

    def close(self) -> None:
        """Let go of both media. What was recorded is durable already."""
        if self._mirror is not None:
            self._mirror.close()
        self._database.close()

    def _insert(self, transaction: Transaction, entry: Entry) -> None:
        at = Place(sequence=entry.sequence, time_s=entry.time_s)
        # Read back, so that what is computed now is what will be computed from the same bytes at any later time.
        body = parse_body(entry.kind, entry.body)
        insert_entry(transaction.connection, entry)
        apply(transaction.connection, at, body)
        follow_entry(transaction.connection, at, body, new=self._first_state(body))

    def _first_state(self, body: EntryBody | UnknownBody) -> PrintState:
        """A copy or a slip was asked for by a person; the original of a sale waits for the shop's habit."""
        return PrintState.QUEUED if isinstance(body, _ASKED_FOR) else self.new_originals

    def _write_mirror(self, transaction: Transaction, entries: Sequence[Entry]) -> None:
        """Sync the entries on the second medium. From here on they may exist, whatever the database says."""
        if self._mirror is None:
            return
        transaction.seal()
        try:
            self._mirror.append([entry.raw for entry in entries])
        except MirrorError as error:
            self._mirror.close()
            self._mirror = None
            self._mirror_report = MirrorReport(state=MirrorState.FAILED, fault=str(error))

    def _entry(self, sql: str, key: int | bytes) -> Entry | None:
        row = self._database.row(sql, key)
        return None if row is None else verify_entry(row[0], self._public_key)
