"""The power goes away at any step of an enrolment: the machine is enrolled or it is not, and the same code goes on."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from pos.config import load_config
from pos.core.enrolling import Enrolling
from pos.core.first_boot import read_install_code
from pos.ledger.serve import LedgerThread
from pos.sandbox.enrolling import issue_code
from pos.sandbox.town import Town
from pos.sync.enrolling import post_enrolment
from pos.voucher.enrolment import EnrolmentCode
from tests.support.core_builders import make_town
from tests.support.process_tools import run

MACHINE = '[terminal]\nstate_dir = "state"\nsocket_dir = "run"\n'
ENROLS = """
import os, signal, sys
from pathlib import Path
import pos.trust.adoption
from pos.core.enrolling import Enrolling
from pos.core.first_boot import read_install_code
from pos.sync.enrolling import post_enrolment

def die(event, arguments):
    global left
    writes = event == "open" and bool((arguments[2] or 0) & os.O_WRONLY)
    is_change = writes or event in ("os.rename", "os.mkdir")
    left -= bool(is_change)
    if is_change and not left:
        os.kill(os.getpid(), signal.SIGKILL)

machine, code, left = Path(sys.argv[1]), read_install_code(sys.argv[2]), int(sys.argv[3])
sys.addaudithook(die)
enrolling = Enrolling.begin(machine / "state", code)
enrolling.finish(post_enrolment(code.url, enrolling.request(), ca_file=None), is_tested=True)
"""
"""Enrols, and is killed before the change of that number on the disk."""


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Town:
    return make_town(tmp_path_factory.mktemp("cuts") / "town")


@pytest.fixture(scope="module")
def ledger(town: Town) -> Iterator[LedgerThread]:
    with LedgerThread(town.ledger_dir) as running:
        yield running


@pytest.mark.slow
def test_a_cut_at_any_step_leaves_it_enrolled_or_not_and_the_same_code_goes_on(
    town: Town, ledger: LedgerThread, tmp_path: Path
) -> None:
    points = 0
    for number in count(1):
        terminal, text = issue_code(town, merchant="m-bakery", url=ledger.url)
        machine = tmp_path / str(number)
        machine.mkdir()
        (machine / "terminal.toml").write_text(MACHINE, "utf-8")

        done = enrol(machine, text, killed_at=number)

        assert load_config(machine / "terminal.toml").terminal.id in ("", terminal)
        if done == 0:
            break
        assert done == -signal.SIGKILL
        points += 1
        made = {path.read_bytes() for path in machine.glob("state/*/terminal.key")}
        code = read_install_code(text)
        assert isinstance(code, EnrolmentCode)
        again = Enrolling.begin(machine / "state", code)
        again.finish(post_enrolment(code.url, again.request(), ca_file=None), is_tested=True)
        after = load_config(machine / "terminal.toml")
        assert after.terminal.id == terminal
        key = (after.terminal.state_dir / "terminal.key").read_bytes()
        assert made in (set(), {key}), "the key that was made first is the terminal's"
    sys.stdout.write(f"enrolment: {points} kill points\n")
    assert points >= 10


def enrol(machine: Path, text: str, *, killed_at: int) -> int | None:
    words = [sys.executable, "-c", ENROLS, str(machine), text, str(killed_at)]
    return run(words, deadline_s=60).exit_status
