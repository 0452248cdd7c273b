"""The configuration files around the program: each says why, and what a machine can check of them is checked."""

from __future__ import annotations

import configparser
import json
import re
import sys
from pathlib import Path

import pytest

from pos.config import load_config
from tests.appliance.conftest import ROOT, SYSTEMD, Tool, read_unit
from tests.support.process_tools import run

FIRMWARE = ROOT / "firmware_config"
RULES = FIRMWARE / "udev" / "72-pos.rules"
FILES = sorted(path for path in FIRMWARE.rglob("*") if path.is_file())
WHY_CHARS_MIN = 60
FIRMWARE_LINE_MAX = 98
"""The firmware passes over what stands behind it."""
UDEVADM_VERIFIES_SINCE = 254
FOOT_KEYS = {
    "scrollback-up-page",
    "scrollback-down-page",
    "clipboard-copy",
    "clipboard-paste",
    "primary-paste",
    "search-start",
    "font-increase",
    "font-decrease",
    "font-reset",
    "spawn-terminal",
    "show-urls-launch",
    "prompt-prev",
    "prompt-next",
    "unicode-input",
}
"""What foot 1.21 binds to a key unless it is told not to."""


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(FIRMWARE)))
def test_every_file_begins_with_why(path: Path) -> None:
    lines = path.read_text("utf-8").splitlines()
    assert lines[0].startswith("# "), f"{path} must begin with a comment that says why it is there"

    if path.suffix != ".md":
        why = " ".join(line.lstrip("# ") for line in lines if line.startswith("#"))
        assert len(why) >= WHY_CHARS_MIN, f"{path}: too short to say why"


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(FIRMWARE)))
def test_nobody_is_given_the_group_video(path: Path) -> None:
    said = [line for line in path.read_text("utf-8").splitlines() if not line.startswith("#")]

    assert not [line for line in said if re.search(r'GROUP:?="(video|lp|dialout|plugdev)"|\bG?roups?=.*video', line)]


def test_udev_accepts_the_rules(tool: Tool) -> None:
    version = int(tool("udevadm", "--version").stdout)
    if version >= UDEVADM_VERIFIES_SINCE:
        # The group is made at installation; this machine need not have it.
        done = tool("udevadm", "verify", "--no-summary", "--resolve-names=never", RULES)
        assert done.exit_status == 0, done.report()
    else:
        _parse_rules(RULES.read_text("utf-8"))


def test_the_rules_are_made_of_keys_operators_and_quoted_values() -> None:
    _parse_rules(RULES.read_text("utf-8"))


def _parse_rules(text: str) -> None:
    """Debian 12 has no `udevadm verify`: the form of each line, the keys, and jumps that arrive."""
    term = re.compile(r'(?P<key>[A-Z]+)(\{[^}]+\})?(==|!=|=|\+=|-=|:=)"[^"]*"')
    keys = {"ACTION", "SUBSYSTEM", "SUBSYSTEMS", "KERNEL", "ENV", "ATTR", "GROUP", "MODE", "TAG", "SYMLINK"}
    jumps, labels = set(), set()
    for line in text.splitlines():
        if not line or line.startswith("#"):
            continue
        for part in line.split(", "):
            match = term.fullmatch(part)
            assert match, f"not a term of a rule: {part}"
            assert match["key"] in keys | {"GOTO", "LABEL"}, part
        jumps |= set(re.findall(r'GOTO="(\w+)"', line))
        labels |= set(re.findall(r'LABEL="(\w+)"', line))
    assert jumps == labels


def test_every_device_belongs_to_the_devices_process_alone() -> None:
    owners = set(re.findall(r'GROUP:="([\w-]+)"', RULES.read_text("utf-8")))

    assert owners == {*read_unit("pos-devices.service").values("Group"), "root"}


def test_no_key_of_the_window_leads_out_of_the_till() -> None:
    foot = configparser.ConfigParser(interpolation=None)
    foot.read_string((FIRMWARE / "kiosk" / "foot.ini").read_text("utf-8"))

    assert set(foot["key-bindings"]) >= FOOT_KEYS
    assert {*foot["key-bindings"].values(), *foot["mouse-bindings"].values()} == {"none"}


def test_the_screen_logs_in_by_its_own_name() -> None:
    (name,) = read_unit("pos-screen.service").values("PAMName")

    assert f"/etc/pam.d/{name}" in (FIRMWARE / "kiosk" / f"{name}.pam").read_text("utf-8")


def test_the_terminals_configuration_is_one_that_the_program_reads() -> None:
    config = load_config(FIRMWARE / "terminal.toml")

    assert str(config.terminal.state_dir) == "/var/lib/pos/state"
    assert read_unit("pos-core.service").values("StateDirectory") == ("pos/state pos/trust",)
    assert str(config.terminal.socket_dir) in read_unit("pos-core.service").words("ReadWritePaths")
    assert f"-{config.mirror.path}" in read_unit("pos-core.service").words("ReadWritePaths")


