"""The auditor's view of the transparency log: its leaves are what settled, and its signed head is the root over them.

Rules: the root is computed from the leaves alone, not from stored nodes; the head counts only under the log's own key.
"""

from collections.abc import Iterator, Sequence

from sqlalchemy import Connection, func, select

from pos.errors import MalformedError
from pos.ledger import schema
from pos.ledger.audit_checks import count, pages
from pos.voucher.checkpoint import verify_checkpoint
from pos.voucher.merkle import EMPTY_ROOT, Subtree, grown, leaf_hash, range_hash, subtrees


def check_leaves(connection: Connection, settled: Sequence[bytes]) -> Iterator[str]:
    """Check that each of these settled entries is in the log or queued for it."""
    logged = 0
    for table in (schema.log_leaves, schema.log_queue):
        found = select(func.count()).select_from(table).where(table.c.entry.in_(settled))
        logged += connection.execute(found).scalar_one()
    if logged != len(settled):
        yield f"log: {len(settled) - logged} settled payments are missing from it"


def check_log(connection: Connection, origin: str, *, log_key: bytes, settled: int) -> tuple[int, list[str]]:
    """Check the whole log; return its size and what is wrong. `settled` is how many payments did."""
    problems = []
    size, root = 0, EMPTY_ROOT
    edge: dict[Subtree, bytes] = {}
    for page in pages(connection, select(schema.log_leaves), schema.log_leaves.c.position):
        if [row.position for row in page] != list(range(size, size + len(page))):
            return size, ["log: its leaves are not numbered without gaps"]
        edge |= grown(size, edge, [leaf_hash(row.entry) for row in page])
        size += len(page)
        edge = {subtree: edge[subtree] for subtree in subtrees((0, size))}
        root = range_hash((0, size), edge)
    if size + count(connection, schema.log_queue) != settled:
        problems.append("log: it does not hold exactly the payments that settled")
    heads = schema.log_heads
    newest = connection.execute(select(heads.c.checkpoint).order_by(heads.c.size.desc()).limit(1)).scalar_one_or_none()
    if newest is not None or size:
        problems += _wrong_head(newest or "", size, root, origin=origin, log_key=log_key)
    problems += _wrong_publication(connection)
    return size, problems


def _wrong_publication(connection: Connection) -> list[str]:
    heads, published = schema.log_heads, schema.log_published
    shown = connection.execute(select(published.c.size, published.c.note)).one_or_none()
    if shown is None:
        return []
    signed = connection.execute(select(heads.c.checkpoint).where(heads.c.size == shown.size)).scalar_one_or_none()
    return [] if signed is not None and shown.note.startswith(signed) else ["log: what is published was never its head"]


def _wrong_head(note: str, size: int, root: bytes, *, origin: str, log_key: bytes) -> list[str]:
    try:
        head = verify_checkpoint(note, origin=origin, public_key=log_key)
    except MalformedError as error:
        return [f"log: {error.what}"]
    return [] if (head.size, head.root) == (size, root) else ["log: its signed head is not the root over its leaves"]
