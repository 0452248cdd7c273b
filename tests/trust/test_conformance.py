"""The client workflow of The Update Framework, case by case: ours and python-tuf's client must say the same.

Both look at the same bytes, first at a good repository and then at what the case makes of it. Where they differ on
purpose, `STRICTER` says why.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from tuf.api.exceptions import DownloadError, RepositoryError
from tuf.api.metadata import DelegatedRole, Delegations, Key, Role, Root, Snapshot, SuccinctRoles, Targets, Timestamp

from pos.ledger.repository import at, tuf_key
from pos.trust.faults import RejectedError, TrustFault
from tests.support.repository_builders import DAY_S, City, Looked, Oracle, Ours, key

STRICTER = {
    "one key under two ids": "a threshold asks for different keys; ngclient counts key ids, whatever they stand for",
}
PAGE = b"<!DOCTYPE html><html><body>Please log in to this network</body></html>"
NEW_ROOT = (key("root-2"), key("root-3"))


@dataclass(slots=True)
class Scene:
    """A repository and two clients that have seen its first version."""

    city: City
    folder: Path
    ours: Ours
    oracle: Oracle

    def look(self) -> tuple[Looked, Looked]:
        self.city.publish(self.folder)
        return self.ours.look(self.folder, now_s=int(time.time())), self.oracle.look(self.folder)


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    city = City(now_s=int(time.time()))
    city.publish(tmp_path / "city")
    root = (tmp_path / "city" / "1.root.json").read_bytes()
    scene = Scene(city, tmp_path / "city", Ours(root), Oracle(root, tmp_path / "oracle"))
    assert all(looked.is_accepted for looked in scene.look())
    return scene


# -- what is done to the repository ---------------------------------------------------------------------------------


def nothing(city: City) -> None:
    """The same again."""


def news(city: City) -> None:
    city.advance()


def next_root(city: City) -> None:
    city.next_root()


def root_rotated(city: City) -> None:
    city.rekey(Root.type, *NEW_ROOT)
    city.next_root(*city.signers[Root.type], *NEW_ROOT)


def root_by_new_keys_only(city: City) -> None:
    city.rekey(Root.type, *NEW_ROOT)
    city.next_root(*NEW_ROOT)


def root_by_old_keys_only(city: City) -> None:
    city.rekey(Root.type, *NEW_ROOT)
    city.next_root()


def root_by_one_old_key(city: City) -> None:
    city.rekey(Root.type, *NEW_ROOT)
    city.next_root(key("root-0"), *NEW_ROOT)


def root_by_one_key_twice(city: City) -> None:
    city.next_root(key("root-0"), key("root-0"))


def root_that_skips(city: City) -> None:
    city.root.version = 3
    city.promised[Root.type] = {"version": 2}


def root_that_stays(city: City) -> None:
    city.promised[Root.type] = {"version": 2}


def root_expired(city: City) -> None:
    city.next_root()
    city.root.expires = at(city.now_s - 1)


def root_of_another_kind(city: City) -> None:
    city.next_root()
    city.raw[Root.type] = city.signed_bytes(Targets.type, city.targets())


def root_is_a_page(city: City) -> None:
    city.next_root()
    city.raw[Root.type] = PAGE


def root_with_one_key_under_two_ids(city: City) -> None:
    """The new root's two signatures are by one key."""
    one, other_id = key("root-0"), "ab" * 32
    public = tuf_key(one.public_key).to_dict()
    city.root.keys[other_id] = Key.from_dict(other_id, public)
    city.root.roles[Root.type] = Role([tuf_key(one.public_key).keyid, other_id], 2)
    city.next_root(one)
    city.aliases[other_id] = one


def timestamp_expired(city: City) -> None:
    city.advance()
    city.timestamp.expires = at(city.now_s - 1)


def timestamp_by_a_stranger(city: City) -> None:
    city.advance()
    city.signers[Timestamp.type] = [key("stranger")]


def timestamp_missing(city: City) -> None:
    city.unpublished.add(Timestamp.type)


def timestamp_is_a_page(city: City) -> None:
    city.raw[Timestamp.type] = PAGE


