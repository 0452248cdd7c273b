"""Taking in entries that are signed already: from the mirror after a cut, from the ledger after a loss.

An entry of this terminal found on any medium is part of the journal. It is verified under the terminal's own key, has
to follow the chain byte by byte, and is never signed anew. Another entry for a sequence that is here too is a fork:
nothing can decide between two signatures of one key, so both are kept and no payment is approved any more.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from pos.errors import ChainError, MalformedError, RollbackError
from pos.journal.chain import Head, insert_entry
from pos.journal.database import Database, Transaction
from pos.journal.paper import follow_entry
from pos.journal.projections import apply_signed
from pos.journal.records import Place, PrintState
from pos.voucher.entry import Entry, verify_entry
from pos.voucher.keys import PublicKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Fork:
    """Two entries of this terminal's key for one sequence."""

    sequence: int
    ours: bytes
    """Hash of the entry in the database."""
    theirs: bytes
    """Hash of the one on the other medium."""


def read_new(database: Database, raws: Sequence[bytes], *, head: Head, public_key: PublicKey) -> tuple[Entry, ...]:
    """Verify entries, oldest first, and return those behind `head`; those that are here already are skipped.

    Raises ChainError where one is not ours or a gap is left, RollbackError where one is a fork.
    """
    new: list[Entry] = []
    for raw in raws:
        entry = _verify(raw, sequence=head.sequence + 1, public_key=public_key)
        if entry.sequence <= head.sequence:
            _refuse_fork(database, entry)
        elif entry.sequence > head.sequence + 1:
            raise ChainError("the one before it is missing", sequence=entry.sequence)
        elif entry.previous != head.hash:
            remember_fork(database, sequence=head.sequence, theirs=entry.previous)
            raise RollbackError(f"entry {entry.sequence} follows another entry {head.sequence} than the one here")
        else:
            new.append(entry)
            head = Head.of(entry)
    return tuple(new)


def fork_with(database: Database, entry: Entry) -> Fork | None:
    """The fork that this entry of our key proves, if the database holds another one for its sequence."""
    row = database.row("SELECT hash FROM entries WHERE sequence = ?", entry.sequence)
    if row is None or row[0] == entry.hash:
        return None
    return Fork(sequence=entry.sequence, ours=row[0], theirs=entry.hash)


def remember_fork(database: Database, *, sequence: int, theirs: bytes) -> None:
    """Write down, durably and for good, that another entry of our key exists; the first one found stays."""
    with database.transaction() as transaction:
        transaction.connection.execute("INSERT OR IGNORE INTO marks VALUES ('fork', ?, ?)", (sequence, theirs))


def known_fork(database: Database) -> Fork | None:
    """The fork that was found here at any time."""
    row = database.row(
        "SELECT m.sequence, e.hash, m.hash FROM marks m JOIN entries e USING (sequence) WHERE name = 'fork'"
    )
    return None if row is None else Fork(sequence=row[0], ours=row[1], theirs=row[2])


def insert_signed(transaction: Transaction, entries: Sequence[Entry], *, new_jobs: PrintState) -> None:
    """Add entries that follow the head, and everything that is computed from them."""
    for entry in entries:
        at = Place(sequence=entry.sequence, time_s=entry.time_s)
        insert_entry(transaction.connection, entry)
        body = apply_signed(transaction.connection, at, entry.kind, entry.body)
        follow_entry(transaction.connection, at, body, new=new_jobs)


def _verify(raw: bytes, *, sequence: int, public_key: PublicKey) -> Entry:
    try:
        return verify_entry(raw, public_key)
    except MalformedError as error:
        raise ChainError(error.what, sequence=sequence) from error


def _refuse_fork(database: Database, entry: Entry) -> None:
    fork = fork_with(database, entry)
    if fork is not None:
        remember_fork(database, sequence=fork.sequence, theirs=fork.theirs)
        raise RollbackError(f"two entries {fork.sequence}: {fork.ours.hex()} here, {fork.theirs.hex()} elsewhere")
