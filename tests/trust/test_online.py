"""Which keys are the ledger's online keys, told by a chain of roots that begins with a known hash."""

from __future__ import annotations

import hashlib

import pytest
from tuf.api.metadata import Root, Timestamp

from pos.trust.faults import RejectedError
from pos.trust.online import online_keys
from tests.support.repository_builders import City, key

NOW_S = 1_795_316_400


def a_chain(*, rekeyed: bool = True) -> list[bytes]:
    """Two roots; the second names another online key."""
    city = City(now_s=NOW_S)
    first = city.signed_bytes(Root.type, city.root)
    if rekeyed:
        city.rekey(Timestamp.type, key("new online"))
    city.next_root()
    return [first, city.signed_bytes(Root.type, city.root)]


def sha256(raw: bytes) -> bytes:
    return hashlib.sha256(raw).digest()


def test_the_newest_root_of_the_chain_counts() -> None:
    roots = a_chain()

    assert online_keys(roots[:1], sha256=sha256(roots[0])) == (bytes(key("timestamp").public_key),)
    assert online_keys(roots, sha256=sha256(roots[0])) == (bytes(key("new online").public_key),)


def test_a_chain_begins_where_it_must() -> None:
    roots = a_chain()

    for wrong in (roots[1:], [], list(reversed(roots))):
        with pytest.raises(RejectedError):
            online_keys(wrong, sha256=sha256(roots[0]))


def test_a_root_that_the_one_before_did_not_sign_names_nobody() -> None:
    roots = a_chain()
    stranger = City(now_s=NOW_S)
    stranger.signers[Root.type] = [key("stranger-0"), key("stranger-1")]
    stranger.rekey(Root.type, key("stranger-0"), key("stranger-1"))
    stranger.rekey(Timestamp.type, key("stranger online"))
    stranger.next_root(key("stranger-0"), key("stranger-1"))
    forged = stranger.signed_bytes(Root.type, stranger.root)

    with pytest.raises(RejectedError):
        online_keys([roots[0], forged], sha256=sha256(roots[0]))


def test_what_does_not_follow_is_no_part_of_a_chain() -> None:
    roots = a_chain()

    with pytest.raises(RejectedError):
        online_keys([*roots, roots[0]], sha256=sha256(roots[0]))
    with pytest.raises(RejectedError):
        online_keys([roots[0], b"{}"], sha256=sha256(roots[0]))
