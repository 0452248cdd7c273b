"""Merkle trees as transparency logs use them (RFC 9162 section 2.1), pure.

Rules:

- leaf and node hashes carry different prefixes, so that no node can be passed off as a leaf;
- only the roots of complete subtrees are ever stored; the ragged right edge is folded from them when asked;
- a proof names the ranges of leaves it needs; whoever stores the nodes fetches them, and `fold` does the rest.

Verification (2.1.3.2, 2.1.4.2) is here too, written apart from the making of proofs, so that the two judge each other.
Where nodes are stored and what a leaf means is left to `pos.ledger.log`.
"""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

HASH_BYTES: Final = 32
EMPTY_ROOT: Final = hashlib.sha256(b"").digest()


class Subtree(NamedTuple):
    """A complete subtree: 2**level leaves, beginning at leaf `position` * 2**level."""

    level: int
    position: int


Range = tuple[int, int]
"""Leaves from the first up to, not including, the second."""


def leaf_hash(leaf: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def subtrees(leaves: Range) -> tuple[Subtree, ...]:
    """Cut a range that occurs in a Merkle tree into complete subtrees, largest (leftmost) first."""
    start, end = leaves
    found = []
    while start < end:
        level = (end - start).bit_length() - 1
        found.append(Subtree(level, start >> level))
        start += 1 << level
    return tuple(found)


def fold(hashes: Sequence[bytes]) -> bytes:
    """Return the root over neighbouring complete subtrees as `subtrees` orders them."""
    if not hashes:
        return EMPTY_ROOT
    root = hashes[-1]
    for left in reversed(hashes[:-1]):
        root = node_hash(left, root)
    return root


def range_hash(leaves: Range, nodes: Mapping[Subtree, bytes]) -> bytes:
    """Return the hash over a range from stored nodes; KeyError where one is missing."""
    return fold([nodes[subtree] for subtree in subtrees(leaves)])


def grown(size: int, edge: Mapping[Subtree, bytes], leaf_hashes: Sequence[bytes]) -> dict[Subtree, bytes]:
    """Return the nodes that appending adds; `edge` holds the nodes of `subtrees((0, size))`."""
    nodes: dict[Subtree, bytes] = {}
    level, start, row = 0, size, list(leaf_hashes)
    while row:
        nodes.update((Subtree(level, start + offset), hashed) for offset, hashed in enumerate(row))
        if start % 2 == 1:
            row.insert(0, edge[Subtree(level, start - 1)])
        row = [node_hash(left, right) for left, right in zip(row[::2], row[1::2], strict=False)]
        level, start = level + 1, start >> 1
    return nodes


def inclusion_ranges(index: int, size: int) -> tuple[Range, ...]:
    """Return the ranges whose hashes prove leaf `index` in a tree of `size`, from the leaf up (2.1.3.1)."""
    assert 0 <= index < size
    start, end = 0, size
    path = []
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            path.append((middle, end))
            end = middle
        else:
            path.append((start, middle))
            start = middle
    return tuple(reversed(path))


def consistency_ranges(old_size: int, size: int) -> tuple[Range, ...]:
    """Return the ranges whose hashes prove that a tree of `old_size` grew into one of `size` (2.1.4.1)."""
    assert 0 < old_size <= size
    start, end = 0, size
    path: list[Range] = []
    while old_size != end:
        middle = start + _split(end - start)
        if old_size <= middle:
            path.append((middle, end))
            end = middle
        else:
            path.append((start, middle))
            start = middle
    if start > 0:
        path.append((start, end))
    return tuple(reversed(path))


def verify_inclusion(leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> bool:
    """Whether `path` proves that `leaf` is at `index` of the tree with this size and root (2.1.3.2)."""
    return verify_hashed_inclusion(leaf_hash(leaf), index, size, path, root)


def verify_hashed_inclusion(hashed: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> bool:
    """The same for the hash of a leaf."""
    if not 0 <= index < size or len(hashed) != HASH_BYTES:
        return False
    node, last, current = index, size - 1, hashed
    for sibling in path:
        if last == 0:
            return False
        if node % 2 == 1 or node == last:
            current = node_hash(sibling, current)
            while node % 2 == 0 and node != 0:
                node, last = node >> 1, last >> 1
        else:
            current = node_hash(current, sibling)
        node, last = node >> 1, last >> 1
    return last == 0 and current == root


def verify_consistency(old_size: int, old_root: bytes, size: int, root: bytes, path: Sequence[bytes]) -> bool:
    """Whether `path` proves that the old tree is a prefix of the new one (2.1.4.2).

    Every tree grew from the empty one, so nothing can be proven of it: False, unless both are empty and the same.
    """
    if old_size == size:
        return old_root == root and not path and (size > 0 or root == EMPTY_ROOT)
    if not 0 < old_size < size:
        return False
    node, last = old_size - 1, size - 1
    while node % 2 == 1:
        node, last = node >> 1, last >> 1
    hashes = list(path) if node else [old_root, *path]
    if not hashes:
        return False
    old = new = hashes[0]
    for sibling in hashes[1:]:
        if last == 0:
            return False
        if node % 2 == 1 or node == last:
            old, new = node_hash(sibling, old), node_hash(sibling, new)
            while node % 2 == 0 and node != 0:
                node, last = node >> 1, last >> 1
        else:
            new = node_hash(new, sibling)
        node, last = node >> 1, last >> 1
    return last == 0 and old == old_root and new == root


def _split(count: int) -> int:
    """Largest power of two below `count`."""
    return 1 << ((count - 1).bit_length() - 1)
