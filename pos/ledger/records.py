"""Journals as they are stored: entries in their order, and the other branches of forks beside them.

Rules: an entry is stored with the bytes that its terminal signed and never changed; forks are kept up to a bound per
terminal, so that a stolen key cannot fill the disk. What an entry means is left to `pos.ledger.intake`.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from sqlalchemy import Connection, func, select

from pos.ledger import schema
from pos.ledger.batch import BODY_BYTES_MAX, ENTRIES_MAX
from pos.ledger.dialect import insert_missing, insert_rows
from pos.voucher.entry import Entry

FORKED_MAX: Final = 1_024
"""Entries of other branches kept per terminal: the first ones prove the fork, the rest only show how long it is."""
_CBOR_HEAD_BYTES: Final = 5


def stored_hashes(connection: Connection, terminal: str, entries: Sequence[Entry]) -> dict[int, bytes]:
    """Return the stored hashes at the places of these entries."""
    if not entries:
        return {}
    places = [entry.sequence for entry in entries]
    table = schema.entries
    rows = select(table.c.sequence, table.c.hash).where(
        table.c.terminal == terminal, table.c.sequence.between(min(places), max(places))
    )
    return {row.sequence: row.hash for row in connection.execute(rows)}


def append(connection: Connection, terminal: str, entries: Iterable[Entry], *, received_s: int) -> None:
    """Store entries that continue the journal."""
    rows = [
        {
            "terminal": terminal,
            "sequence": entry.sequence,
            "hash": entry.hash,
            "kind": entry.kind,
            "time_s": entry.time_s,
            "received_s": received_s,
            "raw": entry.raw,
        }
        for entry in entries
    ]
    if rows:
        insert_rows(connection, schema.entries, rows)


def keep_fork(connection: Connection, terminal: str, branch: Sequence[Entry], *, received_s: int) -> None:
    """Keep the other branch of a fork as evidence."""
    if not branch:
        return
    forks = schema.forks
    count = select(func.count()).select_from(forks).where(forks.c.terminal == terminal)
    room = FORKED_MAX - connection.execute(count).scalar_one()
    rows = [
        {
            "terminal": terminal,
            "hash": entry.hash,
            "sequence": entry.sequence,
            "received_s": received_s,
            "raw": entry.raw,
        }
        for entry in branch[: max(room, 0)]
    ]
    insert_missing(connection, forks, rows)


def entries_after(connection: Connection, terminal: str, sequence: int) -> tuple[bytes, ...]:
    """Return stored entries behind `sequence`, oldest first, as many as one body may hold."""
    table = schema.entries
    rows = select(table.c.raw).where(table.c.terminal == terminal, table.c.sequence > sequence)
    raws = connection.execute(rows.order_by(table.c.sequence).limit(ENTRIES_MAX)).scalars()
    return tuple(_fitting(raws))


def _fitting(raws: Iterable[bytes]) -> Iterator[bytes]:
    room = BODY_BYTES_MAX - _CBOR_HEAD_BYTES
    for raw in raws:
        room -= len(raw) + _CBOR_HEAD_BYTES
        if room < 0:
            return
        yield raw