def timestamp_too_long(city: City) -> None:
    city.advance()
    city.raw[Timestamp.type] = city.signed_bytes(Timestamp.type, city.timestamp) + b" " * 20_000


def timestamp_cut(city: City) -> None:
    city.advance()
    city.raw[Timestamp.type] = city.signed_bytes(Timestamp.type, city.timestamp)[:-9]


def timestamp_by_its_new_key(city: City) -> None:
    city.rekey(Timestamp.type, key("timestamp-2"))
    city.next_root()
    city.advance()


def timestamp_by_its_old_key(city: City) -> None:
    city.rekey(Timestamp.type, key("timestamp-2"))
    city.next_root()
    city.advance()
    city.signers[Timestamp.type] = [key("timestamp")]


def snapshot_expired(city: City) -> None:
    city.advance()
    city.snapshot.expires = at(city.now_s - 1)


def snapshot_by_a_stranger(city: City) -> None:
    city.advance()
    city.signers[Snapshot.type] = [key("stranger")]


def snapshot_with_another_hash(city: City) -> None:
    city.advance()
    city.promised[Snapshot.type] = {"hashes": {"sha256": "00" * 32}}


def snapshot_longer_than_promised(city: City) -> None:
    city.advance()
    city.promised[Snapshot.type] = {"length": 10}


def snapshot_shorter_than_promised(city: City) -> None:
    city.advance()
    city.promised[Snapshot.type] = {"length": 10_000}


def snapshot_of_another_version(city: City) -> None:
    """Mix and match: an old snapshot under the new one's name."""
    city.advance(Timestamp.type)
    city.promised[Snapshot.type] = {"version": 2}


def snapshot_forgets_a_role(city: City) -> None:
    city.advance()
    city.forgotten.add(Targets.type)


def snapshot_with_older_targets(city: City) -> None:
    city.advance(Snapshot.type, Timestamp.type)
    city.promised[Targets.type] = {"version": 0x10}
    city.targets().version = 0x10


def snapshot_missing(city: City) -> None:
    city.advance()
    city.unpublished.add(Snapshot.type)


def targets_by_one_key(city: City) -> None:
    city.advance()
    city.signers[Targets.type] = [key("targets-0")]


def targets_by_a_stranger(city: City) -> None:
    city.advance()
    city.signers[Targets.type] = [key("targets-0"), key("stranger")]


def targets_expired(city: City) -> None:
    city.advance()
    city.targets().expires = at(city.now_s - 1)


def targets_with_another_hash(city: City) -> None:
    city.advance()
    city.promised[Targets.type] = {"hashes": {"sha256": "00" * 32}}


def targets_of_another_version(city: City) -> None:
    city.advance(Snapshot.type, Timestamp.type)
    city.promised[Targets.type] = {"version": 2}


def targets_missing(city: City) -> None:
    city.advance()
    city.unpublished.add(Targets.type)


def targets_by_new_keys(city: City) -> None:
    city.rekey(Targets.type, key("targets-2"), key("targets-3"))
    city.next_root()
    city.advance()


