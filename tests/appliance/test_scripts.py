"""The two shell scripts, run as systemd runs them; `stat` and `df` answer for partitions that are not here."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.appliance.conftest import SYSTEMD
from tests.support.process_tools import Child, run

Script = Callable[..., Child]


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    """A folder of commands that come before the machine's own."""
    folder = tmp_path / "bin"
    folder.mkdir()
    return folder


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "chak-data").touch()
    return folder


@pytest.fixture
def script(machine: Path) -> Script:
    def use(name: str, *arguments: str | Path, result: str = "signal") -> Child:
        environment = {"PATH": f"{machine}:{os.environ['PATH']}", "LC_ALL": "C.UTF-8"}
        environment |= {"MONITOR_SERVICE_RESULT": result} if result else {}
        return run([SYSTEMD / name, *arguments], env=environment)

    return use


def command(folder: Path, name: str, body: str) -> None:
    path = folder / name
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)


def mounted(machine: Path) -> None:
    """Every folder is on a disk of its own: its name is its device number."""
    command(machine, "stat", 'echo "$3"')


def test_a_mounted_partition_with_room_opens_the_till(script: Script, machine: Path, data: Path) -> None:
    mounted(machine)

    done = script("data-check", data)

    assert (done.exit_status, done.stderr) == (0, "")
    assert [path.name for path in data.iterdir()] == ["chak-data"]


def test_a_bare_mount_point_does_not_even_with_a_marker(script: Script, data: Path) -> None:
    done = script("data-check", data)

    assert done.exit_status == 1
    assert "is not mounted" in done.stderr


def test_a_partition_without_our_marker_is_not_ours(script: Script, machine: Path, data: Path) -> None:
    mounted(machine)
    (data / "chak-data").unlink()

    done = script("data-check", data)

    assert done.exit_status == 1
    assert "is not a till's data partition" in done.stderr
    assert list(data.iterdir()) == []


def test_a_partition_that_became_read_only_is_refused(script: Script, machine: Path, data: Path) -> None:
    mounted(machine)
    command(machine, "sync", "exit 1")

    done = script("data-check", data)

    assert done.exit_status == 1
    assert "cannot be written" in done.stderr


def test_a_full_partition_is_refused_and_says_how_full(script: Script, machine: Path, data: Path) -> None:
    mounted(machine)
    command(machine, "df", "printf 'Avail\\n 4096\\n'")

    done = script("data-check", data)

    assert done.exit_status == 1
    assert "has 4096 KiB free" in done.stderr


def test_a_failure_leaves_the_last_lines_of_its_log(script: Script, machine: Path, data: Path) -> None:
    command(machine, "journalctl", 'echo "$*"')

    assert script("failure-capture", "pos-core", data).exit_status == 0

    (kept,) = (data / "diag").iterdir()
    how, said = kept.read_text().splitlines()
    assert how.startswith("pos-core ended: signal")
    assert "_SYSTEMD_UNIT=pos-core.service + UNIT=pos-core.service + SYSLOG_IDENTIFIER=pos-core" in said
    assert (data / "diag").stat().st_mode & 0o777 == 0o700


def test_a_service_that_fails_again_and_again_writes_once_in_ten_minutes(
    script: Script, machine: Path, data: Path
) -> None:
    command(machine, "journalctl", "echo words")

    assert script("failure-capture", "pos-core", data).exit_status == 0
    assert script("failure-capture", "pos-core", data).exit_status == 0

    assert len(list((data / "diag").iterdir())) == 1


def test_no_more_than_twenty_failures_are_kept_and_the_oldest_go(script: Script, machine: Path, data: Path) -> None:
    command(machine, "journalctl", "echo words")
    (data / "diag").mkdir()
    for number in range(25):
        path = data / "diag" / f"pos-sync-{number:02}.log"
        path.touch()
        os.utime(path, (1_000_000 + number, 1_000_000 + number))

    assert script("failure-capture", "pos-core", data).exit_status == 0

    names = sorted(path.name for path in (data / "diag").iterdir())
    assert len(names) == 20
    assert names[0].startswith("pos-core-")
    assert names[1:] == [f"pos-sync-{number:02}.log" for number in range(6, 25)]


def test_nothing_is_written_where_the_partition_is_missing(script: Script, data: Path) -> None:
    (data / "chak-data").unlink()

    assert script("failure-capture", "pos-core", data).exit_status == 0

    assert list(data.iterdir()) == []


