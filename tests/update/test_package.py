"""The package's version among those that were brought: which runs, what stays, what there is to return to."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from pos.config import load_config
from pos.sandbox.town import Town, init
from pos.trust.faults import RejectedError
from pos.update.installation import Installation, UpdateError
from pos.update.vouching import Vouching
from tests.update.test_week import archive, offer_of


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Where the package lies."""
    (tmp_path / "usr" / "bin").mkdir(parents=True)
    (tmp_path / "usr" / "bin" / "pos").write_bytes(b"packaged")
    return tmp_path / "usr"


def brought(machine: Installation, folder: Path, version: str) -> None:
    raw = archive(version, spare=10)
    (folder / "brought.tar").write_bytes(raw)
    machine.stage(folder / "brought.tar", offer_of(version, raw))


def test_the_first_package_runs_and_a_newer_one_takes_its_place(tmp_path: Path, place: Path) -> None:
    machine = Installation(tmp_path / "opt")
    assert machine.adopt_package("1.0.0", place) == "1.0.0"
    assert machine.adopt_package("1.1.0", place) == "1.1.0"

    assert machine.staged() == ("1.1.0",), "the old one's files are gone"
    assert (machine.state.trial, machine.state.previous) == (None, None)
    assert (tmp_path / "opt/current/bin/pos").read_bytes() == b"packaged"


def test_what_was_brought_and_is_newer_goes_on_running_over_a_package(tmp_path: Path, place: Path) -> None:
    machine = Installation(tmp_path / "opt")
    machine.adopt_package("1.0.0", place)
    brought(machine, tmp_path, "2.0.0")
    machine.begin_trial("2.0.0")
    machine.start("boot")
    machine.confirm()
    assert machine.staged() == ("1.0.0", "2.0.0"), "the package's version is never dropped"

    assert machine.adopt_package("1.1.0", place) == "2.0.0"

    assert machine.staged() == ("1.1.0", "2.0.0")
    assert machine.state.previous == "1.1.0", "what there is to return to is still there"


def test_a_newer_package_is_on_trial_where_something_else_ran(tmp_path: Path, place: Path) -> None:
    machine = Installation(tmp_path / "opt")
    machine.adopt_package("1.0.0", place)
    brought(machine, tmp_path, "2.0.0")
    machine.begin_trial("2.0.0")
    machine.confirm()

    assert machine.adopt_package("3.0.0", place) == "3.0.0"
    assert machine.state.trial is not None
    assert machine.fall_back() == "2.0.0"


def test_a_trial_that_would_return_to_a_replaced_package_returns_to_the_new_one(tmp_path: Path, place: Path) -> None:
    machine = Installation(tmp_path / "opt")
    machine.adopt_package("1.0.0", place)
    brought(machine, tmp_path, "2.0.0")
    machine.begin_trial("2.0.0")

    machine.adopt_package("1.1.0", place)

    assert machine.fall_back() == "1.1.0"
    assert (tmp_path / "opt/current/bin/pos").read_bytes() == b"packaged"


@pytest.mark.parametrize("kind", ["link", "pipe", "longer"])
def test_what_is_no_plain_file_of_the_promised_length_is_not_copied(tmp_path: Path, kind: str) -> None:
    raw = archive("1.1.0", spare=10)
    (tmp_path / "real.tar").write_bytes(raw)
    offered = tmp_path / "offered.tar"
    if kind == "link":
        offered.symlink_to(tmp_path / "real.tar")
    elif kind == "pipe":
        os.mkfifo(offered)
    else:
        offered.write_bytes(raw + bytes(512))
    machine = Installation(tmp_path / "opt")

    with pytest.raises((UpdateError, OSError)):
        machine.stage(offered, offer_of("1.1.0", raw))
    assert machine.staged() == ()
    assert [path.name for path in (tmp_path / "opt" / "versions").iterdir()] == []


# -- who vouches ----------------------------------------------------------------------------------------------------


@pytest.fixture
def town(tmp_path: Path) -> Town:
    return init(tmp_path / "town", seed="vouching")


def vouching_of(town: Town, kept: Path) -> Vouching:
    terminal = load_config(town.terminal_toml).terminal
    return Vouching(kept, terminal.trust_dir, terminal.staging / "trust")


def test_the_first_root_is_kept_and_a_root_of_somebodys_own_vouches_for_nothing(town: Town, tmp_path: Path) -> None:
    vouching = vouching_of(town, tmp_path / "root.json")
    assert vouching.targets(may_keep=True) is not None
    kept = vouching.kept.read_bytes()

    other = init(tmp_path / "other", seed="somebody else")
    shutil.rmtree(town.directory / "trust")
    shutil.copytree(other.directory / "trust", town.directory / "trust")

    with pytest.raises(RejectedError):
        vouching.targets(may_keep=True)
    assert vouching.kept.read_bytes() == kept


def test_a_look_keeps_nothing(town: Town, tmp_path: Path) -> None:
    vouching = vouching_of(town, tmp_path / "root.json")

    assert vouching.targets(may_keep=False) is not None
    assert not vouching.kept.exists()
