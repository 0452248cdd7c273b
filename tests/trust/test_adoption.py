"""From a repository's folder to the trust data that holds: all of it or nothing, also in a power cut."""

from __future__ import annotations

import hashlib
import os
import secrets
import shutil
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from pos.core.trust_store import FolderTrustStore
from pos.errors import TrustError
from pos.sandbox.entropy import Entropy
from pos.sandbox.town import DAY_S, HOME_ISSUER, Town, revoke_vouchers
from pos.till.policy import RevocationState
from pos.trust import adoption, folder
from pos.trust.adoption import Adopted, adopt, found_trust
from pos.trust.faults import RejectedError, TrustFault
from pos.trust.folder import CurrentSet, TrustFolder
from pos.trust.names import Wanted
from pos.trust.sources import RepositoryFolder

WANTED = Wanted(terminal="t-bakery-1", merchant="m-bakery")
MANY = 1_000_000
GROWN_KIB_MAX = 4_096
ID = bytes(range(16))


def served(town: Town) -> Path:
    return town.ledger_dir / "repository"


def held(town: Town) -> TrustFolder:
    return TrustFolder(town.directory / "trust")


def usable(targets: Path, version: int) -> None:
    open_store(targets, version).close()


def open_store(targets: Path, version: int) -> FolderTrustStore:
    return FolderTrustStore(targets, version=version, terminal="t-bakery-1", merchant="m-bakery", ledger="sandbox")


def take(town: Town, *, source: Path | None = None, now_s: int | None = None) -> Adopted:
    return adopt(
        held(town),
        RepositoryFolder(source or served(town)),
        wanted=WANTED,
        now_s=town.made_s if now_s is None else now_s,
        check=usable,
    )


def fault_of(town: Town, **how: object) -> TrustFault:
    before = (held(town).folder / "current.json").read_bytes()
    with pytest.raises(RejectedError) as refused:
        take(town, **how)  # type: ignore[arg-type]
    assert (held(town).folder / "current.json").read_bytes() == before
    return refused.value.fault


def current(town: Town) -> CurrentSet:
    stored = held(town).stored()
    assert stored is not None
    return stored.current


def news(town: Town) -> None:
    """Something new is published: a voucher is revoked."""
    revoke_vouchers(town, HOME_ISSUER, (ID,), now_s=town.made_s)
    town.publication.publish(now_s=town.made_s)


def is_revoked(town: Town) -> bool:
    stored = held(town).stored()
    assert stored is not None
    store = open_store(stored.targets, stored.current.snapshot_version)
    try:
        return store.revocation(HOME_ISSUER, ID, now_s=town.made_s) is RevocationState.REVOKED
    finally:
        store.close()


def test_news_are_adopted_once_and_unchanged_files_are_linked(town: Town) -> None:
    before = held(town).stored()
    assert before is not None
    inode = (before.targets / "issuers.json").stat().st_ino
    assert not take(town).is_new

    news(town)
    adopted = take(town)

    assert adopted.is_new
    assert adopted.stored.current.snapshot_version == before.current.snapshot_version + 1
    assert (adopted.stored.targets / "issuers.json").stat().st_ino == inode
    assert is_revoked(town)
    assert not take(town).is_new
    assert len(list((held(town).folder / "sets").iterdir())) == 1


@pytest.mark.parametrize("change", ["cut", "longer", "another byte", "gone", "a link"])
def test_a_target_that_is_not_as_promised_changes_nothing(town: Town, change: str) -> None:
    news(town)
    name = next(path for path in (served(town) / "targets" / "revocations").iterdir() if _is_newest(path, town))
    raw = name.read_bytes()
    match change:
        case "cut":
            name.write_bytes(raw[:-1])
        case "longer":
            name.write_bytes(raw + b"\0")
        case "another byte":
            name.write_bytes(raw[:-1] + bytes([raw[-1] ^ 1]))
        case "gone":
            name.unlink()
        case _:
            name.rename(name.with_suffix(".elsewhere"))
            name.symlink_to(name.with_suffix(".elsewhere"))

    expected = TrustFault.MISSING if change in ("gone", "a link") else TrustFault.CONTENT
    assert fault_of(town) is expected
    assert not is_revoked(town)
    assert len(list((held(town).folder / "sets").iterdir())) == 1


def _is_newest(path: Path, town: Town) -> bool:
    listed = town.served_trust.folder / "revocations" / f"{HOME_ISSUER}.bin"
    return path.name.endswith(f"{HOME_ISSUER}.bin") and path.read_bytes() == listed.read_bytes()


def test_an_older_repository_is_refused(town: Town, tmp_path: Path) -> None:
    shutil.copytree(served(town), tmp_path / "old")
    news(town)
    take(town)

    assert fault_of(town, source=tmp_path / "old") is TrustFault.ROLLBACK


def test_expired_metadata_stops_updating_and_what_holds_stays_usable(town: Town) -> None:
    news(town)

    assert fault_of(town, now_s=town.made_s + 30 * DAY_S) is TrustFault.EXPIRED
    assert not is_revoked(town)
    stored = held(town).stored()
    assert stored is not None
    usable(stored.targets, 1)


def test_rightly_signed_and_of_no_use_is_refused(town: Town) -> None:
    path = town.served_trust.folder / "policy.json"
    path.write_text(path.read_text("utf-8").replace('"limits"', '"limit"'), "utf-8")
    town.publication.publish(now_s=town.made_s)

    assert fault_of(town) is TrustFault.UNUSABLE


def test_a_shop_that_the_city_does_not_know_any_more_is_missing(town: Town) -> None:
    (town.served_trust.folder / "terminals" / "t-bakery-1.json").unlink()
    town.publication.publish(now_s=town.made_s)

    assert fault_of(town) is TrustFault.MISSING