def test_a_service_that_never_started_leaves_nothing(script: Script, machine: Path, data: Path) -> None:
    command(machine, "journalctl", "echo words")

    assert script("failure-capture", "pos-core", data, result="").exit_status == 0

    assert [path.name for path in data.iterdir()] == ["chak-data"]


SEAL = 'case "$1" in encrypt) rev "$4" > "$5" ;; decrypt) rev "$3" ;; esac'
"""As systemd-creds is called here; whatever it does can be undone."""


def enrolled(data: Path, key: str) -> Path:
    home = data / "state" / "t-bakery-2"
    home.mkdir(parents=True)
    (data / "state" / "enrolment.toml").write_text('[terminal]\nid = "t-bakery-2"\n')
    (home / "terminal.key").write_text(key)
    return home / "terminal.key"


def test_a_new_key_is_sealed_and_then_removed_where_it_lay_open(script: Script, machine: Path, data: Path) -> None:
    command(machine, "systemd-creds", SEAL)
    key = enrolled(data, "secret")
    pepper = key.with_name("pin.pepper")
    pepper.write_text("spice")

    done = script("seal-key", data)

    assert (done.exit_status, done.stderr) == (0, "")
    assert not key.exists()
    assert not pepper.exists()
    assert (data / "credentials" / "terminal.key").read_text() == "terces"
    assert (data / "credentials" / "pin.pepper").read_text() == "ecips"
    assert script("seal-key", data).exit_status == 0, "there is nothing left to do"


def test_a_key_whose_seal_does_not_open_stays_where_it_is(script: Script, machine: Path, data: Path) -> None:
    command(machine, "systemd-creds", 'case "$1" in encrypt) echo broken > "$5" ;; decrypt) cat "$3" ;; esac')
    key = enrolled(data, "secret")

    done = script("seal-key", data)

    assert done.exit_status == 1
    assert key.read_text() == "secret"
    assert list((data / "credentials").iterdir()) == []


def test_a_machine_that_is_no_terminal_yet_has_nothing_to_seal(script: Script, data: Path) -> None:
    assert script("seal-key", data).exit_status == 0


def wished(data: Path, terminal: str) -> None:
    (data / "state").mkdir(exist_ok=True)
    (data / "state" / "wipe").write_text(terminal)
    (data / "credentials").mkdir()
    (data / "credentials" / "terminal.key").write_text("sealed")
    (data / "credentials" / "pin.pepper").write_text("sealed")


def test_the_sealed_secrets_of_a_wiped_terminal_are_destroyed_and_the_wish_goes_last(
    script: Script, data: Path
) -> None:
    wished(data, "t-bakery-2")

    done = script("wipe-key", data)

    assert (done.exit_status, done.stderr) == (0, "")
    assert "terminal.key of t-bakery-2 destroyed" in done.stdout
    assert list((data / "credentials").iterdir()) == []
    assert list((data / "state").iterdir()) == []


def test_a_cut_before_core_forgot_who_it_is_is_made_good(script: Script, data: Path) -> None:
    enrolled(data, "secret")
    wished(data, "t-bakery-2")

    assert script("wipe-key", data).exit_status == 0

    assert not (data / "state" / "enrolment.toml").exists()
    assert list((data / "credentials").iterdir()) == []


def test_an_old_wish_does_not_touch_a_newer_terminal(script: Script, data: Path) -> None:
    enrolled(data, "secret")
    wished(data, "t-bakery-1")

    assert script("wipe-key", data).exit_status == 0

    assert (data / "state" / "enrolment.toml").exists()
    assert (data / "credentials" / "terminal.key").read_text() == "sealed"
    assert not (data / "state" / "wipe").exists()


def test_without_a_wish_nothing_is_destroyed(script: Script, data: Path) -> None:
    wished(data, "t-bakery-2")
    (data / "state" / "wipe").unlink()

    assert script("wipe-key", data).exit_status == 0

    assert (data / "credentials" / "terminal.key").exists()


def test_a_wiped_machine_forgets_the_password_of_the_shops_network_too(script: Script, data: Path) -> None:
    (data / "state").mkdir()
    (data / "state" / "wipe").write_text("t-bakery-2")
    (data / "network").mkdir()
    (data / "network" / "chak-till.nmconnection").write_text("psk=swordfish-1")

    assert script("wipe-key", data).exit_status == 0

    assert list((data / "network").iterdir()) == []
    assert not (data / "state" / "wipe").exists()
