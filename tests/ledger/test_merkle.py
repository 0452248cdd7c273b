"""The tree against published roots, against the definition, and its proofs against its verifier."""

import hashlib

from hypothesis import given
from hypothesis import strategies as st

from pos.voucher.merkle import (
    EMPTY_ROOT,
    Subtree,
    consistency_ranges,
    grown,
    inclusion_ranges,
    leaf_hash,
    node_hash,
    range_hash,
    subtrees,
    verify_consistency,
    verify_inclusion,
)

PUBLISHED_LEAVES = [
    b"",
    b"\x00",
    b"\x10",
    b"\x20\x21",
    b"\x30\x31",
    b"\x40\x41\x42\x43",
    bytes(range(0x50, 0x58)),
    bytes(range(0x60, 0x70)),
]
PUBLISHED_ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
"""The tree of the certificate transparency test suites, sizes 1 to 8."""


def tree_of(leaves: list[bytes]) -> dict[Subtree, bytes]:
    return grown(0, {}, [leaf_hash(leaf) for leaf in leaves])


def root_by_definition(leaves: list[bytes]) -> bytes:
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaf_hash(leaves[0])
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return node_hash(root_by_definition(leaves[:split]), root_by_definition(leaves[split:]))


def leaves_of(size: int) -> list[bytes]:
    return [b"leaf %d" % number for number in range(size)]


def test_published_roots_are_reproduced() -> None:
    nodes = tree_of(PUBLISHED_LEAVES)

    roots = [range_hash((0, size), nodes).hex() for size in range(1, 9)]

    assert roots == PUBLISHED_ROOTS
    assert range_hash((0, 0), nodes) == EMPTY_ROOT


@given(st.integers(0, 70), st.integers(0, 40))
def test_a_tree_grown_in_two_steps_is_the_tree_of_the_definition(first: int, second: int) -> None:
    leaves = leaves_of(first + second)
    nodes = tree_of(leaves[:first])
    edge = {subtree: nodes[subtree] for subtree in subtrees((0, first))}

    nodes |= grown(first, edge, [leaf_hash(leaf) for leaf in leaves[first:]])

    assert range_hash((0, len(leaves)), nodes) == root_by_definition(leaves)


def test_every_leaf_of_every_small_tree_is_proven_and_nothing_else_is() -> None:
    for size in range(1, 34):
        leaves = leaves_of(size)
        nodes = tree_of(leaves)
        root = range_hash((0, size), nodes)
        for index in range(size):
            path = [range_hash(leaves_, nodes) for leaves_ in inclusion_ranges(index, size)]

            assert verify_inclusion(leaves[index], index, size, path, root)
            assert not verify_inclusion(b"another", index, size, path, root)
            assert not verify_inclusion(leaves[index], index, size, [*path, root], root)
            assert size == 1 or not verify_inclusion(leaves[index], (index + 1) % size, size, path, root)
            assert not path or not verify_inclusion(leaves[index], index, size, path[:-1], root)


def test_every_growth_is_proven_and_a_rewritten_history_is_not() -> None:
    for size in range(1, 26):
        nodes = tree_of(leaves_of(size))
        root = range_hash((0, size), nodes)
        for old_size in range(1, size + 1):
            path = [range_hash(leaves, nodes) for leaves in consistency_ranges(old_size, size)]
            old_root = range_hash((0, old_size), nodes)
            rewritten = root_by_definition([b"rewritten", *leaves_of(old_size)[1:]])

            assert verify_consistency(old_size, old_root, size, root, path)
            assert not verify_consistency(old_size, rewritten, size, root, path)
            assert not verify_consistency(old_size, old_root, size, root, [*path, root])
            assert not path or not verify_consistency(old_size, old_root, size, root, path[:-1])
