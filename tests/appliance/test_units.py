"""The unit files, judged by systemd itself and by the rules that systemd does not know."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from pos.clock import BOOT_ID_VARIABLE
from pos.config import load_config
from pos.link.calls import Role
from pos.link.server import socket_path
from tests.appliance.conftest import ROOT, SYSTEMD, Tool, read_unit
from tests.support.process_tools import run

UNITS = sorted(path.name for path in SYSTEMD.glob("*.service"))
FOREVER = ("pos-core.service", "pos-devices.service", "pos-sync.service", "pos-screen.service")
EXPOSURE_MAX = {
    "pos-core.service": 0.3,
    "pos-devices.service": 0.8,
    "pos-sync.service": 1.2,
    "pos-screen.service": 1.5,
    "pos-data-check.service": 0.8,
    "pos-seal-key.service": 1.1,
    "pos-wipe-key.service": 0.9,
    "pos-failure@.service": 0.8,
    "pos-doctor.service": 1.5,
    "pos-bundle.service": 3.5,
    "pos-import@.service": 0.8,
    "pos-backup.service": 0.3,
    "pos-update-start.service": 0.9,
    "pos-update.service": 1.5,
    "pos-wifi.service": 1.0,
    "pos-wifi-restore.service": 1.0,
}
LATER_THAN_DEBIAN_12 = ("RestartSteps=", "RestartMaxDelaySec=")
"""systemd 252 warns of these and restarts every second instead; that is all it costs there."""
OUR_OWN = "/usr/lib/pos/"
STEPS = ("ExecStart", "ExecStartPre", "ExecStopPost")


def test_every_unit_has_a_limit_to_its_exposure() -> None:
    assert set(UNITS) == set(EXPOSURE_MAX)


@pytest.mark.parametrize("name", UNITS)
def test_a_unit_is_exposed_no_more_than_it_may_be(name: str, tool: Tool) -> None:
    # systemd counts in tenths here.
    limit = f"--threshold={EXPOSURE_MAX[name] * 10:.0f}"

    done = tool("systemd-analyze", "security", "--no-pager", "--offline=true", limit, SYSTEMD / name)

    assert done.exit_status == 0, done.report()


@pytest.mark.parametrize("name", UNITS)
def test_systemd_understands_every_line(name: str, tool: Tool, systemd_version: int, tmp_path: Path) -> None:
    unit = tmp_path / name
    unit.write_text("\n".join(_for_this_machine((SYSTEMD / name).read_text("utf-8"), systemd_version)) + "\n")

    done = tool("systemd-analyze", "verify", "--man=no", "--recursive-errors=no", unit)

    assert done.exit_status == 0, done.report()
    assert name.removesuffix(".service") not in done.stderr, done.report()


def _for_this_machine(text: str, systemd_version: int) -> list[str]:
    """The unit without what this systemd is too old for, its programs replaced: they need not be installed here."""
    lines = [line for line in text.splitlines() if systemd_version >= 254 or not line.startswith(LATER_THAN_DEBIAN_12)]
    programs = ("ExecStart=", "ExecStartPre=", "ExecStopPost=")
    return [f"{line.partition('=')[0]}=/bin/true" if line.startswith(programs) else line for line in lines]


def test_every_pos_command_of_a_unit_exists(tmp_path: Path) -> None:
    for name in UNITS:
        (command,) = read_unit(name).values("ExecStart")
        before, is_pos, after = command.partition("/usr/bin/pos ")
        if not is_pos:
            assert before.startswith(OUR_OWN), f"{name}: {command}"
            continue
        words = after.replace("/etc/pos/terminal.toml", str(tmp_path / "absent.toml")).split()

        done = run([sys.executable, "-m", "pos", *words], cwd=ROOT)

        # It has understood its arguments when it is the configuration that it misses.
        assert "absent.toml: no such file" in done.stderr, f"{name}: {done.report()}"


def test_every_script_of_a_unit_is_here_and_can_run() -> None:
    steps = [word.lstrip("+-") for name in UNITS for key in STEPS for word in read_unit(name).words(key)]
    scripts = [word for word in steps if word.startswith(OUR_OWN)]

    assert scripts
    for script in scripts:
        source = SYSTEMD / script.removeprefix(OUR_OWN)
        assert source.stat().st_mode & 0o111 == 0o111, f"{source} cannot be executed"


def test_nothing_waits_for_the_network() -> None:
    for name in UNITS:
        unit = read_unit(name)
        ordered = {word for key in ("After", "Before", "Wants", "Requires", "BindsTo") for word in unit.words(key)}
        assert not {word for word in ordered if word.startswith(("network", "time-sync", "nss-"))}, name


@pytest.mark.parametrize("name", FOREVER)
def test_systemd_never_gives_up_on_a_process(name: str) -> None:
    unit = read_unit(name)

    assert unit.values("Restart") == ("always",)
    assert unit.values("RestartSec") == ("100ms",)
    assert unit.values("StartLimitIntervalSec") == ("0",)
    assert unit.values("WantedBy") == ("multi-user.target",)


@pytest.mark.parametrize("name", FOREVER)
def test_every_process_says_when_it_is_ready_and_feeds_a_watchdog(name: str) -> None:
    unit = read_unit(name)

    assert unit.values("Type") == ("notify",)
    # The screen's first process passes on what the till says; nobody else's word is taken.
    assert unit.values("NotifyAccess") == ("main",)
    assert len(unit.values("WatchdogSec")) == 1
    assert unit.values("WatchdogSignal") == ("SIGKILL",), "a polite signal would cost the stop timeout"


def test_core_is_told_this_boots_id_because_it_cannot_read_it() -> None:
    unit = read_unit("pos-core.service")

    assert unit.values("ProcSubset") == ("pid",)
    assert f"{BOOT_ID_VARIABLE}=%b" in unit.words("Environment")


def test_only_sync_reaches_a_network_and_nobody_else_reaches_the_data() -> None:
    for name in UNITS:
        is_private = read_unit(name).values("PrivateNetwork") == ("yes",)
        assert is_private is (name != "pos-sync.service"), name
    for name in set(FOREVER) - {"pos-core.service"}:
        assert "-/var/lib/pos" in read_unit(name).words("InaccessiblePaths"), name


def test_each_process_has_a_user_and_a_group_of_its_own_and_is_in_no_other() -> None:
    users = {name: read_unit(name).values("User") for name in FOREVER}
    declared = (SYSTEMD / "sysusers.d" / "pos.conf").read_text("utf-8")

    assert len(set(users.values())) == len(FOREVER)
    for name, (user,) in users.items():
        assert f"\nu {user} " in declared, name
        assert read_unit(name).values("Group") == (user,), name
        assert read_unit(name).words("SupplementaryGroups") == (), name


def test_each_socket_is_reached_by_the_group_of_its_role_alone() -> None:
    config = load_config(ROOT / "firmware_config" / "terminal.toml")
    lines = [line.split() for line in (SYSTEMD / "tmpfiles.d" / "pos.conf").read_text("utf-8").splitlines()]
    folders = {fields[1]: tuple(fields[2:5]) for fields in lines if fields and fields[0] == "d"}
    groups = {read_unit(name).values("Group")[0] for name in FOREVER} - {"pos-core"}

    assert groups | {"pos-control"} == {f"pos-{role.value}" for role in Role}
    assert folders[str(config.terminal.socket_dir)] == ("0711", "root", "root")
    for role in Role:
        folder = str(socket_path(config.terminal.socket_dir, role).parent)
        assert folders[folder] == ("2710", "pos-core", f"pos-{role.value}"), role
    assert "\ng pos-control " in (SYSTEMD / "sysusers.d" / "pos.conf").read_text("utf-8")


def test_the_users_can_be_made(tool: Tool, tmp_path: Path) -> None:
    done = tool("systemd-sysusers", "--dry-run", f"--root={tmp_path}", SYSTEMD / "sysusers.d" / "pos.conf")

    # A line that it cannot read is only a warning to it, and a missing user.
    assert (done.exit_status, "valid" in done.stderr) == (0, False), done.report()
    for name in FOREVER:
        assert f"Creating user '{read_unit(name).values('User')[0]}'" in done.stdout + done.stderr, done.report()


@pytest.mark.parametrize("path", sorted(p for p in SYSTEMD.rglob("*") if p.is_file()), ids=lambda path: path.name)
def test_every_file_begins_with_why(path: Path) -> None:
    lines = [line for line in path.read_text("utf-8").splitlines() if not line.startswith("#!")]

    assert lines[0].startswith("# "), f"{path} must begin with a comment that says why it is there"


def test_a_sync_process_that_hears_other_tills_is_exposed_no_more(tool: Tool, tmp_path: Path) -> None:
    drop_in = (ROOT / "firmware_config" / "other-tills.conf").read_text("utf-8").partition("[Service]\n")[2]
    unit = tmp_path / "pos-sync.service"
    text = (SYSTEMD / "pos-sync.service").read_text("utf-8")
    unit.write_text(text.replace("IPAddressDeny=multicast\n", f"IPAddressDeny=multicast\n{drop_in}"), "utf-8")
    limit = f"--threshold={EXPOSURE_MAX['pos-sync.service'] * 10:.0f}"

    done = tool("systemd-analyze", "security", "--no-pager", "--offline=true", limit, unit)

    assert done.exit_status == 0, done.report()
    assert "SocketBindAllow=ipv4:tcp:8413" in unit.read_text("utf-8")
    assert "`port = 8413`" in (ROOT / "firmware_config" / "README.md").read_text("utf-8")
