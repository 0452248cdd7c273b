"""The tools that other tests lean on: each wait ends for the right reason and nothing is left running."""

from __future__ import annotations

import os
import select
import signal
import sys
from pathlib import Path

import pytest

from tests.support.process_tools import (
    Child,
    free_tcp_port,
    on_a_terminal,
    run,
    wait_for_tcp,
    wait_for_unix_socket,
)

WAITS = "import signal; print('ready', flush=True); signal.pause()"


def python(code: str, *arguments: str | Path) -> list[str | Path]:
    return [sys.executable, "-c", code, *arguments]


def open_descriptors() -> set[str]:
    return {path.name for path in Path("/proc/self/fd").iterdir()}


def test_a_finished_command_tells_its_status_and_both_streams() -> None:
    done = run(python("import sys; print('out'); print('err', file=sys.stderr); sys.exit(3)"))

    assert (done.exit_status, done.stdout, done.stderr) == (3, "out\n", "err\n")


def test_a_line_is_found_however_early_or_late_it_comes() -> None:
    with Child(python("print('port 80', flush=True); input(); print('heard', flush=True); input()")) as child:
        assert child.wait_for_line(r"port (\d+)")[1] == "80"
        child.say("\n")

        assert child.wait_for_line("heard").string == "heard\n"


def test_waiting_for_a_line_ends_with_the_child_and_shows_what_it_said() -> None:
    with (
        Child(python("import sys; sys.exit('no such folder')")) as child,
        pytest.raises(AssertionError, match="no such folder"),
    ):
        child.wait_for_line("ready")


def test_waiting_for_a_line_ends_with_its_deadline() -> None:
    with Child(python(WAITS)) as child, pytest.raises(AssertionError, match="running"):
        child.wait_for_line("never said", deadline_s=0.2)


def test_a_child_that_says_more_than_a_pipe_holds_is_not_blocked() -> None:
    done = run(python("print('x' * 1_000_000)"))

    assert len(done.stdout) == 1_000_001


def test_stopping_asks_first() -> None:
    with Child(
        python(
            "import signal, sys; signal.signal(15, lambda *_: sys.exit(7)); print('ready', flush=True); signal.pause()"
        )
    ) as child:
        child.wait_for_line("ready")

        assert child.stop() == 7


def test_stopping_ends_the_whole_family() -> None:
    grandchild = (
        f"import subprocess, sys; print(subprocess.Popen([sys.executable, '-c', {WAITS!r}]).pid, flush=True); input()"
    )
    with Child(python(grandchild)) as child:
        pid = int(child.wait_for_line(r"^(\d+)")[1])
        child.wait_for_line("ready")
        ended = select.poll()
        ended.register(pidfd := os.pidfd_open(pid), select.POLLIN)

    assert ended.poll(20_000), "the grandchild is still running"
    os.close(pidfd)


def test_a_child_that_is_killed_tells_the_signal() -> None:
    with Child(python(WAITS)) as child:
        child.wait_for_line("ready")
        child.signal(signal.SIGKILL)

        assert child.wait() == -signal.SIGKILL


def test_a_tcp_port_is_awaited() -> None:
    port = free_tcp_port()
    serve = "import socket, sys; s = socket.create_server(('127.0.0.1', int(sys.argv[1]))); input()"
    with Child(python(serve, str(port))) as child:
        wait_for_tcp(port, child=child)


def test_a_unix_socket_is_awaited(tmp_path: Path) -> None:
    path = tmp_path / "core.sock"
    serve = "import socket, sys; s = socket.socket(1); s.bind(sys.argv[1]); s.listen(); input()"
    with Child(python(serve, path)) as child:
        wait_for_unix_socket(path, child=child)


def test_waiting_for_a_socket_ends_with_the_child(tmp_path: Path) -> None:
    with (
        Child(python("raise SystemExit('cannot listen')")) as child,
        pytest.raises(AssertionError, match="cannot listen"),
    ):
        wait_for_unix_socket(tmp_path / "core.sock", child=child)


def test_a_program_on_a_terminal_sees_its_size_and_its_keys(tmp_path: Path) -> None:
    asks = "import os; print(*os.get_terminal_size(), flush=True); print('읽음:', input(), flush=True)"
    with on_a_terminal(python(asks), folder=tmp_path, columns=64, rows=20) as terminal:
        terminal.wait_for("64 20")
        terminal.send_keys("12000", "Enter")

        assert "읽음: 12000" in terminal.wait_for("읽음: 12000")


def test_a_program_that_has_left_its_terminal_tells_its_status(tmp_path: Path) -> None:
    # What a program writes as it ends may be lost by tmux: it is read first.
    ends = "import os, sys; print(os.environ['SHOP'], flush=True); input(); sys.exit(5)"
    with on_a_terminal(python(ends), folder=tmp_path, env={"SHOP": "빵집"}) as terminal:
        terminal.wait_for("빵집")
        assert terminal.exit_status() is None
        terminal.send_keys("Enter")

        assert terminal.wait_for_exit() == 5


def test_an_empty_screen_is_shown_when_nothing_comes(tmp_path: Path) -> None:
    with on_a_terminal(["cat"], folder=tmp_path) as terminal, pytest.raises(AssertionError, match="on the screen"):
        terminal.wait_for("승인", deadline_s=0.2)


def test_no_descriptor_is_left_open(tmp_path: Path) -> None:
    before = open_descriptors()

    run(python("pass"))
    with on_a_terminal(["cat"], folder=tmp_path):
        pass

    assert open_descriptors() == before