CASES: tuple[tuple[Callable[[City], None], TrustFault | None], ...] = (
    (nothing, None),
    (news, None),
    (next_root, None),
    (root_rotated, None),
    (root_by_new_keys_only, TrustFault.SIGNATURES),
    (root_by_old_keys_only, TrustFault.SIGNATURES),
    (root_by_one_old_key, TrustFault.SIGNATURES),
    (root_by_one_key_twice, TrustFault.SIGNATURES),
    (root_that_skips, TrustFault.VERSION),
    (root_that_stays, TrustFault.VERSION),
    (root_expired, TrustFault.EXPIRED),
    (root_of_another_kind, TrustFault.MALFORMED),
    (root_is_a_page, TrustFault.MALFORMED),
    (timestamp_expired, TrustFault.EXPIRED),
    (timestamp_by_a_stranger, TrustFault.SIGNATURES),
    (timestamp_missing, TrustFault.MISSING),
    (timestamp_is_a_page, TrustFault.MALFORMED),
    (timestamp_too_long, TrustFault.MISSING),
    (timestamp_cut, TrustFault.MALFORMED),
    (timestamp_by_its_new_key, None),
    (timestamp_by_its_old_key, TrustFault.SIGNATURES),
    (snapshot_expired, TrustFault.EXPIRED),
    (snapshot_by_a_stranger, TrustFault.SIGNATURES),
    (snapshot_with_another_hash, TrustFault.CONTENT),
    (snapshot_longer_than_promised, TrustFault.MISSING),
    (snapshot_shorter_than_promised, TrustFault.CONTENT),
    (snapshot_of_another_version, TrustFault.VERSION),
    (snapshot_forgets_a_role, TrustFault.ROLLBACK),
    (snapshot_with_older_targets, None),
    (snapshot_missing, TrustFault.MISSING),
    (targets_by_one_key, TrustFault.SIGNATURES),
    (targets_by_a_stranger, TrustFault.SIGNATURES),
    (targets_expired, TrustFault.EXPIRED),
    (targets_with_another_hash, TrustFault.CONTENT),
    (targets_of_another_version, TrustFault.VERSION),
    (targets_missing, TrustFault.MISSING),
    (targets_by_new_keys, None),
)


@pytest.mark.parametrize(("change", "fault"), CASES, ids=lambda value: getattr(value, "__name__", None))
def test_ours_and_the_oracle_agree(scene: Scene, change: Callable[[City], None], fault: TrustFault | None) -> None:
    change(scene.city)

    ours, oracle = scene.look()

    assert ours.fault is fault
    assert (ours.is_accepted, ours.root_version, ours.versions) == (
        oracle.is_accepted,
        oracle.root_version,
        oracle.versions,
    )


def test_one_key_under_two_ids_is_one_key(scene: Scene) -> None:
    """Stricter than the oracle (`STRICTER`)."""
    root_with_one_key_under_two_ids(scene.city)
    scene.city.publish(scene.folder)
    trusted = (scene.folder / "2.root.json").read_bytes()

    ours = Ours(trusted).look(scene.folder, now_s=int(time.time()))
    oracle = Oracle(trusted, scene.folder.parent / "another").look(scene.folder)

    assert (ours.fault, oracle.is_accepted) == (TrustFault.SIGNATURES, True)
    assert "one key under two ids" in STRICTER


def older(city: City, role: str) -> None:
    city.advance()
    city.roles[role].version = 1


@pytest.mark.parametrize("role", [Timestamp.type, Snapshot.type, Targets.type])
def test_what_was_seen_once_never_gets_older(scene: Scene, role: str) -> None:
    for _ in range(3):
        scene.city.advance()
    assert all(looked.is_accepted for looked in scene.look())

    older(scene.city, role)
    ours, oracle = scene.look()

    assert (ours.fault, oracle.is_accepted) == (TrustFault.ROLLBACK, False)


def test_roots_are_followed_over_expired_ones_to_the_last(scene: Scene) -> None:
    for number in range(2, 6):
        new = (key(f"root-{number}-a"), key(f"root-{number}-b"))
        old = scene.city.signers[Root.type][-2:]
        scene.city.rekey(Root.type, *new)
        scene.city.next_root(*old, *new)
        scene.city.root.expires = at(scene.city.now_s + (DAY_S if number == 5 else -DAY_S))
        scene.city.publish(scene.folder)

    ours, oracle = scene.look()

    assert (ours.fault, ours.root_version) == (None, 5)
    assert (oracle.is_accepted, oracle.root_version) == (True, 5)


@pytest.mark.parametrize("role", [Timestamp.type, Snapshot.type])
def test_a_version_that_ran_ahead_is_recovered_with_a_new_key_and_only_so(scene: Scene, role: str) -> None:
    city = scene.city
    city.advance()
    city.roles[role].version = 0x7FFF_FFFF
    assert all(looked.is_accepted for looked in scene.look())
    city.advance(Timestamp.type)
    city.roles[role].version = 3
    assert [looked.is_accepted for looked in scene.look()] == [False, False]

    city.rekey(Timestamp.type, key("timestamp-2"))
    city.rekey(Snapshot.type, key("snapshot-2"))
    city.next_root()
    city.timestamp.version = 4
    ours, oracle = scene.look()

    assert (ours.fault, oracle.is_accepted) == (None, True)
    assert ours.versions == oracle.versions


