"""What a test stage works with: commands that end in time and leave nothing running."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from ground import ROOT, VENV, as_root

STATUS_TIMED_OUT = 124


class StageError(Exception):
    """A command of a stage failed or took too long."""

    def __init__(self, reason: str, status: int = 1) -> None:
        super().__init__(reason)
        self.status = status


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """Runs commands, by default at the repository's root; all of them together must be done by the deadline."""

    deadline_s: float
    """On the monotonic clock."""
    pytest_arguments: Sequence[str] = ()
    """What the person typed behind `./run test`, for the stages that are pytest runs."""

    def run(self, *command: str | Path, env: Mapping[str, str] | None = None, cwd: Path = ROOT) -> None:
        """Run a command to its end; StageError when it fails or is not done in time."""
        words = [str(word) for word in command]
        environment = {**os.environ, **(env or {})}
        sys.stdout.flush()
        child = subprocess.Popen(words, cwd=cwd, env=environment, stdin=subprocess.DEVNULL, start_new_session=True)
        try:
            status = child.wait(timeout=max(self.deadline_s - time.monotonic(), 1))
        except subprocess.TimeoutExpired:
            raise StageError(f"not done in time: {_short(words)}", STATUS_TIMED_OUT) from None
        finally:
            with suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGKILL)
            child.wait()
        if status:
            raise StageError(f"status {status}: {_short(words)}", status if status > 0 else 1)

    def tool(self, name: str, *arguments: str | Path, env: Mapping[str, str] | None = None) -> None:
        """Run a program of the virtual environment."""
        self.run(VENV / "bin" / name, *arguments, env=env)

    def pytest(self, *arguments: str | Path, env: Mapping[str, str] | None = None) -> None:
        """Run tests; one that is skipped has failed, because a stage has installed what its tests need."""
        path = {"PYTHONPATH": str(ROOT / ".ci")}
        self.tool("pytest", "-p", "no_skips", *arguments, *self.pytest_arguments, env={**path, **(env or {})})

    def pytest_as_root(self, *arguments: str | Path, env: Mapping[str, str]) -> None:
        """Run tests that mount and boot things. Their mounts are their own and go with them."""
        words = ["env", f"PYTHONPATH={ROOT / '.ci'}", *(f"{name}={value}" for name, value in env.items())]
        pytest = [str(VENV / "bin" / "pytest"), "-p", "no_skips", "-p", "no:cacheprovider", *map(str, arguments)]
        enter = ["unshare", "--mount", "--propagation=private", "--"]
        self.run(*as_root(*enter, *words, *pytest, *self.pytest_arguments))


def end_children() -> None:
    """End what was started a moment before this process was told to stop, and had no name here yet."""
    for pid in Path(f"/proc/self/task/{os.getpid()}/children").read_text().split():
        with suppress(ProcessLookupError):
            os.killpg(int(pid), signal.SIGKILL)
        with suppress(ChildProcessError):
            os.waitpid(int(pid), 0)


def _short(words: Sequence[str]) -> str:
    line = shlex.join(words).replace(f"{ROOT}/", "")
    return line if len(line) <= 100 else f"{line[:97]}..."
