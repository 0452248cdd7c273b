"""The Debian packages: the same bytes each time, small, whole, and polite when they go."""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import shutil
import subprocess
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from pos.wifi.code import Protection, WifiCode
from pos.wifi.keyfile import keyfile
from tests.support.booted_till import Town
from tests.support.debian_roots import DebianRoot, layer_over, with_proc
from tests.support.updated_till import version_of

MACHINES = ("amd64", "arm64")
SIZE_BYTES_MAX = 15_000_000
FILES_MAX = 3_300
SERVICES = ("pos-core", "pos-devices", "pos-sync", "pos-screen")
LIBRARIES = "PIL, cv2, escpos, gpiozero, nacl.signing, numpy, pyzbar.pyzbar, serial, textual, tuf, zeroconf, zxingcpp"


def package(machine: str, folder: str = "CHAK_PACKAGES") -> Path:
    (found,) = Path(os.environ[folder]).glob(f"*_{machine}.deb")
    return found


def listing(deb: Path) -> list[str]:
    return subprocess.run(["dpkg-deb", "--contents", deb], capture_output=True, text=True, check=True).stdout.split(
        "\n"
    )


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DebianRoot]:
    """A Debian 13 with the package in it; the tests that share it leave it as it is."""
    with layer_over(Path(os.environ["CHAK_TILL_AMD64"]), tmp_path_factory.mktemp("shared")) as root, with_proc(root):
        root.install(package("amd64"))
        yield root


@pytest.fixture
def spoiled(tmp_path: Path) -> Iterator[DebianRoot]:
    with layer_over(Path(os.environ["CHAK_TILL_AMD64"]), tmp_path) as root, with_proc(root):
        root.install(package("amd64"))
        yield root


def test_two_builds_are_equal_byte_by_byte() -> None:
    assert package("amd64").read_bytes() == package("amd64", "CHAK_PACKAGES_AGAIN").read_bytes()


@pytest.mark.parametrize("machine", MACHINES)
def test_a_package_is_small_enough_for_a_slow_line_and_a_slow_card(machine: str) -> None:
    assert package(machine).stat().st_size < SIZE_BYTES_MAX
    # Each file is synced on its own when it is unpacked.
    assert len([line for line in listing(package(machine)) if line.startswith("-")]) < FILES_MAX


@pytest.mark.parametrize("machine", MACHINES)
def test_the_machine_code_inside_is_the_machines_own(machine: str) -> None:
    word = {"amd64": "x86_64", "arm64": "aarch64"}
    libraries = [line.split()[-1] for line in listing(package(machine)) if ".cpython-" in line and ".so" in line]

    assert libraries
    assert all(word[machine] in path for path in libraries)


def test_everything_belongs_to_root_and_nobody_else_may_write() -> None:
    for line in filter(None, listing(package("amd64"))):
        mode, owner = line.split()[:2]
        assert owner == "root/root", line
        assert mode[0] == "l" or (mode[5] == mode[8] == "-" and "s" not in mode), line


def test_it_installs_without_a_network_and_dpkg_finds_it_whole(installed: DebianRoot) -> None:
    assert installed.must("dpkg", "--verify", "chak-pos") == ""
    assert installed.must("dpkg-query", "--show", "--showformat=${db:Status-Status}", "chak-pos") == "installed"


def test_the_command_is_on_the_path_and_finds_its_libraries_and_debians(installed: DebianRoot) -> None:
    assert "A voucher terminal" in installed.must("pos", "--help")

    where = installed.must(
        "/usr/lib/pos/bin/python3", "-I", "-c", f"import {LIBRARIES}; print(PIL.__file__, cv2.__file__)"
    )
    pillow, opencv = where.split()
    assert pillow.startswith("/usr/lib/pos/")
    assert opencv.startswith("/usr/lib/python3/dist-packages/")


def test_debians_own_python_sees_none_of_it(installed: DebianRoot) -> None:
    assert installed.inside("python3", "-c", "import textual").exit_status == 1


def test_nothing_is_compiled_when_it_runs(installed: DebianRoot) -> None:
    installed.must("pos", "journal", "--help")

    site = installed.folder / "usr/lib/pos/lib/python3.13/site-packages"
    sources = {path for name in ("pos", "drivers") for path in (site / name).rglob("*.py")}
    compiled = {path for name in ("pos", "drivers") for path in (site / name).rglob("*.pyc")}
    assert sources
    assert {path.parent.parent / f"{path.name.split('.')[0]}.py" for path in compiled} == sources
    assert installed.must("dpkg", "--verify", "chak-pos") == ""
    assert installed.must("find", "/usr/lib/pos", "-newer", "/var/lib/dpkg/info/chak-pos.list", "-type", "f") == ""


