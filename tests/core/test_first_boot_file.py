"""A machine that is nobody yet, and the install file that a stick brought: used by itself, or refused on the screen."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from pos.config import load_config
from pos.core.first_boot import INSTALL_FILE, FirstBoot
from pos.ledger.install_file import sign_install_file
from pos.link.calls import Done, Errand, ErrandKind, GoOnInstalling, NextErrand, Role, ScanSeen, TellStick
from pos.link.install import InstallFault, InstallStep
from pos.link.stick import StickState
from pos.sandbox.enrolling import issue_code, ledger_card
from pos.sandbox.town import Town
from pos.terminal import first_boot
from tests.support.core_builders import short_folder

URL = "http://127.0.0.1:8400"
MACHINE = """[terminal]
state_dir = "state"
socket_dir = "run"
staging_dir = "{staging}"
language = "ko"
[enrolment]
card = "{card}"
"""


@pytest.fixture
def staging(tmp_path: Path) -> Path:
    (tmp_path / "staging" / INSTALL_FILE.parent).mkdir(parents=True)
    return tmp_path / "staging"


@pytest.fixture
def machine(town: Town, staging: Path) -> Iterator[FirstBoot]:
    """Switched on for the first time, meant for this town's ledger, and waiting for a code."""
    with short_folder() as folder:
        file = folder / "terminal.toml"
        file.write_text(MACHINE.format(staging=staging, card=ledger_card(town, url=URL)), "utf-8")
        found = first_boot(load_config(file))
        assert found is not None
        assert found.handle(Role.SCREEN, GoOnInstalling()) == Done()
        yield found


def bring(machine: FirstBoot, staging: Path, raw: bytes) -> tuple[InstallStep, InstallFault | None]:
    """What the screen shows a second after a stick brought this."""
    (staging / INSTALL_FILE).write_bytes(raw)
    machine.tick()
    view = machine.till().installation
    assert view is not None
    return view.step, view.fault


def test_a_signed_file_is_used_by_itself_and_a_spoilt_one_says_why(
    machine: FirstBoot, town: Town, staging: Path
) -> None:
    _, text = issue_code(town, merchant="m-bakery", url=URL)
    raw = sign_install_file(town.ledger_dir, text)

    assert bring(machine, staging, text.encode()) == (InstallStep.CODE, InstallFault.FILE_UNSIGNED)
    assert bring(machine, staging, raw[:-1] + bytes([raw[-1] ^ 1])) == (InstallStep.CODE, InstallFault.FILE_ALTERED)
    assert bring(machine, staging, raw) == (InstallStep.ENROLLING, None)

    errand = machine.handle(Role.SYNC, NextErrand(is_online=True))
    assert isinstance(errand, Errand)
    assert (errand.kind, errand.url) == (ErrandKind.ENROL, URL)


def test_a_file_that_was_refused_is_not_tried_again_and_again(machine: FirstBoot, town: Town, staging: Path) -> None:
    assert bring(machine, staging, b"spoilt")[1] is InstallFault.FILE_ALTERED
    _, text = issue_code(town, merchant="m-bakery", url=URL)
    machine.handle(Role.DEVICES, ScanSeen(text="CKP1:ABC", length=8))

    machine.tick()

    view = machine.till().installation
    assert view is not None
    assert view.fault is InstallFault.NOT_A_CODE, "what was shown since counts"
    assert bring(machine, staging, sign_install_file(town.ledger_dir, text))[0] is InstallStep.ENROLLING


def test_the_screen_says_what_became_of_the_stick(machine: FirstBoot) -> None:
    assert machine.handle(Role.SYNC, TellStick(state=StickState.INSTALL_TAKEN)) == Done()

    assert machine.till().stick is StickState.INSTALL_TAKEN
