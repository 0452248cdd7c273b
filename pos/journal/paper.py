"""Receipts on their way to paper.

That a receipt should be printed, and how that ended, is in the chain; where it stands in between is known to this
terminal alone. Rules:

- `SENDING` is durable before the first byte goes to the printer, so that a cut in between is seen afterwards;
- what was being sent when the power went is `UNKNOWN`: nothing prints a second original by itself;
- only unfinished jobs have a row in `paper`; the end is an entry (`receipt.printed`), and takes the row away;
- jobs of recovered sales are held: nobody wants a shower of old receipts.
"""

import sqlite3
from collections.abc import Collection
from typing import Final

from pos.journal.database import Database, Row
from pos.journal.numbers import receipt_ordinal
from pos.journal.projections import job_of
from pos.journal.records import PROVEN, Place, PrintJob, PrintState
from pos.voucher.bodies import AttentionClosed, EntryBody, ReceiptPrinted, UnknownBody

JOBS_MAX: Final = 500
LOCAL_STATES: Final = frozenset({PrintState.QUEUED, PrintState.HELD, PrintState.SENDING, PrintState.UNKNOWN})
"""What can be marked here; everything else is an entry."""

_JOB: Final = (
    "SELECT j.job, j.receipt_number, j.copy_number, j.outcome, p.state, coalesce(p.attempts, 0), j.time_s"
    " FROM print_jobs j LEFT JOIN paper p ON p.job = j.job"
)
_UNFINISHED: Final = (
    "SELECT p.job, j.receipt_number, j.copy_number, j.outcome, p.state, p.attempts, j.time_s"
    " FROM paper p JOIN print_jobs j ON j.job = p.job"
)


class Paper:
    """Print jobs of this terminal."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def job(self, job: int) -> PrintJob | None:
        """The job that this entry asked for, finished or not."""
        row = self._database.row(f"{_JOB} WHERE j.job = ?", job)
        return None if row is None else _job(row)

    def jobs_of(self, receipt_number: str) -> tuple[PrintJob, ...]:
        """The original of a receipt or of a document and every copy, in that order."""
        if receipt_ordinal(receipt_number) is None:
            rows = self._database.rows(
                f"{_JOB} WHERE j.receipt_number = ? ORDER BY 1 LIMIT ?", receipt_number, JOBS_MAX
            )
            return tuple(map(_job, rows))
        rows = self._database.rows(
            f"{_JOB} WHERE j.job = (SELECT job FROM receipts WHERE ordinal = ?1 AND number = ?2)"
            f" UNION ALL {_JOB} WHERE j.receipt_number = ?2 AND j.copy_number > 1 ORDER BY 1 LIMIT ?3",
            receipt_ordinal(receipt_number),
            receipt_number,
            JOBS_MAX,
        )
        return tuple(map(_job, rows))

    def next_job(self) -> PrintJob | None:
        """The oldest queued job."""
        row = self._database.row(f"{_UNFINISHED} WHERE p.state = 'queued' ORDER BY p.job LIMIT 1")
        return None if row is None else _job(row)

    def print_jobs(
        self, states: Collection[PrintState] = LOCAL_STATES, *, jobs_max: int = JOBS_MAX
    ) -> tuple[PrintJob, ...]:
        """Unfinished jobs in these states, oldest first."""
        assert LOCAL_STATES.issuperset(states), "finished jobs are found by their receipt"
        marks = ", ".join("?" * len(states))
        rows = self._database.rows(
            f"{_UNFINISHED} WHERE p.state IN ({marks}) ORDER BY p.job LIMIT ?", *states, jobs_max
        )
        return tuple(map(_job, rows))

    def count(self, state: PrintState) -> int:
        """How many unfinished jobs are in this state."""
        row = self._database.row("SELECT count(*) FROM paper WHERE state = ?", state)
        return 0 if row is None else int(row[0])

    def mark(self, job: int, state: PrintState, *, at_s: int) -> None:
        """Say, durably, where a job stands; each `SENDING` counts as an attempt. Ends are entries, not marks."""
        assert state in LOCAL_STATES, "an end is recorded as an entry"
        attempts = int(state is PrintState.SENDING)
        with self._database.transaction() as transaction:
            transaction.connection.execute(
                "INSERT INTO paper VALUES (?1, ?2, ?3, ?4) ON CONFLICT (job) DO UPDATE"
                " SET state = ?2, attempts = attempts + ?3, changed_s = ?4",
                (job, state.value, attempts, at_s),
            )


def follow_entry(connection: sqlite3.Connection, at: Place, body: EntryBody | UnknownBody, *, new: PrintState) -> None:
    """Keep the unfinished jobs in step with an entry that has just been applied; a job it asked for begins as `new`."""
    if isinstance(body, ReceiptPrinted):
        _follow_end(connection, at, body)
    elif isinstance(body, AttentionClosed):
        connection.execute(
            "DELETE FROM paper WHERE state = 'unknown' AND job = (SELECT sequence FROM entries WHERE hash = ?)",
            (body.entry,),
        )
    else:
        connection.execute(
            "INSERT OR IGNORE INTO paper SELECT job, ?, 0, time_s FROM print_jobs WHERE job = ? AND outcome IS NULL",
            (new.value, at.sequence),
        )


def _follow_end(connection: sqlite3.Connection, at: Place, body: ReceiptPrinted) -> None:
    state = PROVEN.get(body.outcome, PrintState.QUEUED)
    job = job_of(connection, body.receipt_number, body.copy_number)
    if state in LOCAL_STATES:
        connection.execute("UPDATE paper SET state = ?, changed_s = ? WHERE job = ?", (state.value, at.time_s, job))
    else:
        connection.execute("DELETE FROM paper WHERE job = ?", (job,))


def interrupt_jobs(database: Database, *, at_s: int) -> tuple[int, ...]:
    """After a start: what was being sent is unknown now. Returns those jobs."""
    rows = database.rows("SELECT job FROM paper WHERE state = 'sending' ORDER BY job")
    if rows:
        with database.transaction() as transaction:
            transaction.connection.execute(
                "UPDATE paper SET state = 'unknown', changed_s = ? WHERE state = 'sending'", (at_s,)
            )
    return tuple(row[0] for row in rows)


def _job(row: Row) -> PrintJob:
    job, number, copy_number, outcome, state, attempts, time_s = row
    return PrintJob(
        job=job,
        receipt_number=number,
        copy_number=copy_number,
        state=PrintState(state or outcome or PrintState.HELD),
        attempts=attempts,
        time_s=time_s,
    )