def test_the_services_are_wanted_at_boot_and_the_users_are_there(installed: DebianRoot) -> None:
    wanted = installed.folder / "etc/systemd/system/multi-user.target.wants"
    users = (installed.folder / "etc/passwd").read_text()

    for name in SERVICES:
        assert (wanted / f"{name}.service").is_symlink(), name
        assert f"\n{name}:" in users
    for wish in (
        "timers.target.wants/pos-doctor.timer",
        "timers.target.wants/pos-update.timer",
        "timers.target.wants/pos-backup.timer",
        "paths.target.wants/pos-bundle.path",
        "paths.target.wants/pos-backup.path",
        "paths.target.wants/pos-wifi.path",
        "multi-user.target.wants/pos-wifi-restore.service",
    ):
        assert (wanted.parent / wish).is_symlink(), wish
    assert installed.must("stat", "--format=%U:%G %a", "/run/pos/screen").strip() == "pos-core:pos-screen 2710"


def test_systemd_finds_nothing_wrong_with_the_units_as_installed(installed: DebianRoot) -> None:
    units = [f"{name}.service" for name in (*SERVICES, "pos-data-check")]

    done = installed.inside("systemd-analyze", "verify", "--man=no", "--recursive-errors=no", *units)

    assert (done.exit_status, "pos-" in done.stderr) == (0, False), done.report()


def test_what_each_of_debians_programs_says_of_the_settings_that_were_installed(installed: DebianRoot) -> None:
    """Everything here ends with 0, or `must` says what it ended with."""
    installed.must("udevadm", "verify", "--no-summary", "--resolve-names=early", "/usr/lib/udev/rules.d/72-pos.rules")
    installed.must("foot", "--check-config", "--config=/etc/pos/foot.ini")
    network = installed.must("NetworkManager", "--print-config")
    assert "autoconnect-retries-default=0" in network
    assert "enabled=false" in network.partition("[connectivity]")[2]
    modules = installed.must("modprobe", "--showconfig").splitlines()
    for line in (installed.folder / "usr/lib/modprobe.d/pos.conf").read_text().splitlines():
        assert not line.startswith("install ") or line in modules, line
    kernel = installed.must("systemd-analyze", "cat-config", "sysctl.d/70-pos.conf")
    assert "kernel.sysrq = 0" in kernel


def test_no_reader_of_a_settings_file_finds_a_word_it_does_not_know(spoiled: DebianRoot) -> None:
    def complaints() -> str:
        # It reads its settings first, and has no right to anything afterwards.
        reader = ("env", "SYSTEMD_LOG_TARGET=console", "timeout", "2", "/usr/lib/systemd/systemd-timesyncd")
        done = spoiled.inside(*reader)
        return "".join(line for line in done.stderr.splitlines() if "timesyncd.conf.d" in line)

    assert complaints() == ""
    ours = spoiled.folder / "usr/lib/systemd/timesyncd.conf.d/pos.conf"
    ours.write_text(ours.read_text() + "NoSuchWord=1\n")
    assert "NoSuchWord" in complaints()


def test_the_configuration_is_the_technicians_and_an_upgrade_leaves_it(spoiled: DebianRoot) -> None:
    ours = spoiled.folder / "etc/pos/terminal.toml"
    changed = ours.read_text().replace('url = "usb:/dev/pos/printer"', 'url = "tcp://192.0.2.7"')
    ours.write_text(changed)

    spoiled.install(package("amd64"))

    assert "192.0.2.7" in changed
    assert ours.read_text() == changed
    assert spoiled.must("dpkg", "--verify", "chak-pos") == ""


POS_PAY = ("env", "POS_CONFIG=/srv/town/terminal.toml", "pos", "pay")


READ_BY_LIBRARIES = """
import PIL, cv2, numpy, platform, zxingcpp
from pyzbar.pyzbar import decode
picture = cv2.imread("/srv/town/payment.png", cv2.IMREAD_GRAYSCALE)
print(platform.machine(), PIL.__file__, cv2.__file__)
print(zxingcpp.read_barcodes(picture)[0].text)
print(decode(picture)[0].data.decode())
"""