def test_a_newer_root_counts_even_where_the_rest_is_refused(scene: Scene) -> None:
    root_rotated(scene.city)
    timestamp_expired(scene.city)

    ours, oracle = scene.look()

    assert (ours.fault, ours.root_version) == (TrustFault.EXPIRED, 2)
    assert (oracle.is_accepted, oracle.root_version) == (False, 2)


# -- delegations ----------------------------------------------------------------------------------------------------


def role_of(
    name: str, *signers: str, threshold: int = 1, terminating: bool = False, **where: list[str]
) -> DelegatedRole:
    ids = [tuf_key(key(signer).public_key).keyid for signer in signers]
    return DelegatedRole(name, ids, threshold, terminating, where.get("paths"), where.get("prefixes"))


def delegated(city: City) -> None:
    city.delegate(Targets.type, role_of("a", "a", paths=["lists/*.bin"]), key("a"), files={"lists/one.bin": b"1"})


def arbitrary_target(city: City) -> None:
    """A role names a file that nobody delegated to it."""
    city.delegate(Targets.type, role_of("a", "a", paths=["lists/*.bin"]), key("a"), files={"other/one.bin": b"1"})


def deeper_than_the_pattern(city: City) -> None:
    city.delegate(Targets.type, role_of("a", "a", paths=["lists/*"]), key("a"), files={"lists/deep/one.bin": b"1"})


def by_a_stranger(city: City) -> None:
    delegated(city)
    city.signers["a"] = [key("stranger")]


def below_its_threshold(city: City) -> None:
    city.delegate(
        Targets.type,
        role_of("a", "a", "b", threshold=2, paths=["lists/*.bin"]),
        key("a"),
        key("b"),
        files={"lists/one.bin": b"1"},
    )
    city.signers["a"] = [key("a")]


def expired(city: City) -> None:
    delegated(city)
    city.targets("a").expires = at(city.now_s - 1)


def not_in_the_snapshot(city: City) -> None:
    delegated(city)
    city.forgotten.add("a")


def not_published(city: City) -> None:
    delegated(city)
    city.unpublished.add("a")


def of_another_version(city: City) -> None:
    delegated(city)
    city.promised["a"] = {"version": 2}


def with_another_hash(city: City) -> None:
    delegated(city)
    city.promised["a"] = {"hashes": {"sha256": "00" * 32}}


def first_role_wins(city: City) -> None:
    delegated(city)
    city.delegate(Targets.type, role_of("b", "b", paths=["lists/*.bin"]), key("b"), files={"lists/one.bin": b"2"})


def parent_wins(city: City) -> None:
    delegated(city)
    city.name_files(Targets.type, {"lists/one.bin": b"3"})


def terminating_role_ends_it(city: City) -> None:
    role = role_of("a", "a", terminating=True, paths=["lists/*.bin"])
    city.delegate(Targets.type, role, key("a"), files={})
    city.delegate(Targets.type, role_of("b", "b", paths=["lists/*.bin"]), key("b"), files={"lists/one.bin": b"2"})


def second_role_has_it(city: City) -> None:
    city.delegate(Targets.type, role_of("a", "a", paths=["lists/*.bin"]), key("a"), files={})
    city.delegate(Targets.type, role_of("b", "b", paths=["lists/*.bin"]), key("b"), files={"lists/one.bin": b"2"})


def through_two_roles(city: City) -> None:
    city.delegate(Targets.type, role_of("a", "a", paths=["lists/*"]), key("a"), files={})
    city.delegate("a", role_of("b", "b", paths=["lists/*.bin"]), key("b"), files={"lists/one.bin": b"2"})


