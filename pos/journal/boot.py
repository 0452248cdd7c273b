"""Opening the journal: everything is looked at before anything is sold.

1. the file is a journal of this terminal, and its tables are up to date (`schema`);
2. SQLite finds no fault in its pages;
3. every entry hashes to what the next one names, signatures hold under our key (`chain`);
4. the computed tables are of these entries, or are computed anew (`rebuild`);
5. the mirror holds the same entries, or is settled with (`reconcile`);
6. what was in the middle of something is put on the list for a person (`paper`, `attention`).

Damage stops here with an exception and changes nothing: what to do about it is decided by a person. A disk that takes
no more writes does not stop it: the journal can then be read and delivered, and says that it takes no entries.
"""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from pos.errors import DiskFullError, JournalError, OutcomeUnknownError, ReadOnlyDiskError
from pos.journal.adoption import Fork, known_fork, remember_fork
from pos.journal.attention import Attention, look_back, note_recovered
from pos.journal.chain import EMPTY, ChainFound, Head, check_chain, head_of, remember_verified
from pos.journal.database import Database
from pos.journal.faults import DamagedError
from pos.journal.mirror import Mirror, MirrorError, MirrorState, is_marked
from pos.journal.paper import interrupt_jobs
from pos.journal.rebuild import Contradiction, contradictions, is_current, rebuild
from pos.journal.reconcile import MirrorReport, Reconciliation
from pos.journal.records import AttentionItem
from pos.journal.schema import migrate
from pos.voucher.keys import PublicKey


class ComputedState(StrEnum):
    """How the computed tables were found."""

    CURRENT = "current"
    REBUILT = "rebuilt"


@dataclass(frozen=True, slots=True, kw_only=True)
class BootReport:
    """Everything that was found and done when the journal was opened."""

    is_created: bool
    migrations: tuple[str, ...]
    head: Head
    """The newest entry; its sequence is the number of entries, its time a floor for the clock."""
    signatures_checked: int
    computed: ComputedState
    contradictions: tuple[Contradiction, ...]
    mirror: MirrorReport
    fork: Fork | None
    """Found now or at any time before."""
    interrupted_jobs: tuple[int, ...]
    """Receipts that were being sent when the power went."""
    attention: tuple[AttentionItem, ...]
    write_fault: JournalError | None
    """Why nothing can be written: DiskFullError, ReadOnlyDiskError or another; None where all is well."""

    @property
    def may_approve(self) -> bool:
        """Whether payments may be approved: neither where a journal lived twice, nor where nothing can be written."""
        return self.fork is None and self.write_fault is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Started:
    """An opened journal's parts."""

    mirror: Mirror | None
    head: Head
    public_key: PublicKey
    report: BootReport


def start(database: Database, *, mirror_folder: Path | None, public_key: PublicKey, terminal: str) -> Started:
    """Run the six steps. Raises DamagedError, ChainError, JournalError, or what a failing disk raises."""
    migrations = migrate(database)
    _refuse_stranger(database, public_key=public_key, terminal=terminal)
    problems = database.integrity_problems()
    if problems:
        raise DamagedError("; ".join(problems))
    found = check_chain(database, public_key)
    computed = _compute(database, found)
    settled = _settle(database, mirror_folder, head=found.head, public_key=public_key)
    report = BootReport(
        is_created=database.is_created,
        migrations=migrations,
        head=settled.head,
        signatures_checked=found.signatures_checked,
        computed=computed,
        contradictions=contradictions(database),
        mirror=settled.report,
        fork=known_fork(database),
        interrupted_jobs=settled.interrupted_jobs,
        attention=Attention(database).items(),
        write_fault=settled.write_fault,
    )
    return Started(mirror=settled.mirror, head=settled.head, public_key=public_key, report=report)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Settled:
    """What steps 5 and 6 left."""

    head: Head
    report: MirrorReport
    mirror: Mirror | None = None
    interrupted_jobs: tuple[int, ...] = ()
    write_fault: JournalError | None = None


def _settle(database: Database, folder: Path | None, *, head: Head, public_key: PublicKey) -> _Settled:
    mirror = None
    try:
        remember_verified(database, head)
        mirror, settled, report = settle_mirror(database, folder, head=head, public_key=public_key)
        interrupted = interrupt_jobs(database, at_s=settled.time_s)
        look_back(database, head=settled.sequence, at_s=settled.time_s)
    except (OutcomeUnknownError, DiskFullError, ReadOnlyDiskError) as error:
        if mirror is not None:
            mirror.close()
        database.reopen()
        fault = (database.fault or error) if isinstance(error, OutcomeUnknownError) else error
        state = MirrorState.OFF if folder is None else MirrorState.FAILED
        return _Settled(head=head_of(database), report=MirrorReport(state=state, fault=str(fault)), write_fault=fault)
    return _Settled(head=settled, report=report, mirror=mirror, interrupted_jobs=interrupted)


def settle_mirror(
    database: Database, folder: Path | None, *, head: Head, public_key: PublicKey
) -> tuple[Mirror | None, Head, MirrorReport]:
    """Open the second medium and bring both to the same entries; without it the journal goes on and says so."""
    if folder is None:
        return None, head, MirrorReport(state=MirrorState.OFF)
    mirror = None
    try:
        is_ours = is_marked(folder, public_key=public_key)
        if is_ours is not True:
            return None, head, MirrorReport(state=MirrorState.MISSING if is_ours is None else MirrorState.FOREIGN)
        mirror = Mirror(folder)
        run = Reconciliation(database, mirror, head=head, public_key=public_key)
        report = run.run()
    except MirrorError as error:
        if mirror is not None:
            mirror.close()
        return None, head_of(database), MirrorReport(state=MirrorState.FAILED, fault=str(error))
    if report.fork is not None:
        remember_fork(database, sequence=report.fork.sequence, theirs=report.fork.theirs)
    if report.adopted and not run.is_interrupted:
        note_recovered(database, after=head.sequence, at_s=run.head.time_s)
    if report.state is not MirrorState.CURRENT:
        mirror.close()
        return None, run.head, report
    return mirror, run.head, report


def _refuse_stranger(database: Database, *, public_key: PublicKey, terminal: str) -> None:
    owner = database.row("SELECT terminal, public_key FROM owner")
    if owner is None:
        with database.transaction() as transaction:
            transaction.connection.execute("INSERT INTO owner VALUES (1, ?, ?)", (terminal, bytes(public_key)))
    elif owner != (terminal, public_key):
        raise JournalError(f"{database.path.name} is the journal of terminal {owner[0]} under another key or id")


def _compute(database: Database, found: ChainFound) -> ComputedState:
    if is_current(database, found):
        return ComputedState.CURRENT
    rebuild(database)
    return ComputedState.CURRENT if found.head == EMPTY else ComputedState.REBUILT
