"""Starting the terminal's processes and keeping them alive where there is no systemd.

Rules: started in order (each may rely on those before it), stopped in reverse; a process that ends by itself is
started again after a pause that grows to `RESTART_MAX_S` and never gives up; its standard error goes to a file of its
own, because the screen owns the terminal. Nothing here knows what the processes do.
"""

import contextlib
import logging
import os
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

RESTART_FIRST_S: Final = 0.5
RESTART_MAX_S: Final = 10.0
STABLE_S: Final = 30.0
"""A process that ran this long starts again without a grown pause."""
STOP_S: Final = 10.0
SUPERVISED_BY: Final = "POS_SUPERVISED_BY"
"""Environment variable with the supervisor's process id, for `end_with_supervisor`."""
_POLL_S: Final = 0.1

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """One process to be kept running."""

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)


def pos_command(*words: str) -> tuple[str, ...]:
    """This program, run by this interpreter."""
    return (sys.executable, "-m", "pos", *words)


def end_with_supervisor() -> None:
    """Make this process stop in order when its supervisor is gone, however that ended; nothing without one."""
    supervisor = os.environ.get(SUPERVISED_BY, "")
    if not supervisor or os.getppid() != int(supervisor):
        return
    descriptor = os.pidfd_open(int(supervisor))
    main = threading.get_ident()

    def wait() -> None:
        select.select([descriptor], [], [])
        # To the main thread: only there Python runs the handler, and a wait on a lock is woken by nothing else.
        signal.pthread_kill(main, signal.SIGTERM)

    threading.Thread(target=wait, name="supervisor-watch", daemon=True).start()


class _Kept:
    """A service, its process and when it may start again."""

    def __init__(self, service: Service, log_dir: Path) -> None:
        self.service = service
        self._log = log_dir / f"{service.name}.log"
        self.process: subprocess.Popen[bytes] | None = None
        self._started_s = 0.0
        self._pause_s = 0.0
        self._not_before_s = 0.0
        self.is_off = False
        """Nobody starts it for now."""

    def tend(self, now_s: float) -> None:
        """Start it if it is not running and its pause is over."""
        if self.process is not None and self.process.poll() is None:
            return
        if self.process is not None:
            is_stable = now_s - self._started_s >= STABLE_S
            self._pause_s = (
                RESTART_FIRST_S if is_stable else min(max(self._pause_s * 2, RESTART_FIRST_S), RESTART_MAX_S)
            )
            self._not_before_s = now_s + self._pause_s
            self.process = None
        if now_s >= self._not_before_s and not self.is_off:
            self._start(now_s)

    def _start(self, now_s: float) -> None:
        self._started_s = now_s
        try:
            with self._log.open("ab") as output:
                self.process = subprocess.Popen(
                    self.service.command,
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=output,
                    env={**os.environ, **self.service.environment, SUPERVISED_BY: str(os.getpid())},
                    start_new_session=True,
                )
        except OSError as error:
            # A full disk or no memory just now: the others are tended all the same, and this one is tried again.
            log.warning("%s cannot be started: %s", self.service.name, error)
            self._not_before_s = now_s + RESTART_MAX_S

    def stop(self) -> None:
        if self.process is None or self.process.poll() is not None:
            return
        self.process.terminate()
        try:
            self.process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


class Supervisor:
    """Keeps services alive from a thread of its own; a context manager."""

    def __init__(self, services: Sequence[Service], log_dir: Path) -> None:
        log_dir.mkdir(parents=True, exist_ok=True)
        self._kept = [_Kept(service, log_dir) for service in services]
        self._stopping = threading.Event()
        self._tending = threading.Lock()
        self._thread = threading.Thread(target=self._run, name="supervisor", daemon=True)

    def __enter__(self) -> "Supervisor":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        self._thread.join()
        for kept in reversed(self._kept):
            kept.stop()

    def pids(self) -> Mapping[str, int]:
        """The processes that run now, by name."""
        return {
            kept.service.name: kept.process.pid
            for kept in self._kept
            if kept.process is not None and kept.process.poll() is None
        }

    def kill(self, name: str) -> None:
        """End one process without warning, as a fault would; it is started again."""
        pid = self.pids().get(name)
        if pid is not None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    @contextlib.contextmanager
    def without(self, name: str) -> Iterator[None]:
        """One process is ended without warning and stays away as long as the block lasts."""
        kept = next(kept for kept in self._kept if kept.service.name == name)
        with self._tending:
            kept.is_off, process = True, kept.process
        try:
            if process is not None:
                process.kill()
                process.wait(STOP_S)
            yield
        finally:
            kept.is_off = False

    def _run(self) -> None:
        while not self._stopping.wait(_POLL_S):
            with self._tending:
                for kept in self._kept:
                    kept.tend(time.monotonic())
