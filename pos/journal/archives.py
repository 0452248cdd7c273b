"""What may leave this terminal once it is old and safe elsewhere, and what never does.

Rules:

- the chain never leaves: entries are what the tables are computed from, what a spent voucher is known by, and what
  every later entry is chained to; five years of them are less than a gigabyte;
- what may go are messages of the ledger that only repeat what the chain or the outcomes hold: of kinds in `PASSING`;
- nothing goes without an acknowledged archive that covers it, and how much went is an entry.
"""

from dataclasses import dataclass
from typing import Final

from pos.journal.database import Database
from pos.voucher.bodies import ArchiveAcknowledged, parse_body
from pos.voucher.entry import parse_entry
from pos.voucher.message_bodies import CashReceiptTold, PaymentOutcomeTold, SettlementTold, VoucherSpentTold

PASSING: Final = tuple(
    str(kind.KIND) for kind in (PaymentOutcomeTold, CashReceiptTold, SettlementTold, VoucherSpentTold)
)
"""Orders, certificates, warnings and whatever could not be read stay."""
MESSAGES_MAX: Final = 256
_MARKS: Final = ", ".join("?" * len(PASSING))
# The newest message stays: the next one is asked for behind it.
_OLD: Final = f"kind IN ({_MARKS}) AND time_s < ? AND number < (SELECT max(number) FROM messages)"


@dataclass(frozen=True, slots=True, kw_only=True)
class OldMessage:
    """A message that an archive takes."""

    number: int
    raw: bytes


class Archives:
    """Questions about archives, and the one way in which anything is dropped."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def acknowledged(self) -> ArchiveAcknowledged | None:
        """The archive that somebody acknowledged last."""
        row = self._database.row(
            "SELECT raw FROM entries WHERE kind = ? ORDER BY sequence DESC LIMIT 1", ArchiveAcknowledged.KIND
        )
        if row is None:
            return None
        entry = parse_entry(row[0])
        body = parse_body(entry.kind, entry.body)
        assert isinstance(body, ArchiveAcknowledged), "the kind says so"
        return body

    def old_messages(self, *, before_s: int, after: int) -> tuple[OldMessage, ...]:
        """Messages that may go, from before a moment, in the order of their numbers."""
        rows = self._database.rows(
            f"SELECT number, raw FROM messages WHERE {_OLD} AND number > ? ORDER BY number LIMIT ?",
            *PASSING,
            before_s,
            after,
            MESSAGES_MAX,
        )
        return tuple(OldMessage(number=number, raw=raw) for number, raw in rows)

    def drop(self, *, before_s: int) -> int:
        """Drop them, durably; returns how many. Whoever calls this has looked for an acknowledged archive."""
        with self._database.transaction() as transaction:
            transaction.connection.execute(
                f"DELETE FROM told WHERE number IN (SELECT number FROM messages WHERE {_OLD})", (*PASSING, before_s)
            )
            dropped = transaction.connection.execute(f"DELETE FROM messages WHERE {_OLD}", (*PASSING, before_s))
        return dropped.rowcount