def a_child_allowed_more_than_its_parent(city: City) -> None:
    city.delegate(Targets.type, role_of("a", "a", paths=["other/*"]), key("a"), files={})
    city.delegate("a", role_of("b", "b", paths=["lists/*.bin"]), key("b"), files={"lists/one.bin": b"2"})


def in_a_circle(city: City) -> None:
    city.delegate(Targets.type, role_of("a", "a", paths=["lists/*"]), key("a"), files={})
    city.delegate("a", role_of("b", "b", paths=["lists/*"]), key("b"), files={})
    city.delegate("b", role_of("a", "a", paths=["lists/*"]), key("a"), files={})


def too_many_roles(city: City) -> None:
    for number in range(40):
        last = {"lists/one.bin": b"1"} if number == 39 else {}
        city.delegate(Targets.type, role_of(f"r{number}", "a", paths=["lists/*"]), key("a"), files=last)


def hash_prefix(city: City) -> None:
    everything = [f"{digit:x}" for digit in range(16)]
    city.delegate(Targets.type, role_of("a", "a", prefixes=everything), key("a"), files={"lists/one.bin": b"1"})


def another_hash_prefix(city: City) -> None:
    city.delegate(Targets.type, role_of("a", "a", prefixes=["zz"]), key("a"), files={"lists/one.bin": b"1"})


def bins(city: City, *, of: str) -> None:
    one = key("bin")
    roles = SuccinctRoles([tuf_key(one.public_key).keyid], 1, 3, "bin")
    known = {tuf_key(one.public_key).keyid: tuf_key(one.public_key)}
    city.targets().delegations = Delegations(keys=known, succinct_roles=roles)
    for name in roles.get_roles():
        city.roles[name] = Targets(version=1, expires=at(city.now_s + DAY_S))
        city.signers[name] = [one]
    city.name_files(roles.get_role_for_target(of), {"lists/one.bin": b"1"})


def in_its_bin(city: City) -> None:
    bins(city, of="lists/one.bin")


def in_anothers_bin(city: City) -> None:
    bins(city, of="lists/two.bin")


FOUND, NOBODY = "found", None
DELEGATIONS: tuple[tuple[Callable[[City], None], str | TrustFault | None], ...] = (
    (delegated, FOUND),
    (arbitrary_target, NOBODY),
    (deeper_than_the_pattern, NOBODY),
    (by_a_stranger, TrustFault.SIGNATURES),
    (below_its_threshold, TrustFault.SIGNATURES),
    (expired, TrustFault.EXPIRED),
    (not_in_the_snapshot, TrustFault.MISSING),
    (not_published, TrustFault.MISSING),
    (of_another_version, TrustFault.VERSION),
    (with_another_hash, TrustFault.CONTENT),
    (first_role_wins, FOUND),
    (parent_wins, FOUND),
    (terminating_role_ends_it, NOBODY),
    (second_role_has_it, FOUND),
    (through_two_roles, FOUND),
    (a_child_allowed_more_than_its_parent, NOBODY),
    (in_a_circle, NOBODY),
    (too_many_roles, NOBODY),
    (hash_prefix, FOUND),
    (another_hash_prefix, NOBODY),
    (in_its_bin, FOUND),
    (in_anothers_bin, NOBODY),
)


@pytest.mark.parametrize(("change", "expected"), DELEGATIONS, ids=lambda value: getattr(value, "__name__", None))
def test_targets_are_found_where_delegations_lead(
    scene: Scene, change: Callable[[City], None], expected: str | TrustFault | None
) -> None:
    change(scene.city)
    scene.city.advance()
    assert all(looked.is_accepted for looked in scene.look())
    path = "lists/deep/one.bin" if change is deeper_than_the_pattern else "lists/one.bin"

    if isinstance(expected, TrustFault):
        with pytest.raises(RejectedError) as refused:
            scene.ours.find(path)
        assert refused.value.fault is expected
        with pytest.raises((RepositoryError, DownloadError)):
            scene.oracle.find(path)
        return
    ours, oracle = scene.ours.find(path), scene.oracle.find(path)
    assert (ours is not None, ours) == (expected is FOUND, oracle)