def test_a_missing_disk_never_stops_the_boot() -> None:
    lines = [line.split() for line in (FIRMWARE / "mounts" / "fstab").read_text("utf-8").splitlines()]
    mounts = {
        fields[1]: fields[3].split(",") for fields in lines if fields and fields[0] != "#" and fields[0][0] != "#"
    }

    assert set(mounts) == {"/var/lib/pos", "/var/log/journal", "/srv/mirror"}
    for place, options in mounts.items():
        assert "nofail" in options, place


def test_each_board_gets_its_own_lines_and_every_board_the_common_ones() -> None:
    filters: dict[str, list[str]] = {}
    section = ""
    for line in (FIRMWARE / "boot" / "config.txt").read_text("utf-8").splitlines():
        if line.startswith("["):
            section = line.strip("[]")
        elif line and not line.startswith("#"):
            assert re.fullmatch(r"[a-z_]+=\S+", line), line
            assert len(line) <= FIRMWARE_LINE_MAX
            filters.setdefault(section, []).append(line)

    assert {"dtoverlay=vc4-kms-v3d", "dtparam=watchdog=on", "camera_auto_detect=1"} <= set(filters["all"])
    # The other boards' card controllers have no command queue, and their clocks are on I2C.
    assert filters["pi5"] == ["dtparam=rtc_bbat_vchg=3000000", "dtparam=sd_cqe=off"]
    assert filters["pi4"] == ["dtparam=i2c_arm=on", "dtoverlay=i2c-rtc,ds3231"]
    assert set(filters) == {"all", "pi4", "pi5"}
    # Whatever is appended to the file afterwards is for every board again.
    assert (FIRMWARE / "boot" / "config.txt").read_text("utf-8").rstrip().endswith("[all]")


def test_util_linux_reads_every_line_of_the_mounts(tool: Tool, tmp_path: Path) -> None:
    table = tmp_path / "fstab"
    table.write_text((FIRMWARE / "mounts" / "fstab").read_text("utf-8").replace("PUT-DATA-UUID-HERE", "1-2"), "utf-8")

    done = tool("findmnt", "--verify", "--tab-file", table)

    # The disks are not here, and that is all that may be wrong.
    assert "0 parse errors" in done.stdout + done.stderr, done.report()
    complaints = [line.strip() for line in done.stdout.splitlines() if line.strip().startswith(("[E]", "[W]"))]
    assert complaints
    assert all("unreachable" in line or "non-bind mount source" in line for line in complaints), done.report()


PLACED = """
import json, package
places = {}
for pattern, folder, _ in package.PLACES:
    for source in package.ROOT.glob(pattern):
        target = f"{folder}/{source.name}"
        places[str(source.relative_to(package.ROOT))] = package.RENAMED.get(target, target)
print(json.dumps(places))
"""


def test_the_package_puts_every_file_where_its_first_lines_say_that_it_acts() -> None:
    told = run([sys.executable, "-c", PLACED], cwd=ROOT / ".ci")
    places = json.loads(told.stdout)

    for path in FILES:
        name = str(path.relative_to(ROOT))
        if path.is_relative_to(FIRMWARE / "update"):
            assert name not in places, f"{name} is an image's or a reader's"
            continue
        assert name in places, f"{name} is installed by nobody"
        place = places[name]
        if not place.startswith(("usr/share/pos", "usr/share/doc", "etc/pos/terminal.toml")):
            why = [line for line in path.read_text("utf-8").splitlines() if line.startswith("#")]
            assert f"/{place}" in " ".join(line.lstrip("# ") for line in why), name


def test_the_handbook_installs_every_file() -> None:
    handbook = (FIRMWARE / "README.md").read_text("utf-8")

    installed = [p for p in SYSTEMD.rglob("*") if p.is_file() and p.suffix != ".service"]
    for path in [*(p for p in FILES if p.name != "README.md"), *installed]:
        assert path.name in handbook or str(path.relative_to(FIRMWARE.parent)) in handbook, f"{path} is not mentioned"


def test_the_handbook_says_the_same_in_both_languages() -> None:
    english, _, korean = (FIRMWARE / "README.md").read_text("utf-8").partition("\n# 기술자 안내서\n")
    profiles = {path.stem for path in (ROOT / "drivers" / "printer" / "profiles").glob("*.toml")}

    named = [set(re.findall(r"`([a-z0-9-]+)`", text)) & profiles for text in (english, korean)]
    assert named[0] == named[1]
    assert len(named[0]) >= 8
