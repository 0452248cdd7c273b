"""A machine out of its box, booted: nobody yet, then a till by one code from a stick; sealed at the next start.

The package's own configuration, units and users; the ledger answers over TLS in the container's network. There is no
printer and no camera in a container, so the test of the paper is passed over and recorded as that.
"""

from __future__ import annotations

import os
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from pos.ledger.install_file import sign_install_file
from pos.sandbox.enrolling import issue_code, ledger_card, make_authority
from pos.sandbox.town import open_town
from tests.support.booted_till import ROOT, BootedTill, Town, prepared_till
from tests.support.debian_roots import layer_over
from tests.support.plugged_sticks import UNIT, plugged_in
from tests.support.process_tools import Child, run
from tests.system.test_provisioning import held_of

Say = Callable[[str], None]
URL = "https://127.0.0.1:8400"
TECHNICIAN = """
import time
from pathlib import Path
from pos.link.client import BlockingLink
from pos.link.calls import GoOnInstalling, Role, SkipStep, Watch
from pos.link.install import InstallStep
link = BlockingLink(Path("/run/pos"), Role.SCREEN)
began_s = time.monotonic()
while time.monotonic() < began_s + 90:
    now = link.call(Watch()).till.installation
    if now is None:
        break
    if now.step in (InstallStep.LOOK, InstallStep.COMPARE, InstallStep.DONE):
        link.call(GoOnInstalling())
    elif now.step is InstallStep.READ_BACK:
        link.call(SkipStep())
    link.next_push(0.3)
till = link.call(Watch()).till
print(till.terminal, till.stop, till.installation, f"{time.monotonic() - began_s:.1f}")
"""
WHAT_IT_IS = """
from pathlib import Path
from pos.link.client import BlockingLink
from pos.link.calls import Role, Watch
print(BlockingLink(Path("/run/pos"), Role.SCREEN).call(Watch()).till.stop)
"""


@contextmanager
def ledger_of(machine: BootedTill, town: Town) -> Iterator[None]:
    """The town's ledger, in the machine's network."""
    inside = ("nsenter", "--target", str(machine.leader), "--net", "--")
    serve = (sys.executable, "-m", "pos", "ledger", "serve", "--data", str(town.folder / "ledger"), "--port", "8400")
    with Child([*inside, *serve], cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}) as ledger:
        ledger.wait_for_line("https://")
        yield


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Town:
    town = Town.found(tmp_path_factory.mktemp("ledger") / "town")
    make_authority(open_town(town.folder))
    return town


@pytest.fixture(scope="module")
def machine(town: Town, tmp_path_factory: pytest.TempPathFactory) -> Iterator[BootedTill]:
    (deb,) = Path(os.environ["CHAK_PACKAGES"]).glob("*_amd64.deb")
    scratch = tmp_path_factory.mktemp("machine")
    data = scratch / "data"
    with (
        layer_over(Path(os.environ["CHAK_TILL_AMD64"]), scratch) as root,
        prepared_till(root, deb, town, data) as till,
    ):
        box = (ROOT / "firmware_config" / "terminal.toml").read_text("utf-8")
        for device in ("usb:/dev/pos/printer", "v4l2:/dev/pos/camera"):
            assert device in box
            box = box.replace(device, "none")
        card = ledger_card(open_town(town.folder), url=URL)
        box = box.replace('# [enrolment]\n# card = "CKE1:..."\n', f'[enrolment]\ncard = "{card}"\n')
        assert card in box, "the machine knows which ledger it is for"
        (root.folder / "etc/pos/terminal.toml").write_text(box)
        shutil.rmtree(data / "trust")
        (data / "trust").mkdir(mode=0o755)
        (data / "credentials" / "terminal.key").unlink()
        (data / "state" / "anchor.cbor").unlink()
        till.switch_on()
        yield till


def test_a_machine_without_a_key_comes_up_and_becomes_a_till_by_a_stick_that_its_ledger_signed(
    machine: BootedTill, town: Town, tmp_path: Path, say: Say
) -> None:
    machine.until_up()
    known = open_town(town.folder)
    terminal, text = issue_code(known, merchant="m-bakery", url=URL)
    folder = tmp_path / "stick" / "chak-pos"
    folder.mkdir(parents=True)
    (folder / "install.cose").write_bytes(sign_install_file(known.ledger_dir, text))
    with ledger_of(machine, town):
        with plugged_in(machine, tmp_path / "stick", tmp_path / "stick.img"):
            machine.must("systemctl", "start", UNIT)
        told = machine.must("/usr/lib/pos/bin/python3", "-I", "-c", TECHNICIAN, deadline_s=120).split()
        log = machine.inside("journalctl", "--boot", "--no-pager", "--lines=80").stdout

        assert told[:3] == [terminal, "None", "None"], log
        say(f"first boot: a till {told[3]} s after the first key")
        code = town.payment(town.voucher(50_000), 1_000)
        assert machine.pay(code, 1_000)["outcome"] == "approved"

    home = machine.data / "state" / terminal
    assert (home / "terminal.key").stat().st_mode & 0o777 == 0o600
    assert not (machine.data / "credentials" / "terminal.key").exists()
    seed = (home / "terminal.key").read_bytes()
    machine.cut_power()
    machine.switch_on()
    machine.until_up()

    assert not (home / "terminal.key").exists()
    assert seed not in (machine.data / "credentials" / "terminal.key").read_bytes()
    assert (machine.root_of_running / "run/credentials/pos-core.service/terminal.key").read_bytes() == seed
    assert machine.pay(code, 1_000)["reason"] == "already_used"


def stop_of(machine: BootedTill) -> str:
    return machine.inside("/usr/lib/pos/bin/python3", "-I", "-c", WHAT_IT_IS).stdout.strip()


def test_a_stolen_machine_that_is_told_so_delivers_destroys_its_sealed_key_and_is_nobody(
    machine: BootedTill, town: Town, say: Say
) -> None:
    state, sealed = machine.data / "state", machine.data / "credentials" / "terminal.key"
    (home,) = (path.parent for path in state.glob("*/journal.db"))
    assert sealed.exists()
    assert machine.pay(town.payment(town.voucher(50_000), 1_300), 1_300)["outcome"] == "approved"
    data = str(town.folder / "ledger")
    told = '{"reason": "stolen", "must_wipe": true}'
    words = [sys.executable, "-m", "pos", "ledger", "send", "retire", told, "--data", data, "--terminal", home.name]
    sent = run(words, cwd=ROOT)
    assert sent.exit_status == 0, sent.report()
    began_s = time.monotonic()

    with ledger_of(machine, town):
        machine.until(lambda: not sealed.exists(), "the sealed key is destroyed")
        machine.until(lambda: stop_of(machine) == "not_installed", "it is nobody")

    say(f"wipe: nobody {time.monotonic() - began_s:.1f} s after its ledger could tell it")
    assert not (home / "terminal.key").exists()
    assert not (state / "enrolment.toml").exists()
    assert not (state / "wipe").exists()
    assert (machine.root_of_running / "run/credentials/pos-core.service/terminal.key").read_bytes() == b"none"
    assert (home / "journal.db").exists(), "what was sold is evidence"
    audited = run([sys.executable, "-m", "pos", "ledger", "audit", "--data", data], cwd=ROOT)
    assert audited.exit_status == 0, audited.report()
    assert any(b"terminal.wiping" in entry for entry in held_of(open_town(town.folder), home.name))
