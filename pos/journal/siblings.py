"""What the other tills of the shop have told, and what they are to be told.

Rules:

- a sibling's payments go where those from the ledger's messages go (`sibling_spends`), and how far that sibling has
  been heard is moved on in the same transaction: a cut leaves both or none, and what is told twice changes nothing;
- beside the chain, like acknowledgements: it is no doing of this terminal, and its proof, the sibling's signed entry,
  is in the sibling's journal. Losing these tables loses no truth: the sibling and the ledger tell it again;
- what a sibling is told are entries of our own chain, never what others told us.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from pos.clock import Reading
from pos.journal.database import SEQUENCE_MAX, Database
from pos.journal.inbox import add_sibling_spends
from pos.voucher.message_bodies import SiblingSpend

CAUGHT_UP_MAX: Final = 10_000
"""Approvals that a sibling is told of at most when it begins; older ones it has from the ledger."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Approvals:
    """Own approvals, oldest first."""

    entries: tuple[bytes, ...]
    told: int
    """Sequence up to which these are all there are."""
    is_all: bool


class Siblings:
    """Questions about the other tills."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def heard(self, terminal: str) -> int:
        """Sequence of the sibling's entry up to which all of its approvals are here; 0 for none."""
        row = self._database.row("SELECT heard FROM sibling_tills WHERE terminal = ?", terminal)
        return 0 if row is None else int(row[0])

    def take(self, terminal: str, spends: Sequence[SiblingSpend], *, heard: int, reading: Reading) -> int:
        """Keep what a sibling told, durably; returns how many payments were new."""
        if not spends and heard == self.heard(terminal):
            return 0
        with self._database.transaction() as transaction:
            new = add_sibling_spends(transaction, spends, time_s=reading.time_s)
            transaction.connection.execute(
                "INSERT OR REPLACE INTO sibling_tills VALUES (?, ?, ?)",
                (terminal, min(heard, SEQUENCE_MAX), reading.time_s),
            )
        return new

    def begin_after(self, heard: int, *, head: int) -> int:
        """Behind which of our entries to begin for a sibling that has heard so much; all again where it has heard of
        more than there is, and at most CAUGHT_UP_MAX approvals."""
        row = self._database.row("SELECT entry FROM payments ORDER BY entry DESC LIMIT 1 OFFSET ?", CAUGHT_UP_MAX)
        return max(heard if heard <= head else 0, 0 if row is None else int(row[0]))

    def approvals_after(self, sequence: int, *, head: int, entries_max: int, bytes_max: int) -> Approvals:
        """Own approvals behind an entry, as many as fit: one of them always does."""
        rows = self._database.rows(
            "SELECT e.sequence, e.raw FROM payments p JOIN entries e ON e.sequence = p.entry"
            " WHERE p.entry > ? ORDER BY p.entry LIMIT ?",
            min(sequence, SEQUENCE_MAX),
            entries_max + 1,
        )
        fitting: list[bytes] = []
        told, left = sequence, bytes_max
        for place, raw in rows[:entries_max]:
            left -= len(raw)
            if left < 0 and fitting:
                break
            fitting.append(raw)
            told = place
        is_all = len(fitting) == len(rows)
        return Approvals(entries=tuple(fitting), told=max(head, told) if is_all else told, is_all=is_all)
