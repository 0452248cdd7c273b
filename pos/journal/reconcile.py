"""Bringing the database and its mirror to the same entries, at start and when a medium comes back.

The mirror is written first, so the ordinary differences are two: it is ahead by what was being recorded when the power
went, or it is behind because it was away. The others are told apart:

| mirror against database          | meaning                            | what is done                              |
|----------------------------------|------------------------------------|-------------------------------------------|
| last append torn                 | cut while it was written           | cut off; nobody was told                  |
| ahead by one append              | cut between mirror and commit      | adopted                                   |
| ahead by more                    | the database was put back          | adopted, and reported as a rollback       |
| behind, or empty                 | another or returning medium        | filled up                                 |
| other entry of our key, same sequence | the terminal lived twice      | a fork: both left as they are             |
| anything else                    | damage                             | set aside, kept, and filled anew          |

Where the newest entry of the database stands at its place in the mirror, everything before it is taken as equal: it is
bound by hashes. `compare` reads all of it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pos.errors import ChainError, MalformedError, RollbackError
from pos.journal.adoption import Fork, fork_with, insert_signed, read_new
from pos.journal.chain import Head
from pos.journal.database import Database
from pos.journal.faults import mapped
from pos.journal.mirror import BATCH_BYTES_MAX, HEAD_BYTES, Mirror, MirrorState, Record
from pos.journal.records import PrintState
from pos.voucher.bodies import boot_of
from pos.voucher.entry import Entry, verify_entry
from pos.voucher.keys import PublicKey

_CHUNK: Final = 200
"""Entries adopted or refilled at a time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MirrorReport:
    """What was found on the second medium, and what was done."""

    state: MirrorState
    adopted: int = 0
    """Entries that only the mirror had."""
    is_rollback: bool = False
    """They were more than the one append that a cut can leave, and the database was not new: it was put back."""
    refilled: int = 0
    """Entries that were written to the mirror."""
    torn_bytes: int = 0
    kept: Path | None = None
    """A damaged file, kept beside the new one."""
    fork: Fork | None = None
    fault: str | None = None
    """What the medium said when it failed; for developers."""


class Reconciliation:
    """One run over a mirror."""

    def __init__(self, database: Database, mirror: Mirror, *, head: Head, public_key: PublicKey) -> None:
        self._database = database
        self._mirror = mirror
        self._public_key = public_key
        self._began_empty = head.sequence == 0
        self._adopted = 0
        self.is_interrupted = True
        self._is_damaged = False
        """A whole record stands where another one belongs: no cut leaves that behind."""
        self.head = head
        """The head afterwards."""

    def run(self) -> MirrorReport:
        """Make both the same, or say why they are not. Raises MirrorError, or what the database raises."""
        end, held = self._database_bytes(), self.head.sequence
        if not self._ends_with_head(end):
            fork, end, held = self._walk()
            if fork is not None:
                return MirrorReport(state=MirrorState.FORKED, fork=fork)
        if held == self.head.sequence:
            end = self._adopt_from(end)
            held = self.head.sequence
        torn_bytes = self._mirror.size_bytes - end
        kept = None
        if self._is_damaged or torn_bytes > BATCH_BYTES_MAX:
            kept, held, torn_bytes = self._mirror.set_aside(), 0, 0
        elif torn_bytes:
            self._mirror.cut(end)
        return MirrorReport(
            state=MirrorState.CURRENT,
            adopted=self._adopted,
            is_rollback=self._adopted > 0 and not self.is_interrupted and not self._began_empty,
            refilled=self._refill(held),
            torn_bytes=torn_bytes,
            kept=kept,
        )

    def _database_bytes(self) -> int:
        row = self._database.row("SELECT coalesce(sum(length(raw) + ?), 0) FROM entries", HEAD_BYTES)
        assert row is not None, "an aggregate has one row"
        return int(row[0])

    def _ends_with_head(self, end: int) -> bool:
        row = self._database.row("SELECT raw FROM entries WHERE sequence = ?", self.head.sequence)
        if row is None:
            return True
        record = next(self._mirror.records(start=end - HEAD_BYTES - len(row[0])), None)
        return record == Record(entry=row[0], end=end)

    def _walk(self) -> tuple[Fork | None, int, int]:
        """Compare from the beginning: the fork that was found, how far both are equal, and how many entries that is."""
        end = held = 0
        ours = entries_of(self._database)
        for record in self._mirror.records():
            if next(ours, None) != record.entry:
                fork = self._fork(record.entry)
                self._is_damaged = fork is None
                return fork, end, held
            end, held = record.end, held + 1
        return None, end, held

    def _fork(self, raw: bytes) -> Fork | None:
        try:
            entry = verify_entry(raw, self._public_key)
        except MalformedError:
            return None
        return fork_with(self._database, entry)

    def _adopt_from(self, end: int) -> int:
        """Take over whole, valid entries behind the database's last one; returns where they end."""
        chunk: list[Entry] = []
        head = self.head
        for record in self._mirror.records(start=end):
            try:
                new = read_new(self._database, [record.entry], head=head, public_key=self._public_key)
            except (ChainError, RollbackError):
                new = ()
            if not new:
                self._is_damaged = True
                break
            chunk.extend(new)
            head = Head.of(new[0])
            end = record.end
            if len(chunk) == _CHUNK:
                self._adopt(chunk)
                chunk = []
        self._adopt(chunk)
        return end

    def _adopt(self, entries: Sequence[Entry]) -> None:
        if not entries:
            return
        self.is_interrupted = self._adopted == 0 and _is_one_append(entries)
        new_jobs = PrintState.QUEUED if self.is_interrupted else PrintState.HELD
        with self._database.transaction() as transaction:
            insert_signed(transaction, entries, new_jobs=new_jobs)
        self._adopted += len(entries)
        self.head = Head.of(entries[-1])

    def _refill(self, held: int) -> int:
        self._mirror.append(entries_of(self._database, after=held))
        return self.head.sequence - held


def compare(database: Database, mirror: Mirror) -> str | None:
    """Read both to the end; what differs first, or None."""
    number = 0
    ours = entries_of(database)
    for record in mirror.records():
        number += 1
        if next(ours, None) != record.entry:
            return f"mirror: entry {number} is another one"
    if next(ours, None) is not None:
        return f"mirror: entry {number + 1} is missing or damaged"
    return None


def entries_of(database: Database, *, after: int = 0) -> Iterator[bytes]:
    """The bytes of every entry behind `after`, oldest first."""
    with mapped():
        for (raw,) in database.connection.execute(
            "SELECT raw FROM entries WHERE sequence > ? ORDER BY sequence", (after,)
        ):
            yield raw


def _is_one_append(entries: Sequence[Entry]) -> bool:
    """Whether one call of `record` made them: then they share the moment."""
    moments = {(stamp.boot_id, stamp.boot_ms) for stamp in (boot_of(entry.body) for entry in entries)}
    return len(moments) == 1
