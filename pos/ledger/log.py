"""The transparency log: which payments settled, so that nobody can later say otherwise unseen.

Rules:

- a leaf is the SHA-256 of a journal entry whose payment settled; it is queued in the transaction that settles it;
- `integrate` moves the queue into the tree and signs the new head before that transaction commits: no two signed
  heads of one log can contradict each other, and a crash leaves either the old head or the new;
- nodes of complete subtrees are written once and never changed;
- a head is published, and proofs lead to it, once a quorum of the witnesses has cosigned it (at once, where none is
  asked for); the published head never goes back.

A proof may lag behind a settlement by the time between two calls of `integrate`, and until the witnesses have answered
(the merge delay).
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, delete, func, insert, select, update

from pos.ledger import schema
from pos.ledger.dialect import insert_missing, insert_rows, is_pair
from pos.voucher import checkpoint
from pos.voucher.keys import SigningKey
from pos.voucher.merkle import (
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

LEAVES_MAX: Final = 4096
"""Leaves integrated in one transaction: about 20 ms of work, so a delivery never waits long behind it."""
HEADS_MAX: Final = 64
"""Heads that are looked through for one with a quorum; witnesses that are further behind get the newest one next."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """A signed head, without what witnesses say of it."""

    size: int
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Cosigned:
    """A witness's line under a head."""

    witness: str
    """How this ledger reaches it."""
    public_key: bytes
    line: str
    time_s: int


def enqueue(connection: Connection, entries: Iterable[bytes]) -> None:
    """Queue the hashes of settled entries."""
    rows = [{"entry": entry} for entry in entries]
    if rows:
        insert_rows(connection, schema.log_queue, rows)


def integrate(connection: Connection, *, ledger: str, key: SigningKey, now_s: int, quorum: int = 0) -> int:
    """Take up to LEAVES_MAX queued leaves into the tree and sign its head; return how many there were.

    The first call signs the head of the empty log, which is published whatever the quorum: it promises nothing.
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
    if not quorum or not end:  # nobody can have cosigned a head that did not exist a moment ago
        publish(connection, quorum=0)
    return len(leaves)


def newest_checkpoint(connection: Connection) -> str | None:
    """Return the published head with its cosignatures, or None before the first."""
    published = schema.log_published
    return connection.execute(select(published.c.note)).scalar_one_or_none()


def newest_head(connection: Connection) -> Head | None:
    """Return the newest signed head, published or not."""
    heads = schema.log_heads
    row = connection.execute(select(heads).order_by(heads.c.size.desc()).limit(1)).one_or_none()
    return None if row is None else Head(size=row.size, note=row.checkpoint)


def is_published(connection: Connection, *, quorum: int) -> bool:
    """Whether the newest head is published with a quorum of cosignatures."""
    head, published = newest_head(connection), schema.log_published
    row = connection.execute(select(published.c.size, published.c.cosignatures)).one_or_none()
    return head is None or (row is not None and row.size == head.size and row.cosignatures >= quorum)


def cosigned_size(connection: Connection, witness: str) -> int:
    """Return the size of the newest head that a witness cosigned, 0 if none."""
    table = schema.log_cosignatures
    largest = select(func.coalesce(func.max(table.c.size), 0)).where(table.c.witness == witness)
    return int(connection.execute(largest).scalar_one())


def keep_cosignature(connection: Connection, size: int, cosigned: Cosigned) -> None:
    """Keep a witness's line under the head of that size; the first one stays."""
    row = {
        "size": size,
        "public_key": cosigned.public_key,
        "witness": cosigned.witness,
        "line": cosigned.line,
        "time_s": cosigned.time_s,
    }
    insert_missing(connection, schema.log_cosignatures, [row])


def publish(connection: Connection, *, quorum: int) -> None:
    """Publish the newest head that has a quorum, with every cosignature that it has."""
    heads, cosigned, published = schema.log_heads, schema.log_cosignatures, schema.log_published
    connection.execute(select(schema.ledger.c.version).with_for_update()).scalar_one()
    now = connection.execute(select(published)).one_or_none()
    since = -1 if now is None else now.size
    rows = select(heads).where(heads.c.size >= since).order_by(heads.c.size.desc()).limit(HEADS_MAX)
    for head in connection.execute(rows).all():
        lines = connection.execute(
            select(cosigned.c.line).where(cosigned.c.size == head.size).order_by(cosigned.c.public_key)
        ).scalars()
        found = list(lines)
        if len(found) < quorum:
            continue
        values = {"size": head.size, "cosignatures": len(found), "note": head.checkpoint + "".join(found)}
        if now is None:
            connection.execute(insert(published).values(place=1, **values))
        elif (head.size, len(found)) > (now.size, now.cosignatures):
            connection.execute(update(published).values(**values))
        return


def proof_of(connection: Connection, entry: bytes) -> str | None:
    """Return the tlog-proof of a settled entry under the newest head, or None while it is not in the tree."""
    leaves, published = schema.log_leaves, schema.log_published
    index = connection.execute(select(leaves.c.position).where(leaves.c.entry == entry)).scalar_one_or_none()
    size, note = connection.execute(select(published.c.size, published.c.note)).one()
    if index is None or index >= size:
        return None
    path = _hashes(connection, inclusion_ranges(index, size))
    return checkpoint.format_proof(index=index, path=path, checkpoint=note)


def growth_of(connection: Connection, old_size: int) -> str | None:
    """Return the proof that the published head grew from `old_size` leaves; None where that is more than it has."""
    published = schema.log_published
    size, note = connection.execute(select(published.c.size, published.c.note)).one()
    if old_size > size:
        return None
    path = growth_path(connection, old_size=old_size, size=size)
    return checkpoint.format_growth(old_size=old_size, path=path, checkpoint=note)


def growth_path(connection: Connection, *, old_size: int, size: int) -> tuple[bytes, ...]:
    """Return the proof that the log of `old_size` leaves grew into that of `size`; it is empty where nothing did."""
    if old_size in (0, size):
        return ()
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
        insert_rows(connection, schema.log_leaves, rows)
        insert_rows(
            connection,
            schema.log_nodes,
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
    rows = connection.execute(select(nodes).where(is_pair(nodes.c.level, nodes.c.position, wanted))).all()
    return {Subtree(row.level, row.position): row.hash for row in rows}
