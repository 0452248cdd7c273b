"""The screen process on a real terminal, with core's sockets behind it."""

import os
import re
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.process_tools import Child, Terminal, on_a_terminal

ROOT = Path(__file__).parents[2]
MEMORY_MAX_KB = 120_000
SCREEN = """
import os
from pathlib import Path
from pos.config import load_config
from pos.tui.process import serve_screen
Path("pid").write_text(str(os.getpid()))
status = serve_screen(load_config(Path("terminal.toml")))
Path("status").write_text(str(status))
"""
"""The screen, which says who it is and how it ended: a terminal may learn of a death late."""
CONFIG = """
[terminal]
id = "t-bakery-1"
merchant = "m-bakery"
ledger = "sandbox"
state_dir = "state"
socket_dir = "{sockets}"
trust_dir = "trust"
[ledger]
url = "http://127.0.0.1:8400"
"""


@contextmanager
def a_core(sockets: Path) -> Iterator[Child]:
    with Child([sys.executable, "-m", "tests.support.screen_core", sockets], cwd=ROOT) as core:
        core.wait_for_line("serving")
        yield core


@pytest.fixture
def sockets(tmp_path: Path) -> Path:
    # The path of a Unix socket has at most 107 bytes; a relative one is short.
    folder = tmp_path / "run"
    folder.mkdir()
    (tmp_path / "terminal.toml").write_text(CONFIG.format(sockets=folder), "utf-8")
    return folder


@contextmanager
def a_screen(folder: Path) -> Iterator[Terminal]:
    with on_a_terminal([sys.executable, "-c", SCREEN], folder=folder, env={"PYTHONPATH": str(ROOT)}) as terminal:
        yield terminal


def memory_kb(folder: Path) -> int:
    """The most that the process ever held."""
    status = Path(f"/proc/{(folder / 'pid').read_text()}/status").read_text()
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM"))


def test_a_sale_on_a_real_terminal_over_a_restart_of_core(tmp_path: Path, sockets: Path) -> None:
    with a_screen(tmp_path) as terminal:
        terminal.wait_for("다시 시작하고 있습니다")
        with a_core(sockets) as core:
            terminal.wait_for("달빛 베이커리")
            terminal.send_keys("1", "Down", "KP.", "IC", "Enter")
            terminal.wait_for("손님 코드를 카메라에 대 주세요")

            core.say("present 12000\n")
            terminal.wait_for("12,000원 받았습니다")
            terminal.send_keys("4")
            core.kill()
        terminal.wait_for("다시 시작하고 있습니다")
        terminal.send_keys("5")

        with a_core(sockets):
            terminal.wait_for("Enter를 누르면 손님 코드를 읽습니다")
            terminal.send_keys("C-c", "C-q", "C-z", "Enter")
            terminal.wait_for("받을 금액 45원")

        assert memory_kb(tmp_path) < MEMORY_MAX_KB
        os.kill(int((tmp_path / "pid").read_text()), signal.SIGTERM)
        while terminal.is_running():
            terminal.listener.wait_for_more(terminal.listener.heard_bytes, deadline_s=0.2)
        assert (tmp_path / "status").read_text() == "0"


def test_a_scanner_that_types_at_a_real_terminal_types_no_amount(tmp_path: Path, sockets: Path) -> None:
    """Bytes as a terminal sends them, through the toolkit's own reading of keys."""
    code = "CKP1:0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:" * 10
    with a_core(sockets) as core, a_screen(tmp_path) as terminal:
        terminal.wait_for("달빛 베이커리")
        terminal.send_keys("-l", code + "\r")
        core.wait_for_line(re.escape(f"scanned {code}"))
        terminal.send_keys("7")
        terminal.wait_for("Enter를 누르면 손님 코드를 읽습니다")
        terminal.send_keys("Enter")
        terminal.wait_for("받을 금액 7원")
