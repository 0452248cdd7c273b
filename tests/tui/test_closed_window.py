"""A cashier, or a colleague, closes the window that the screen runs in."""

import os
import pty
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
DEADLINE_S = 30
SCREEN = """
import fcntl, termios
from pathlib import Path
from pos.config import load_config
from pos.tui.process import serve_screen
fcntl.ioctl(0, termios.TIOCSCTTY)
raise SystemExit(serve_screen(load_config(Path("terminal.toml"))))
"""
CONFIG = """
[terminal]
id = "t-bakery-1"
merchant = "m-bakery"
ledger = "sandbox"
state_dir = "state"
socket_dir = "run"
trust_dir = "trust"
[ledger]
url = "http://127.0.0.1:8400"
"""


def read_until(descriptor: int, drawn: str) -> None:
    seen = b""
    while drawn.encode() not in seen:
        chunk = os.read(descriptor, 65536)
        assert chunk, seen.decode(errors="replace")
        seen += chunk


def test_a_closed_window_ends_the_screen_in_order(tmp_path: Path) -> None:
    (tmp_path / "terminal.toml").write_text(CONFIG, "utf-8")
    window, tty = pty.openpty()
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "TERM": "xterm-256color", "COLUMNS": "80", "LINES": "24"}
    with subprocess.Popen(
        [sys.executable, "-c", SCREEN],
        stdin=tty,
        stdout=tty,
        stderr=tty,
        cwd=tmp_path,
        env=environment,
        start_new_session=True,
    ) as screen:
        os.close(tty)
        try:
            read_until(window, "다시 시작하고 있습니다")
        finally:
            os.close(window)
        try:
            # Killed by SIGHUP it would be -1.
            assert screen.wait(DEADLINE_S) == 0
        finally:
            screen.kill()
