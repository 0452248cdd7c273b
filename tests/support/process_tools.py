"""Other processes in tests: start them, wait for what they say or open, stop them, look at their screens.

- Nothing sleeps: a wait ends with the line, the socket or the screen it waits for, with the child's death, or with its
  deadline, and the last two raise AssertionError with everything the child has said.
- A child leads a process group of its own, and all of it is ended with the child.
- Simulating devices, networks and ledgers is left to the simulators beside the product.
"""

from __future__ import annotations

import os
import re
import select
import shlex
import signal
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Self

DEADLINE_S = 20.0
"""Long enough for a loaded machine with two cores; nothing waits that long when all is well."""

_LOOK_AGAIN_MS = 20
"""How often a socket is tried while its owner lives: neither TCP nor `listen` tells anybody that it is ready."""


class Child:
    """A running process and what it has said so far."""

    def __init__(self, command: Sequence[str | Path], *, cwd: Path | None = None, env: Mapping[str, str] | None = None):
        """`env` replaces the environment; without it the child inherits this process's."""
        self.command = [str(word) for word in command]
        self._process = subprocess.Popen(
            self.command,
            cwd=cwd,
            env=env,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
        self._said = threading.Condition()
        self._streams = {"stdout": bytearray(), "stderr": bytearray()}
        pipes = {"stdout": self._process.stdout, "stderr": self._process.stderr}
        self._readers = [
            threading.Thread(target=self._read, args=(name, pipe), daemon=True) for name, pipe in pipes.items() if pipe
        ]
        for reader in self._readers:
            reader.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def exit_status(self) -> int | None:
        """None while it runs; the negative signal number when a signal ended it."""
        return self._process.poll()

    @property
    def stdout(self) -> str:
        return self._text("stdout")

    @property
    def stderr(self) -> str:
        return self._text("stderr")

    def say(self, text: str) -> None:
        """Write to the child's standard input."""
        assert self._process.stdin is not None
        self._process.stdin.write(text.encode())
        self._process.stdin.flush()

    def wait_for_line(self, pattern: str, *, stream: str = "stdout", deadline_s: float = DEADLINE_S) -> re.Match[str]:
        """Wait until the stream holds a whole line in which the pattern is found; lines already there count."""
        end_s = time.monotonic() + deadline_s
        with self._said:
            while True:
                is_over = not any(reader.is_alive() for reader in self._readers)
                for line in self._text(stream).splitlines(keepends=True):
                    found = re.search(pattern, line)
                    if found and (line.endswith("\n") or is_over):
                        return found
                left_s = end_s - time.monotonic()
                if is_over or left_s <= 0:
                    raise AssertionError(f"no line like '{pattern}' on {stream}\n{self.report()}")
                self._said.wait(min(left_s, 1.0))

    @property
    def heard_bytes(self) -> int:
        """How much it has said so far, on both streams."""
        return sum(map(len, self._streams.values()))

    def wait_for_more(self, heard_bytes: int, *, deadline_s: float = DEADLINE_S) -> None:
        """Wait until it has said more than so many bytes, or the deadline has come."""
        with self._said:
            self._said.wait_for(lambda: self.heard_bytes > heard_bytes, deadline_s)

    def wait(self, *, deadline_s: float = DEADLINE_S) -> int:
        """Wait for its end; gives the exit status."""
        try:
            status = self._process.wait(deadline_s)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"still running after {deadline_s} s\n{self.report()}") from None
        for reader in self._readers:
            reader.join(deadline_s)
        return status

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the child alone; nothing happens when it has ended."""
        self._process.send_signal(number)

    def stop(self, *, deadline_s: float = DEADLINE_S) -> int:
        """Ask it to end (SIGTERM), end its whole group when it does not, and give the exit status."""
        self._process.terminate()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(deadline_s)
        return self.kill()

    def kill(self) -> int:
        """End the child and everything that it started, at once."""
        with suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        status = self.wait()
        for pipe in (self._process.stdin, self._process.stdout, self._process.stderr):
            if pipe is not None:
                with suppress(BrokenPipeError):
                    pipe.close()
        return status

    def report(self) -> str:
        state = "running" if self.exit_status is None else f"ended with {self.exit_status}"
        return f"{shlex.join(self.command)}: {state}\n--- stdout\n{self.stdout}\n--- stderr\n{self.stderr}"

    def _read(self, name: str, pipe: IO[bytes]) -> None:
        while chunk := os.read(pipe.fileno(), 65536):
            with self._said:
                self._streams[name] += chunk
                self._said.notify_all()
        with self._said:
            self._said.notify_all()

    def _text(self, name: str) -> str:
        return bytes(self._streams[name]).decode(errors="replace")


def run(
    command: Sequence[str | Path],
    *,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    deadline_s: float = DEADLINE_S,
) -> Child:
    """Run a command to its end; look at the child's exit_status, stdout and stderr."""
    with Child(command, cwd=cwd, env=env) as child:
        child.wait(deadline_s=deadline_s)
        return child


# Sockets