def test_a_root_that_was_rotated_is_followed(town: Town) -> None:
    town.publication.rotate_root(Entropy.fresh(), now_s=town.made_s)
    news(town)

    assert take(town).stored.current.root_version == 2


def test_a_rotated_root_is_kept_where_the_rest_is_refused(town: Town) -> None:
    town.publication.rotate_root(Entropy.fresh(), now_s=town.made_s)
    (served(town) / "timestamp.json").write_bytes(b"{}")

    with pytest.raises(RejectedError):
        take(town)

    assert (current(town).root_version, current(town).snapshot_version) == (2, 1)
    stored = held(town).stored()
    assert stored is not None
    usable(stored.targets, 1)


def test_the_first_root_is_the_one_that_the_enrolment_code_names(tmp_path: Path, town: Town) -> None:
    root = (served(town) / "1.root.json").read_bytes()
    fresh = TrustFolder(tmp_path / "fresh")

    with pytest.raises(RejectedError):
        found_trust(fresh, root, sha256=bytes(32))
    assert fresh.stored() is None
    with pytest.raises(TrustError, match="enrol the terminal"):
        adopt(fresh, RepositoryFolder(served(town)), wanted=WANTED, now_s=town.made_s, check=usable)
    found_trust(fresh, root, sha256=hashlib.sha256(root).digest())
    adopted = adopt(fresh, RepositoryFolder(served(town)), wanted=WANTED, now_s=town.made_s, check=usable)

    assert adopted.stored.current.snapshot_version == 1


# -- power cuts -----------------------------------------------------------------------------------------------------

STEPS = (
    (os, "link"),
    (os, "mkdir"),
    (os, "replace"),
    (os, "rename"),
    (os, "unlink"),
    (os, "rmdir"),
    (os, "fsync"),
    (os, "fchmod"),
    (folder, "sync_filesystem"),
    (folder, "replace_file"),
    (shutil, "rmtree"),
    (adoption, "_copy"),
)


@contextmanager
def dying_at(step: int, patch: pytest.MonkeyPatch) -> Iterator[None]:
    """Kill this process at its `step`-th change to the disk: before it, so that the last change is the one before."""
    left = [step]

    def before(change: Callable[..., object]) -> Callable[..., object]:
        def instead(*arguments: object, **names: object) -> object:
            left[0] -= 1
            if left[0] == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            return change(*arguments, **names)

        return instead

    with patch.context() as patched:
        for module, name in STEPS:
            patched.setattr(module, name, before(getattr(module, name)))
        yield


def test_a_kill_at_every_step_leaves_the_old_set_or_the_new_one(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    news(town)
    kept = town.directory / "kept"
    shutil.copytree(held(town).folder, kept)
    outcomes: list[bool] = []
    for step in range(1, 400):
        child = os.fork()
        if child == 0:
            with dying_at(step, monkeypatch):
                take(town)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        outcomes.append(is_revoked(town))
        assert take(town).stored.current.snapshot_version == 2, "the next try goes through"
        assert is_revoked(town)
        shutil.rmtree(held(town).folder)
        shutil.copytree(kept, held(town).folder)
        if os.WIFEXITED(status):
            break
    else:
        raise AssertionError("adoption has more steps than this test kills")

    assert len(outcomes) > 30, "each change to the disk was a step"
    assert outcomes == sorted(outcomes), "old until the one moment from which on it is new"
    assert (outcomes[0], outcomes[-1]) == (False, True)


# -- a million ------------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_million_revoked_vouchers_through_the_repository(town: Town, capsys: pytest.CaptureFixture[str]) -> None:
    """Verified once when adopted, linked when nothing changed, mapped and never loaded. What it took is printed."""
    ids = [secrets.token_bytes(16) for _ in range(MANY)]
    town.served_trust.revocations(HOME_ISSUER, ids, as_of_s=town.made_s, covers_until_s=town.made_s + DAY_S)
    known = ids[::100_000]
    del ids
    town.publication.publish(now_s=town.made_s)

    before_kib, began_s = _resident_kib(), time.perf_counter()
    adopted = take(town)
    took_s, grown_kib = time.perf_counter() - began_s, _resident_kib() - before_kib
    began_s = time.perf_counter()
    store = open_store(adopted.stored.targets, 2)
    opened_s = time.perf_counter() - began_s
    strangers = [secrets.token_bytes(16) for _ in range(1_000)]
    began_s = time.perf_counter()
    told = {store.revocation(HOME_ISSUER, one, now_s=town.made_s) for one in strangers}
    look_up_us = (time.perf_counter() - began_s) * 1_000
    began_s = time.perf_counter()
    revoke_vouchers(town, "52130", (ID,), now_s=town.made_s)
    town.publication.publish(now_s=town.made_s)
    began_s = time.perf_counter()
    take(town)
    again_s = time.perf_counter() - began_s

    with capsys.disabled():
        sys.stdout.write(
            f"\n{MANY:,} revoked: adopted in {took_s:.2f} s with {grown_kib} KiB more, opened in {opened_s:.2f} s, "
            f"{look_up_us:.0f} µs a look-up; the next update of another list {again_s:.2f} s\n"
        )
    assert told == {RevocationState.NOT_REVOKED}
    assert {store.revocation(HOME_ISSUER, one, now_s=town.made_s) for one in known} == {RevocationState.REVOKED}
    assert grown_kib < GROWN_KIB_MAX


def _resident_kib() -> int:
    for line in Path("/proc/self/status").read_text("ascii").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1])
    raise AssertionError("the kernel tells no VmRSS")
