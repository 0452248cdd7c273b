"""A machine out of its box becomes a till: real processes, a real ledger over TLS, its own paper before its own camera.

The screen's part is played by its calls; the technician's hand holds codes, and the paper that was printed, before the
simulated camera.
"""

from __future__ import annotations

import shutil
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from pos.commands.wifi import wifi
from pos.config import TerminalConfig, load_config
from pos.core.bundling import WISH_FOLDER
from pos.core.joining import WISH_FILE
from pos.errors import LinkError
from pos.exits import Exit
from pos.journal.journal import Journal
from pos.ledger.audit import audit
from pos.ledger.serve import LedgerThread
from pos.link.calls import (
    EnterAmount,
    GoOnInstalling,
    Pay,
    PayAnswer,
    ReadState,
    Refused,
    Role,
    SkipStep,
    TypeInstallNumber,
    Watch,
)
from pos.link.client import BlockingLink
from pos.link.install import InstallFault, InstallStep, LookedAt
from pos.link.state import Outcome, SellingStop, TillState
from pos.link.wifi import WifiState
from pos.processes import terminal_services
from pos.sandbox.cheats import payment_text
from pos.sandbox.enrolling import issue_code, issue_number, ledger_card, make_authority
from pos.sandbox.entropy import Entropy
from pos.sandbox.people import Mint, Promise
from pos.sandbox.qr_picture import write_qr
from pos.sandbox.town import Town
from pos.supervisor import Supervisor
from pos.voucher.bodies import SelftestCompleted, SelftestPayment, SelftestRead, parse_body
from pos.voucher.keys import SigningKey
from pos.wifi.joining import Nmcli
from tests.support.core_builders import make_town, short_folder
from tests.support.wifi_codes import wifi_text
from tests.system.test_provisioning import held_of

DEADLINE_S = 60.0
MACHINE = """[terminal]
state_dir = "state"
socket_dir = "run"
language = "ko"
[printer]
url = "sim:paper"
profile = "simulated-80mm"
[scanner]
url = "sim:camera"
"""


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Town:
    made = make_town(tmp_path_factory.mktemp("ledger") / "town")
    make_authority(made)
    return made


@pytest.fixture(scope="module")
def ledger(town: Town) -> Iterator[LedgerThread]:
    with LedgerThread(town.ledger_dir) as running:
        yield running


@pytest.fixture
def machine() -> Iterator[Path]:
    """A machine as its box has it: a configuration that names no terminal."""
    with short_folder() as folder:
        (folder / "camera").mkdir()
        (folder / "paper").mkdir()
        (folder / "terminal.toml").write_text(MACHINE, "utf-8")
        yield folder


def the_screen(config: TerminalConfig) -> BlockingLink:
    """The screen's link, as soon as core takes it."""
    end_s, pause = time.monotonic() + DEADLINE_S, threading.Event()
    while True:
        try:
            return BlockingLink(config.terminal.socket_dir, Role.SCREEN)
        except LinkError:
            assert time.monotonic() < end_s, "core never came"
            pause.wait(0.05)


def wait_until(screen: BlockingLink, condition: Callable[[TillState], bool]) -> TillState:
    """Ask anew at each push: one that lay waiting is older than what was called since."""
    end_s = time.monotonic() + DEADLINE_S
    while not condition(state := screen.call(Watch()).till):
        assert time.monotonic() < end_s, f"the till never came to that; it is {state.installation}"
        screen.next_push(0.5)
    return state


def at(step: InstallStep) -> Callable[[TillState], bool]:
    return lambda state: state.installation is not None and state.installation.step is step


def show_paper(machine: Path) -> None:
    """Hold the newest paper before the camera."""
    newest = max((machine / "paper").glob("*.png"), key=lambda path: path.stat().st_mtime_ns)
    shutil.copy(newest, machine / "camera" / ".next.png")
    (machine / "camera" / ".next.png").rename(machine / "camera" / "paper.png")


@pytest.mark.slow
def test_a_machine_out_of_its_box_is_a_till_after_one_code(town: Town, ledger: LedgerThread, machine: Path) -> None:
    terminal, text = issue_code(town, merchant="m-bakery", url=ledger.url)
    config = load_config(machine / "terminal.toml")
    assert not config.is_enrolled
    began_s = time.monotonic()
    with Supervisor(terminal_services(config), machine / "log"):
        with closing(the_screen(config)) as screen:
            looked = wait_until(screen, lambda state: all(line.is_well is not False for line in lines(state)))
            assert looked.stop is SellingStop.NOT_INSTALLED
            assert isinstance(screen.call(EnterAmount(amount_won=1_000)), Refused)

            screen.call(GoOnInstalling())
            write_qr(machine / "camera" / "code.png", text)
            compared = wait_until(screen, at(InstallStep.COMPARE))
            assert compared.installation is not None
            assert len(compared.installation.check_code) == 6
            assert compared.terminal == terminal
            wait_until(screen, has_paper)

            (machine / "camera" / "code.png").unlink()
            screen.call(GoOnInstalling())
            show_paper(machine)
            done = wait_until(screen, at(InstallStep.DONE))
            assert done.installation is not None
            assert done.installation.skipped == ()
            wait_until(screen, has_paper)
            screen.call(GoOnInstalling())
            opened = wait_until(screen, lambda state: state.installation is None)
            assert opened.stop is None
            sys.stdout.write(f"installed after {time.monotonic() - began_s:.1f} s\n")
            wait_until(screen, lambda state: state.unsent_count == 0)

        hand = Mint(town, Entropy.of_seed("first customer")).hand(Promise(), now_s=int(time.time()))
        code = payment_text(hand.sign(amount_won=1_000, issued_s=int(time.time())))
        with closing(BlockingLink(config.terminal.socket_dir, Role.CONTROL)) as control:
            answer = control.call(Pay(text=code, amount_won=1_000))
            assert isinstance(answer, PayAnswer)
            assert answer.outcome is Outcome.APPROVED, answer
            assert control.call(ReadState()).till.waiting.value_won == 1_000, "the won of the test is in no total"

    enrolled = load_config(machine / "terminal.toml")
    assert (enrolled.terminal.id, enrolled.is_tested) == (terminal, True)
    kinds = [type(body) for body in bodies(enrolled.terminal.state_dir, terminal)]
    assert [kind for kind in kinds if kind in (SelftestRead, SelftestPayment, SelftestCompleted)] == [
        SelftestRead,
        SelftestPayment,
        SelftestCompleted,
    ]
    report = audit(town.ledger_dir)
    assert report.problems == []
    assert any(b"selftest.payment" in entry for entry in held_of(town, terminal)), "the ledger has it and ignores it"
    assert sum(report.payments.values()) <= 1