def free_tcp_port() -> int:
    """A port of 127.0.0.1 that nobody listens on just now."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


def wait_until(condition: Callable[[], bool], *, what: str, deadline_s: float = DEADLINE_S) -> None:
    """Look again and again until `condition` holds; `what` says what never happened."""
    end_s = time.monotonic() + deadline_s
    while not condition():
        assert time.monotonic() < end_s, f"it never happened that {what}"
        time.sleep(_LOOK_AGAIN_MS / 1000)


def wait_for_tcp(port: int, *, child: Child, deadline_s: float = DEADLINE_S) -> None:
    """Wait until somebody accepts connections on the port of 127.0.0.1, while the child lives."""
    _wait_for_server(socket.AF_INET, ("127.0.0.1", port), child, deadline_s)


def wait_for_unix_socket(path: Path, *, child: Child, deadline_s: float = DEADLINE_S) -> None:
    """Wait until somebody accepts connections on the Unix socket, while the child lives."""
    _wait_for_server(socket.AF_UNIX, str(path), child, deadline_s)


def _wait_for_server(family: int, address: tuple[str, int] | str, child: Child, deadline_s: float) -> None:
    end_s = time.monotonic() + deadline_s
    with _end_of(child) as ended:
        while not _accepts(family, address):
            assert time.monotonic() < end_s, f"nobody listens on {address} after {deadline_s} s\n{child.report()}"
            assert not ended.poll(_LOOK_AGAIN_MS), f"ended before it listened on {address}\n{child.report()}"


def _accepts(family: int, address: tuple[str, int] | str) -> bool:
    with socket.socket(family, socket.SOCK_STREAM) as caller:
        return caller.connect_ex(address) == 0


@contextmanager
def _end_of(child: Child) -> Iterator[select.poll]:
    """Something that can be waited on and becomes ready when the child ends."""
    poll = select.poll()
    if child.exit_status is not None:
        read_end, write_end = os.pipe()
        os.close(write_end)
    else:
        read_end = os.pidfd_open(child.pid)
    try:
        poll.register(read_end, select.POLLIN | select.POLLHUP)
        yield poll
    finally:
        os.close(read_end)


# Screens


@dataclass(frozen=True, slots=True, kw_only=True)
class Terminal:
    """A program on a terminal of a given size, kept by a tmux server of its own."""

    tmux: tuple[str, ...]
    listener: Child
    status: Path
    """Where the program's exit status is written when it ends."""
    """Hears from tmux whenever the program has written to its screen."""

    def send_keys(self, *keys: str) -> None:
        """Press keys by tmux's names ("Enter", "Escape", "F1", "KP1", …); any other text is typed as it is."""
        self._tmux("send-keys", *keys)

    def capture(self, *, colours: bool = False) -> str:
        """The screen's rows as text, each without the blanks at its end."""
        return self._tmux("capture-pane", "-p", *(["-e"] if colours else []))

    def wait_for(self, pattern: str, *, deadline_s: float = DEADLINE_S) -> str:
        """Wait until the pattern is found on the screen; gives the screen."""
        end_s = time.monotonic() + deadline_s
        while True:
            heard_bytes = self.listener.heard_bytes
            screen = self.capture()
            if re.search(pattern, screen):
                return screen
            left_s = end_s - time.monotonic()
            assert left_s > 0, f"nothing like '{pattern}' on the screen after {deadline_s} s:\n{screen}"
            # Not everything that changes the screen is something the program wrote.
            self.listener.wait_for_more(heard_bytes, deadline_s=min(left_s, 0.2))

    def is_running(self) -> bool:
        return self._tmux("display-message", "-p", "#{pane_dead}").strip() == "0"

    def exit_status(self) -> int | None:
        """The program's exit status, or None while it runs.

        Told by a shell around it: tmux itself sometimes never learns it.
        """
        status = self.status.read_text().strip() if self.status.exists() else ""
        return int(status) if status else None

    def wait_for_exit(self, *, deadline_s: float = DEADLINE_S) -> int:
        """Wait for the program's end; gives the exit status."""
        end_s = time.monotonic() + deadline_s
        while (status := self.exit_status()) is None:
            assert time.monotonic() < end_s, f"still running after {deadline_s} s:\n{self.capture()}"
            self.listener.wait_for_more(self.listener.heard_bytes, deadline_s=0.1)
        return status

    def _tmux(self, *arguments: str) -> str:
        done = subprocess.run([*self.tmux, *arguments], capture_output=True, text=True, timeout=DEADLINE_S, check=False)
        assert done.returncode == 0, f"tmux {shlex.join(arguments)}: {done.stderr}"
        return done.stdout


@contextmanager
def on_a_terminal(
    command: Sequence[str | Path],
    *,
    folder: Path,
    columns: int = 80,
    rows: int = 24,
    env: Mapping[str, str] | None = None,
) -> Iterator[Terminal]:
    """Run a program on a terminal of so many columns and rows; it is ended when the block is left.

    `folder` is the program's home and working folder. `env` is added to an environment that holds nothing but a path,
    a home and a UTF-8 locale.
    """
    environment = {"PATH": os.environ.get("PATH", os.defpath), "HOME": str(folder), "LC_ALL": "C.UTF-8"}
    program = shlex.join(["env", *(f"{name}={value}" for name, value in (env or {}).items()), *map(str, command)])
    # The path of a Unix socket has at most 107 bytes: a test's own folder may be too deep.
    with tempfile.TemporaryDirectory(prefix="tty-") as own:
        tmux = ("tmux", "-S", f"{own}/socket", "-u", "-f", "/dev/null")
        options = ("remain-on-exit on", "status off", "default-terminal tmux-256color")
        keep = " ".join(f"set-option -g {option} ;" for option in options)
        status = Path(own) / "status"
        told = f"{program}; echo $? > {shlex.quote(str(status))}"
        start = ["new-session", "-d", "-x", str(columns), "-y", str(rows), "-c", str(folder), told, ";"]
        stay = ["set-option", "window-size", "manual"]
        subprocess.run(
            [*tmux, *keep.split(), *start, *stay], env=environment, cwd=folder, check=True, timeout=DEADLINE_S
        )
        try:
            # A client in control mode is told of everything that the program writes.
            with Child([*tmux, "-C", "attach-session"], env=environment) as listener:
                yield Terminal(tmux=tmux, listener=listener, status=status)
        finally:
            subprocess.run([*tmux, "kill-server"], capture_output=True, timeout=DEADLINE_S, check=False)
