"""The transparency log: which payments settled, so that nobody can later say otherwise unseen.

Rules:

- a leaf is the SHA-256 of a journal entry whose payment settled; it is queued in the transaction that settles it;
- `integrate` moves the queue into the tree and signs the new head before that transaction commits: no two signed
  heads of one log can contradict each other, and a crash leaves either the old head or the new;
- nodes of complete subtrees are written once and never changed.

A proof may lag behind a settlement by the time between two calls of `integrate` (the merge delay).
"""

from collections.abc import Collection, Iterable, Sequence
from typing import Final

from sqlalchemy import Connection, delete, insert, select, tuple_

from pos.ledger import checkpoint, schema
from pos.ledger.dialect import insert_missing
from pos.ledger.merkle import (
    EMPTY_ROOT,
    Range,
    Subtree,
    consistency_ranges,
    grown,
    inclusion_ranges,
    leaf_hash,
    range_hash,
    subtrees,
)
from pos.voucher.keys import SigningKey

LEAVES_MAX: Final = 4096
"""Leaves integrated in one transaction: about 20 ms of work, so a delivery never waits long behind it."""


def enqueue(connection: Connection, entries: Iterable[bytes]) -> None:
    """Queue the hashes of settled entries."""
    rows = [{"entry": entry} for entry in entries]
    if rows:
        connection.execute(insert(schema.log_queue), rows)


def integrate(connection: Connection, *, ledger: str, key: SigningKey, now_s: int) -> int:
    """Take up to LEAVES_MAX queued leaves into the tree and sign its head; return how many there were.

    The first call signs the head of the empty log.
    """
    size = _locked_size(connection)
    queued = connection.execute(select(schema.log_queue).order_by(schema.log_queue.c.place).limit(LEAVES_MAX)).all()
    if not queued and size is not None:
        return 0
    start = size or 0
    nodes = _nodes(connection, subtrees((0, start)))
    leaves = [row.entry for row in queued]
    added = grown(start, nodes, [leaf_hash(leaf) for leaf in leaves])
    _store(connection, start, leaves, added)
    end = start + len(leaves)
    if queued:
        connection.execute(delete(schema.log_queue).where(schema.log_queue.c.place.in_([row.place for row in queued])))
    _sign(
        connection, end, range_hash((0, end), nodes | added), origin=checkpoint.origin_of(ledger), key=key, now_s=now_s
    )
    return len(leaves)


def newest_checkpoint(connection: Connection) -> str | None:
    """Return the newest signed head, or None before the first."""
    heads = schema.log_heads
    return connection.execute(select(heads.c.checkpoint).order_by(heads.c.size.desc()).limit(1)).scalar_one_or_none()


def proof_of(connection: Connection, entry: bytes) -> str | None:
    """Return the tlog-proof of a settled entry under the newest head, or None while it is not in the tree."""
    leaves, heads = schema.log_leaves, schema.log_heads
    index = connection.execute(select(leaves.c.position).where(leaves.c.entry == entry)).scalar_one_or_none()
    if index is None:
        return None
    size, note = connection.execute(
        select(heads.c.size, heads.c.checkpoint).order_by(heads.c.size.desc()).limit(1)
    ).one()
    path = _hashes(connection, inclusion_ranges(index, size))
    return checkpoint.format_proof(index=index, path=path, checkpoint=note)


def consistency_path(connection: Connection, *, old_size: int, size: int) -> tuple[bytes, ...]:
    """Return the proof that the log of `old_size` leaves, at least one, grew into that of `size`."""
    return _hashes(connection, consistency_ranges(old_size, size))


def _locked_size(connection: Connection) -> int | None:
    # The lock is on a row that always exists: a lock on the newest head would let a second process, once it gets the
    # lock, go on from a head that is no longer the newest.
    connection.execute(select(schema.ledger.c.version).with_for_update()).scalar_one()
    heads = schema.log_heads
    return connection.execute(select(heads.c.size).order_by(heads.c.size.desc()).limit(1)).scalar_one_or_none()


def _store(connection: Connection, start: int, leaves: Sequence[bytes], nodes: dict[Subtree, bytes]) -> None:
    if leaves:
        rows = [{"entry": leaf, "position": start + offset} for offset, leaf in enumerate(leaves)]
        connection.execute(insert(schema.log_leaves), rows)
        connection.execute(
            insert(schema.log_nodes),
            [{"level": at.level, "position": at.position, "hash": hashed} for at, hashed in nodes.items()],
        )


def _sign(connection: Connection, size: int, root: bytes, *, origin: str, key: SigningKey, now_s: int) -> None:
    assert size or root == EMPTY_ROOT
    note = checkpoint.sign_checkpoint(checkpoint.Checkpoint(origin=origin, size=size, root=root), key)
    insert_missing(connection, schema.log_heads, [{"size": size, "root": root, "time_s": now_s, "checkpoint": note}])


def _hashes(connection: Connection, ranges: Sequence[Range]) -> tuple[bytes, ...]:
    nodes = _nodes(connection, {subtree for leaves in ranges for subtree in subtrees(leaves)})
    return tuple(range_hash(leaves, nodes) for leaves in ranges)


def _nodes(connection: Connection, wanted: Collection[Subtree]) -> dict[Subtree, bytes]:
    if not wanted:
        return {}
    nodes = schema.log_nodes
    keys = tuple_(nodes.c.level, nodes.c.position).in_([(at.level, at.position) for at in wanted])
    rows = connection.execute(select(nodes).where(keys)).all()
    return {Subtree(row.level, row.position): row.hash for row in rows}
