"""Root's part: a request is read, tried, kept or undone, and gone; nmcli is a program that answers as the real one."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from pos.link.wifi import WifiState
from pos.wifi.joining import Nmcli, join_wanted, restore
from pos.wifi.keyfile import FILE_NAME, PROFILE_UUID
from tests.support.wifi_codes import wifi_text

PASSWORD = "swordfish-1"
NMCLI = """#!/bin/sh
# Notes what it is told; FOLDER/air and FOLDER/up say what it answers.
folder=$(dirname "$0")
echo "$*" >> "$folder/told"
case "$*" in
    *"fields TYPE device"*) cat "$folder/types" ;;
    *SSID-HEX*) cat "$folder/air" ;;
    *"connection load"*) for file; do :; done; cp "$file" "$folder/loaded" ;;
    *"connection up"*) . "$folder/up" ;;
esac
"""
REFUSED = 'echo "Error: Connection activation failed: {}" >&2; exit 4\n'


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    folder = tmp_path / "machine"
    folder.mkdir()
    (folder / "nmcli").write_text(NMCLI)
    (folder / "nmcli").chmod(0o755)
    (folder / "types").write_text("ethernet\nwifi\nloopback\n")
    (folder / "air").write_text(b"other".hex().upper() + "\n\n" + b"shop".hex().upper() + "\n")
    (folder / "up").write_text("exit 0\n")
    return folder


@pytest.fixture
def nmcli(machine: Path) -> Nmcli:
    return Nmcli(program=str(machine / "nmcli"), profiles=machine / "run" / "system-connections")


@pytest.fixture
def request_file(tmp_path: Path) -> Path:
    path = tmp_path / "wanted"
    path.write_text(wifi_text(name="shop", password=PASSWORD), "utf-8")
    return path


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    return tmp_path / "network"


def told(machine: Path) -> str:
    return (machine / "told").read_text()


def test_a_network_that_works_is_kept_for_the_next_start_and_is_roots_alone(
    request_file: Path, kept: Path, nmcli: Nmcli, machine: Path
) -> None:
    assert join_wanted(request_file, kept=kept, nmcli=nmcli) is WifiState.JOINED

    profile = kept / FILE_NAME
    assert f"psk={PASSWORD}" in profile.read_text()
    assert profile.read_text() == (machine / "loaded").read_text()
    modes = [stat.S_IMODE(path.stat().st_mode) for path in (kept, profile, nmcli.profiles / FILE_NAME)]
    assert modes == [0o700, 0o600, 0o600]
    assert "radio wifi on" in told(machine)


def test_the_password_is_on_no_command_line_and_the_request_is_gone(
    request_file: Path, kept: Path, nmcli: Nmcli, machine: Path
) -> None:
    held = request_file.open("rb")
    with held:
        join_wanted(request_file, kept=kept, nmcli=nmcli)

        assert not request_file.exists()
        assert held.read().strip(b"\0") == b"", "what lay there was overwritten, not only unlinked"
    assert PASSWORD not in told(machine)


@pytest.mark.parametrize(
    ("said", "state"),
    [
        ("Secrets were required, but not provided", WifiState.WRONG_PASSWORD),
        ("802.1X supplicant took too long to authenticate", WifiState.WRONG_PASSWORD),
        ("The Wi-Fi network could not be found", WifiState.NOT_FOUND),
        ("IP configuration could not be reserved (no available address, timeout, etc.)", WifiState.NO_ADDRESS),
        ("Unknown error", WifiState.FAILED),
    ],
)
def test_what_did_not_work_is_told_apart_and_leaves_nothing(
    said: str, state: WifiState, request_file: Path, kept: Path, nmcli: Nmcli, machine: Path
) -> None:
    (machine / "up").write_text(REFUSED.format(said))

    assert join_wanted(request_file, kept=kept, nmcli=nmcli) is state

    assert not kept.exists()
    assert list(nmcli.profiles.iterdir()) == []
    assert f"connection delete uuid {PROFILE_UUID}" in told(machine)
    assert not request_file.exists()


def test_a_mistyped_network_leaves_the_till_in_the_one_that_worked(
    request_file: Path, kept: Path, nmcli: Nmcli, machine: Path
) -> None:
    join_wanted(request_file, kept=kept, nmcli=nmcli)
    good = (kept / FILE_NAME).read_text()
    request_file.write_text(wifi_text(name="shop", password="something-else"))
    (machine / "up").write_text(REFUSED.format("Secrets were required, but not provided"))

    assert join_wanted(request_file, kept=kept, nmcli=nmcli) is WifiState.WRONG_PASSWORD

    assert (kept / FILE_NAME).read_text() == (machine / "loaded").read_text() == good
    assert "--wait 0 connection up" in told(machine).splitlines()[-1]


def test_a_network_that_is_not_in_the_air_is_not_tried_but_a_hidden_one_is(
    request_file: Path, kept: Path, nmcli: Nmcli, machine: Path
) -> None:
    (machine / "air").write_text("\n")
    assert join_wanted(request_file, kept=kept, nmcli=nmcli) is WifiState.NOT_FOUND
    assert "connection up" not in told(machine)

    request_file.write_text(wifi_text(name="shop", password=PASSWORD, hidden=True))
    assert join_wanted(request_file, kept=kept, nmcli=nmcli) is WifiState.JOINED
    assert "hidden=true" in (kept / FILE_NAME).read_text()


def test_of_a_name_that_can_be_read_in_two_ways_the_one_in_the_air_counts(
    request_file: Path, kept: Path, nmcli: Nmcli, machine: Path
) -> None:
    request_file.write_text(wifi_text(name="c0ffee", kind="nopass"))
    (machine / "air").write_text("C0FFEE\n")

    assert join_wanted(request_file, kept=kept, nmcli=nmcli) is WifiState.JOINED

    assert "ssid=192;255;238;" in (kept / FILE_NAME).read_text()


def test_a_machine_without_a_radio_or_without_networkmanager_says_so(
    request_file: Path, kept: Path, nmcli: Nmcli, machine: Path
) -> None:
    (machine / "types").write_text("ethernet\n")
    assert join_wanted(request_file, kept=kept, nmcli=nmcli) is WifiState.NO_RADIO

    request_file.write_text(wifi_text(name="shop", password=PASSWORD))
    (machine / "nmcli").unlink()
    assert join_wanted(request_file, kept=kept, nmcli=nmcli) is WifiState.FAILED


def test_what_a_taken_over_core_leaves_in_the_place_of_a_request_reaches_nothing(
    request_file: Path, kept: Path, nmcli: Nmcli, machine: Path, tmp_path: Path
) -> None:
    secret = tmp_path / "shadow"
    secret.write_text(wifi_text(name="shop", password=PASSWORD))
    request_file.unlink()
    request_file.symlink_to(secret)
    assert join_wanted(request_file, kept=kept, nmcli=nmcli) is WifiState.BROKEN
    assert secret.read_text().startswith("WIFI:"), "a link was followed"
    assert not request_file.is_symlink()

    os.mkfifo(request_file)
    assert join_wanted(request_file, kept=kept, nmcli=nmcli) is WifiState.BROKEN
    assert not request_file.exists()

    request_file.write_text("[connection]\nid=mine\ntype=vpn\n")
    assert join_wanted(request_file, kept=kept, nmcli=nmcli) is WifiState.BROKEN
    assert not (machine / "told").exists(), "none of it reached NetworkManager"


def test_after_a_start_the_network_that_worked_is_there_again(
    request_file: Path, kept: Path, nmcli: Nmcli, machine: Path
) -> None:
    assert not restore(kept=kept, nmcli=nmcli)
    join_wanted(request_file, kept=kept, nmcli=nmcli)
    (nmcli.profiles / FILE_NAME).unlink()
    (machine / "loaded").unlink()

    assert restore(kept=kept, nmcli=nmcli)

    assert (machine / "loaded").read_text() == (kept / FILE_NAME).read_text()
