"""A Python that has imported everything once and forks for each run: what a kill matrix kills starts in no time.

- A fork waits before it begins, so that a tracer can attach; what it does from there is all its own.
- It ends as every Python does, with its interpreter's own end, and leads a process group of its own.
- Only imports are shared, and they change nothing on the disk.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from tests.support.process_tools import Child

FORKING = Path(__file__).with_name("warm_python_process.py")
ROOT = FORKING.parents[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class Forked:
    """One run that waits for `go`."""

    pid: int
    output: Path
    gate: Path

    def go(self) -> None:
        with self.gate.open("wb", buffering=0) as gate:
            gate.write(b"\n")


class WarmPython:
    """The one that forks; it ends with its block."""

    def __init__(self, modules: Sequence[str]) -> None:
        """`modules` are imported before the first fork."""
        environment = {**os.environ, "PYTHONHASHSEED": "0", "PYTHONPATH": str(ROOT)}
        self._child = Child([sys.executable, "-B", FORKING, *modules], env=environment)
        self._asking = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._child.stop()

    @contextmanager
    def forked(self, command: Sequence[str | Path], *, folder: Path) -> Iterator[Forked]:
        """A run of `command`, as it would follow `python`, in `folder`; it does not outlive the block."""
        gate, output = folder.with_name(f"{folder.name}.gate"), folder.with_name(f"{folder.name}.out")
        os.mkfifo(gate)
        order = {"command": [str(word) for word in command], "folder": str(folder)}
        with self._asking:
            self._child.say(json.dumps({**order, "gate": str(gate), "output": str(output)}) + "\n")
            pid = int(self._child.wait_for_line(rf"^(\d+) waits at {gate}$").group(1))
        try:
            yield Forked(pid=pid, output=output, gate=gate)
        finally:
            with suppress(ProcessLookupError):
                os.killpg(pid, signal.SIGKILL)