def test_on_arm64_the_same_install_reads_a_code_and_sells(tmp_path: Path) -> None:
    """Under user emulation: the machine code is the board's, the kernel is not, and cannot jail the decoding worker."""
    town = Town.found(tmp_path / "town")
    code = town.payment(town.voucher(50_000), 12_000)
    with layer_over(Path(os.environ["CHAK_TILL_ARM64"]), tmp_path / "arm64") as root, with_proc(root):
        root.install(package("arm64"))
        assert root.must("dpkg", "--verify", "chak-pos") == ""
        shutil.copytree(town.folder, root.folder / "srv" / "town")

        about, *seen = root.must("/usr/lib/pos/bin/python3", "-I", "-c", READ_BY_LIBRARIES).splitlines()
        sold = root.must(*POS_PAY, "--amount", "12000", "--text", code, "--json")
        again = root.inside(*POS_PAY, "--amount", "12000", "--text", code, "--json", deadline_s=120)

    machine, pillow, opencv = about.split()
    assert (machine, pillow.split("/")[3], opencv.split("/")[3]) == ("aarch64", "pos", "python3")
    assert seen == [code, code]
    assert json.loads(sold)["outcome"] == "approved", sold
    assert (again.exit_status, json.loads(again.stdout)["reason"]) == (3, "already_used")


def test_a_purge_leaves_the_journal_and_takes_everything_else(spoiled: DebianRoot) -> None:
    journal = spoiled.folder / "var/lib/pos/state/journal.db"
    journal.parent.mkdir(parents=True)
    journal.write_bytes(b"money")

    ours = [spoiled.folder / path[1:] for path in spoiled.must("dpkg", "--listfiles", "chak-pos").split("\n")[1:-1]]
    assert len(ours) > 1000

    spoiled.must("dpkg", "--purge", "chak-pos")

    assert journal.read_bytes() == b"money"
    assert [path for path in ours if not path.is_dir() and os.path.lexists(path)] == []
    assert not (spoiled.folder / "usr/lib/pos").exists()
    assert not (spoiled.folder / "etc/pos").exists()
    assert list((spoiled.folder / "etc/systemd/system").glob("*.wants/pos-*")) == []


def brought(root: DebianRoot, number: str) -> None:
    """A version that the till fetched by itself, made the running one."""
    (archive,) = Path(os.environ["CHAK_PACKAGES"]).glob("*-amd64.tar")
    folder = root.folder / "opt/pos/versions" / number
    folder.mkdir()
    with tarfile.open(fileobj=io.BytesIO(version_of(archive, number))) as packed:
        packed.extractall(folder, filter="fully_trusted")
    # The interpreter is the machine's own, and never part of an archive.
    (folder / "bin" / "python3").symlink_to("/usr/bin/python3")
    current = root.folder / "opt/pos/current"
    current.unlink()
    current.symlink_to(f"versions/{number}")
    assert root.must("pos", "--version") == f"chak-pos {number}\n"


def release(number: str, scratch: Path) -> Path:
    """The package under another number, as a later build would make it."""
    tree, deb = scratch / f"tree-{number}", scratch / f"chak-pos_{number}_amd64.deb"
    subprocess.run(["dpkg-deb", "--raw-extract", package("amd64"), tree], check=True)
    (about,) = tree.glob("usr/lib/pos/lib/python3*/site-packages/chak_pos-*.dist-info")
    metadata = about / "METADATA"
    for file in (metadata, tree / "DEBIAN/control"):
        file.write_text(file.read_text().replace("\nVersion: 0.1.0\n", f"\nVersion: {number}\n"))
    name = about.name.replace("0.1.0", number)
    sums = (tree / "DEBIAN/md5sums").read_text().splitlines()
    kept = [line for line in sums if f"/{about.name}/" not in line]
    digest = hashlib.md5(metadata.read_bytes()).hexdigest()
    kept.append(f"{digest}  {metadata.relative_to(tree)}".replace(about.name, name))
    (tree / "DEBIAN/md5sums").write_text("\n".join(kept) + "\n")
    about.rename(about.with_name(name))
    subprocess.run(["dpkg-deb", "--root-owner-group", "-Znone", "--build", tree, deb], check=True)
    return deb


def versions(root: DebianRoot) -> set[str]:
    return {path.name for path in (root.folder / "opt/pos/versions").iterdir()}


