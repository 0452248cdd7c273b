"""The board's facts, read from files as the kernel writes them."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import pytest

from pos.config import load_config
from pos.doctor.board import BatteryCheck, CardCheck, HeatCheck, PackageCheck, PowerCheck
from pos.doctor.check import Place
from pos.doctor.storage import DataCheck, KeyCheck, MirrorCheck, SavedTimeCheck
from pos.link.examination import Colour, Finding
from pos.words.findings import FindingCode

CONFIG = """[terminal]
id = "t-1"
merchant = "m-1"
ledger = "l-1"
state_dir = "{root}/var/lib/pos/state"
socket_dir = "{root}/run/pos"
trust_dir = "{root}/var/lib/pos/trust"
[ledger]
url = "http://127.0.0.1:8400"
[mirror]
path = "{root}/srv/mirror"
"""
NOW_S = 1_790_000_000.0


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for folder in ("var/lib/pos/state", "srv/mirror", "etc/pos"):
        (tmp_path / folder).mkdir(parents=True)
    return tmp_path


@pytest.fixture
def place(root: Path) -> Place:
    file = root / "etc/pos/terminal.toml"
    file.write_text(CONFIG.format(root=root))
    return Place(config=load_config(file), core=None)


def lay(root: Path, path: str, text: str = "") -> Path:
    file = root / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    return file


def told(findings: Sequence[Finding]) -> list[tuple[int, Colour]]:
    return [(finding.code, finding.colour) for finding in findings]


@pytest.mark.parametrize(
    ("alarm", "code", "colour"),
    [
        ("0\n", FindingCode.POWER_FINE, Colour.GREEN),
        ("1\n", FindingCode.POWER_LOW, Colour.RED),
        (None, FindingCode.POWER_UNKNOWN, Colour.UNKNOWN),
    ],
)
def test_a_weak_supply_is_red_and_a_board_without_the_sensor_is_not(
    root: Path, place: Place, alarm: str | None, code: int, colour: Colour
) -> None:
    if alarm is not None:
        lay(root, "sys/class/hwmon/hwmon2/in0_lcrit_alarm", alarm)

    assert told(PowerCheck(root=root).look(place)) == [(code, colour)]


def test_the_hottest_part_counts(root: Path, place: Place) -> None:
    lay(root, "sys/class/thermal/thermal_zone0/temp", "45000\n")
    lay(root, "sys/class/thermal/thermal_zone1/temp", "81250\n")

    (finding,) = HeatCheck(root=root).look(place)

    assert (finding.code, finding.colour, finding.answered) == (FindingCode.HEAT_HIGH, Colour.RED, "81 °C")


def test_errors_that_the_file_system_has_counted_name_the_card(root: Path, place: Place) -> None:
    lay(root, "sys/fs/ext4/mmcblk0p2/errors_count", "0\n")
    lay(root, "sys/fs/ext4/mmcblk0p3/errors_count", "3\n")

    (finding,) = CardCheck(root=root).look(place)

    assert (finding.code, finding.detail) == (FindingCode.CARD_ERRORS, "mmcblk0p3: 3 errors")


def test_a_board_without_a_clock_of_its_own_is_worth_a_word_and_no_alarm(root: Path, place: Place) -> None:
    assert told(BatteryCheck(root=root).look(place)) == [(FindingCode.BATTERY_MISSING, Colour.UNKNOWN)]

    lay(root, "sys/class/rtc/rtc0/time", "03:00:00\n")

    assert told(BatteryCheck(root=root).look(place)) == [(FindingCode.BATTERY_THERE, Colour.GREEN)]


def a_dpkg(root: Path, says: str) -> str:
    file = lay(root, "bin/dpkg", f"#!/bin/sh\nprintf '{says}'\n")
    file.chmod(0o755)
    return str(file)


def test_a_changed_program_file_is_red_and_a_changed_setting_is_the_administrators(root: Path, place: Place) -> None:
    lay(root, "var/lib/dpkg/info/chak-pos.list")
    setting, program = "??5?????? c /etc/pos/foot.ini\\n", "??5??????   /usr/lib/pos/data-check\\n"

    fine = PackageCheck(root=root, dpkg=a_dpkg(root, setting)).look(place)
    damaged = PackageCheck(root=root, dpkg=a_dpkg(root, setting + program)).look(place)

    assert told(fine)[0] == (FindingCode.PACKAGE_WHOLE, Colour.GREEN)
    assert told(damaged)[0] == (FindingCode.PACKAGE_DAMAGED, Colour.RED)
    assert "data-check" in damaged[0].detail
    assert "foot.ini" not in damaged[0].detail


def test_installing_without_syncs_is_red(root: Path, place: Place) -> None:
    lay(root, "var/lib/dpkg/info/chak-pos.list")
    lay(root, "etc/dpkg/dpkg.cfg.d/fast", "# speed\nforce-unsafe-io\n")

    assert told(PackageCheck(root=root, dpkg=a_dpkg(root, "")).look(place))[1] == (
        FindingCode.INSTALLING_UNSAFE,
        Colour.RED,
    )


def test_a_bare_mount_point_is_no_data_partition_even_with_a_marker(root: Path, place: Place) -> None:
    lay(root, "var/lib/pos/chak-data")

    bare = DataCheck(root=root).look(place)
    mounted = DataCheck(root=root, device_of=lambda path: len(path.parts)).look(place)

    assert told(bare)[0] == (FindingCode.DATA_MISSING, Colour.RED)
    assert told(mounted)[0] == (FindingCode.DATA_THERE, Colour.GREEN)
    assert told(mounted)[1][0] == FindingCode.SPACE_ENOUGH


def test_the_mirror_is_there_when_its_marker_is(root: Path, place: Place) -> None:
    assert told(MirrorCheck().look(place)) == [(FindingCode.MIRROR_MISSING, Colour.RED)]

    lay(root, "srv/mirror/chak-journal-mirror")

    assert told(MirrorCheck().look(place)) == [(FindingCode.MIRROR_THERE, Colour.GREEN)]


def test_a_sealed_key_is_green_an_open_one_is_red_on_an_appliance_and_none_is_red(root: Path, place: Place) -> None:
    assert told(KeyCheck(root=root).look(place)) == [(FindingCode.KEY_MISSING, Colour.RED)]
    lay(root, "var/lib/pos/credentials/terminal.key")
    assert told(KeyCheck(root=root).look(place)) == [(FindingCode.KEY_SEALED, Colour.GREEN)]
    lay(root, "var/lib/pos/state/terminal.key")
    assert told(KeyCheck(root=root).look(place)) == [(FindingCode.KEY_OPEN, Colour.RED)]
    assert told(KeyCheck().look(place)) == [(FindingCode.KEY_OPEN, Colour.GREEN)], "a town on a developer's disk"


def test_a_time_that_nobody_saves_is_red(root: Path, place: Place) -> None:
    check = SavedTimeCheck(root=root, now_s=lambda: NOW_S)
    assert told(check.look(place)) == [(FindingCode.TIME_NOT_SAVED, Colour.RED)]
    saved = lay(root, "var/lib/systemd/timesync/clock")

    os.utime(saved, (NOW_S, NOW_S - 60))
    assert told(check.look(place)) == [(FindingCode.TIME_SAVED, Colour.GREEN)]
    os.utime(saved, (NOW_S, NOW_S - 7200))
    assert told(check.look(place)) == [(FindingCode.TIME_NOT_SAVED, Colour.RED)]