@pytest.mark.slow
def test_digits_do_what_a_code_does_and_a_test_that_cannot_be_made_is_passed_over(
    town: Town, ledger: LedgerThread, machine: Path
) -> None:
    terminal, digits = issue_number(town, merchant="m-bakery")
    card = ledger_card(town, url=ledger.url)
    file = machine / "terminal.toml"
    file.write_text(MACHINE.replace("sim:paper", "none"), "utf-8")
    config = load_config(file)
    with Supervisor(terminal_services(config), machine / "log"), closing(the_screen(config)) as screen:
        screen.call(GoOnInstalling())
        screen.call(TypeInstallNumber(digits=digits))
        wait_until(screen, fails_with(InstallFault.NO_CARD))
        write_qr(machine / "camera" / "card.png", card)
        wait_until(screen, fails_with(None))
        screen.call(TypeInstallNumber(digits=f"{int(digits) + 1:018d}"))
        wait_until(screen, fails_with(InstallFault.WRONG_NUMBER))
        screen.call(TypeInstallNumber(digits=digits))
        wait_until(screen, at(InstallStep.COMPARE))
        screen.call(GoOnInstalling())
        screen.call(SkipStep())
        done = wait_until(screen, at(InstallStep.DONE))
        assert done.installation is not None
        assert done.installation.skipped == ("read_back",)
        screen.call(GoOnInstalling())
        wait_until(screen, lambda state: state.installation is None)
    enrolled = load_config(file)
    (completed,) = [
        body for body in bodies(enrolled.terminal.state_dir, terminal) if isinstance(body, SelftestCompleted)
    ]
    assert completed.skipped == "read_back"


@pytest.mark.slow
def test_a_telephones_network_is_read_by_the_tills_own_camera_before_anything_else(machine: Path) -> None:
    config = load_config(machine / "terminal.toml")
    text = wifi_text(name="시흥 빵집 2.4G", password="swordfish;1")
    with Supervisor(terminal_services(config), machine / "log"), closing(the_screen(config)) as screen:
        write_qr(machine / "camera" / "wifi.png", text)
        shown = wait_until(screen, network_is(WifiState.JOINING))
        assert shown.installation is not None
        assert (shown.installation.step, shown.installation.network) == (InstallStep.LOOK, "시흥 빵집 2.4G")
        wish = config.terminal.socket_dir / WISH_FOLDER / WISH_FILE
        assert wish.read_text("utf-8") == text

        # What root's unit does, with a NetworkManager that finds no radio.
        (machine / "nmcli").write_text("#!/bin/sh\necho ethernet\n")
        (machine / "nmcli").chmod(0o755)
        nmcli = Nmcli(program=str(machine / "nmcli"), profiles=machine / "profiles")
        assert wifi(config, "join", kept=machine / "network", nmcli=nmcli) == Exit.DEVICE
        wait_until(screen, network_is(WifiState.NO_RADIO))
        assert not wish.exists()
    assert not [path for path in (machine / "log").rglob("*") if path.is_file() and b"swordfish" in path.read_bytes()]


def network_is(wanted: WifiState) -> Callable[[TillState], bool]:
    return lambda state: state.installation is not None and state.installation.wifi is wanted


def has_paper(state: TillState) -> bool:
    return state.installation is not None and not state.installation.is_paper_waiting


def fails_with(fault: InstallFault | None) -> Callable[[TillState], bool]:
    return lambda state: state.installation is not None and state.installation.fault is fault


def lines(state: TillState) -> tuple[LookedAt, ...]:
    assert state.installation is not None
    return state.installation.lines


def bodies(home: Path, terminal: str) -> list[object]:
    key = SigningKey.from_seed((home / "terminal.key").read_bytes())
    journal, _ = Journal.open(home / "journal.db", mirror=None, key=key, terminal=terminal)
    with closing(journal):
        found = [journal.entry(number + 1) for number in range(journal.head.sequence)]
        return [parse_body(entry.kind, entry.body) for entry in found if entry is not None]
