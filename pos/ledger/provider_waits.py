"""What waits for its next try with the provider of cash receipts, and when the provider itself is left alone.

Rules:

- a request that the provider did not answer waits for itself, longer each time, and the others go on. The wait is in
  the database, so that neither a restart nor another process on it forgets; it is dropped with the answer;
- a provider that answers nobody costs no time-out for each request: after MISSES_MAX in a row, and at once where it
  cannot be reached at all, it is left alone for PAUSE_S and then tried with one request until it answers one;
- what was never tried comes before what failed, so that requests that fail for ever hold up nobody.

What is asked is left to `pos.ledger.cash_receipts`.
"""

from typing import Final

from sqlalchemy import ColumnElement, Connection, delete, func, or_, update

from pos.ledger import schema
from pos.ledger.dialect import insert_missing
from pos.ledger.schema import StoredRow

PAUSE_S: Final = 30
"""How long a provider is left alone, and how long a request waits that it did not answer once."""
CONFIRM_PAUSE_S: Final = 600
"""How long a receipt waits that the tax office did not have when it was asked for once."""
WAIT_MAX_S: Final = 3_600
MISSES_MAX: Final = 3
"""Requests in a row without an answer, after which it is the provider and not the request."""
_DOUBLINGS_MAX: Final = 12


class Patience:
    """Whether the provider is asked now. In memory and for one process: a new one finds out with its first requests."""

    def __init__(self) -> None:
        self._misses = 0
        self._left_alone_s: int | None = None

    def is_over(self, now_s: int) -> bool:
        """Whether the provider is left alone at this moment."""
        return self._left_alone_s is not None and 0 <= now_s - self._left_alone_s < PAUSE_S

    def answered(self) -> None:
        """Something was answered, whatever it was."""
        self._misses = 0
        self._left_alone_s = None

    def missed(self, *, now_s: int) -> None:
        """One request was not answered."""
        self._misses += 1
        if self._misses >= MISSES_MAX:
            self.gone(now_s=now_s)

    def gone(self, *, now_s: int) -> None:
        """Nobody is there to be asked."""
        self._misses = MISSES_MAX
        self._left_alone_s = now_s


def wait_s(tries: int, *, first_s: int) -> int:
    """How long a request waits after so many tries: twice as long each time, no longer than WAIT_MAX_S."""
    return int(min(first_s << min(tries - 1, _DOUBLINGS_MAX), WAIT_MAX_S))


def is_due(now_s: int) -> ColumnElement[bool]:
    """Whether a request, outer-joined with its wait, may be tried; a clock that was set back keeps nobody waiting."""
    next_s = schema.provider_waits.c.next_s
    return or_(next_s.is_(None), next_s <= now_s, next_s > now_s + WAIT_MAX_S)


def tries() -> ColumnElement[int]:
    """How often a request, outer-joined with its wait, was tried in vain."""
    return func.coalesce(schema.provider_waits.c.tries, 0)


def turn() -> ColumnElement[int]:
    """What to sort by first."""
    return func.coalesce(schema.provider_waits.c.next_s, 0)


def joined() -> ColumnElement[bool]:
    """The condition of the outer join of `cash_receipts` with `provider_waits`."""
    table, waits = schema.cash_receipts, schema.provider_waits
    return (waits.c.merchant == table.c.merchant) & (waits.c.cash_receipt_id == table.c.cash_receipt_id)


def put_off(connection: Connection, *, row: StoredRow, first_s: int, now_s: int) -> int:
    """Let a request, which was tried `row.tries` times before, wait again; returns until when."""
    waits = schema.provider_waits
    count = row.tries + 1
    next_s = now_s + wait_s(count, first_s=first_s)
    key = {"merchant": row.merchant, "cash_receipt_id": row.cash_receipt_id}
    if not insert_missing(connection, waits, [{**key, "tries": count, "next_s": next_s}]):
        mine = (waits.c.merchant == row.merchant, waits.c.cash_receipt_id == row.cash_receipt_id)
        connection.execute(update(waits).where(*mine).values(tries=count, next_s=next_s))
    return next_s


def drop(connection: Connection, *, row: StoredRow) -> None:
    """Forget the wait of a request that was answered."""
    waits = schema.provider_waits
    mine = (waits.c.merchant == row.merchant, waits.c.cash_receipt_id == row.cash_receipt_id)
    connection.execute(delete(waits).where(*mine))