def test_a_newer_package_runs_at_once_and_can_go_back_to_what_was_brought(spoiled: DebianRoot, tmp_path: Path) -> None:
    brought(spoiled, "0.1.5")

    spoiled.install(release("0.2.0", tmp_path))

    assert spoiled.must("pos", "--version") == "chak-pos 0.2.0\n"
    assert versions(spoiled) == {"0.1.5", "0.2.0"}
    assert (spoiled.folder / "opt/pos/versions/0.2.0").readlink() == Path("/usr/lib/pos")
    trial = json.loads((spoiled.folder / "opt/pos/state.json").read_text())["trial"]
    assert (trial["version"], trial["previous"]) == ("0.2.0", "0.1.5")
    assert spoiled.must("dpkg", "--verify", "chak-pos") == ""
    # Of the old package's own version nothing is left to be found.
    assert [path.name for path in spoiled.folder.glob("usr/lib/pos/lib/*/site-packages/chak_pos-*")] == [
        "chak_pos-0.2.0.dist-info"
    ]


def test_a_package_older_than_what_was_brought_leaves_that_running(spoiled: DebianRoot, tmp_path: Path) -> None:
    brought(spoiled, "0.3.0")

    spoiled.install(release("0.2.0", tmp_path))

    assert spoiled.must("pos", "--version") == "chak-pos 0.3.0\n"
    assert versions(spoiled) == {"0.2.0", "0.3.0"}
    assert spoiled.must("/usr/lib/pos/bin/pos", "--version") == "chak-pos 0.2.0\n"


def test_a_purge_takes_the_versions_that_were_brought_and_what_waited_for_them(spoiled: DebianRoot) -> None:
    brought(spoiled, "0.1.5")
    waiting = spoiled.folder / "var/lib/pos-staging/update"
    waiting.mkdir(parents=True)
    (waiting / "0.2.0.part").write_bytes(b"half")

    spoiled.must("dpkg", "--purge", "chak-pos")

    assert not (spoiled.folder / "opt/pos").exists()
    assert not waiting.parent.exists()


def test_a_purge_deletes_the_data_when_somebody_has_asked_for_it(spoiled: DebianRoot) -> None:
    journal = spoiled.folder / "var/lib/pos/state/journal.db"
    journal.parent.mkdir(parents=True)
    journal.write_bytes(b"money")
    (spoiled.folder / "etc/pos/purge-data").touch()

    spoiled.must("dpkg", "--purge", "chak-pos")

    assert not (spoiled.folder / "var/lib/pos").exists()


ACCEPTED_BY_NETWORKMANAGER = """
import pathlib, subprocess, sys
for file in sorted(pathlib.Path("/srv/profiles").iterdir()):
    command = ["nmcli", "--offline", "connection", "modify", "connection.id", "read"]
    done = subprocess.run(command, stdin=file.open(), capture_output=True, text=True)
    (file.with_suffix(".read")).write_text(done.stdout)
    if done.returncode:
        print(file.name, done.stderr)
"""
NAMES_AND_PASSWORDS = (
    ("shop", "swordfish-1"),
    ("시흥 빵집 2.4G", "비밀번호는 빵입니다"),
    ("a;b\\c", "; = # [x] \\; \\s"),
    ('"quoted"', '"        "'),
    ("65;66;", "  leading and trailing  "),
    ("\ufeff", "\\\\\\\\\\\\\\\\"),
    ("x", "0a" * 32),
    (" " * 32, "=" * 63),
)


def test_networkmanagers_own_parser_reads_what_the_till_writes(spoiled: DebianRoot) -> None:
    folder = spoiled.folder / "srv/profiles"
    folder.mkdir()
    codes = [
        WifiCode(ssid=name.encode(), protection=protection, password=password)
        for name, password in NAMES_AND_PASSWORDS
        for protection in (Protection.WPA, Protection.SAE)
    ]
    for number, code in enumerate(codes):
        (folder / f"{number:02}").write_text(keyfile(code))

    assert spoiled.must("python3", "-I", "-c", ACCEPTED_BY_NETWORKMANAGER) == ""

    for number, code in enumerate(codes):
        lines = (folder / f"{number:02}.read").read_text().split("\n")
        read = {key: value for key, equals, value in (line.partition("=") for line in lines) if equals}
        assert _ssid(read["ssid"]) == code.ssid
        assert _unescaped(read["psk"]) == code.password
        assert read["key-mgmt"] == {"wpa": "wpa-psk", "sae": "sae"}[code.protection]
        assert read["id"] == "read"


def _unescaped(text: str) -> str:
    return re.sub(r"\\(.)", lambda match: {"s": " ", "n": "\n", "t": "\t", "r": "\r"}.get(match[1], match[1]), text)


def _ssid(text: str) -> bytes:
    """Numbers of bytes, or text with its semicolons behind backslashes."""
    if re.fullmatch(r"(?:[0-9]+;)+", text):
        return bytes(map(int, text.split(";")[:-1]))
    return _unescaped(text).replace("\\;", ";").encode()
