"""Kills a program before every one of its system calls that changes something, and asks a judge each time.

- The calls are counted in a clean run under strace; then the program is run once for each, and strace delivers SIGKILL
  on entry to that call, so that the disk holds exactly what the calls before it did. No root is needed.
- Only opens that may create, change or empty a file are points; strace counts all opens, so their ordinals are kept.
- strace counts each system call apart in each thread. A point is reached by the first thread that gets there.
- A point that a later run does not reach is reported as missed, never passed over in silence.
- A kill is not a power cut: what was written but not synced is still there. Power cuts are another harness's matter.

For a program that ends by itself the default `drive` will do. For a server, `drive` talks to it until it dies and gives
back what was acknowledged; it must live through the server's death at any moment.
"""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from tests.support.process_tools import Child, wait_until
from tests.workshop.warm_python import Forked, WarmPython

OPENS = ("open", "openat", "creat")
CHANGES = (
    *("write", "writev", "pwrite64", "pwritev", "pwritev2", "copy_file_range", "sendfile"),
    *("fsync", "fdatasync", "sync_file_range", "ftruncate", "truncate", "fallocate"),
    *("unlink", "unlinkat", "rename", "renameat", "renameat2", "link", "linkat", "symlink", "symlinkat"),
    *("mkdir", "mkdirat", "rmdir", "chmod", "fchmod", "fchmodat"),
)
OPENED_TO_CHANGE = re.compile(r"O_(CREAT|WRONLY|RDWR|TRUNC)|^creat\(")
TRACE_LINE = re.compile(r"^(?P<thread>\d+) +(?P<call>\w+)\((?P<rest>.*)")
KILLED = "+++ killed by SIGKILL"
WORKERS = 2

Told = TypeVar("Told")


@dataclass(frozen=True, slots=True, kw_only=True)
class KillPoint:
    call: str
    ordinal: int
    """Counted from 1, among all calls of that name in one thread."""

    def __str__(self) -> str:
        return f"{self.call} #{self.ordinal}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """The program under strace, for `drive`."""

    folder: Path
    strace: Child
    log: Path
    forked: Forked | None = None
    """The program, where a warm Python runs it."""

    @property
    def was_killed(self) -> bool:
        """Once it has ended: not by itself."""
        return KILLED in self.log.read_text(errors="replace")

    @property
    def stdout(self) -> str:
        return self.strace.stdout if self.forked is None else self.forked.output.read_text("utf-8")

    def wait_for_line(self, pattern: str) -> re.Match[str]:
        """Wait until it has written what the pattern finds; AssertionError when it ends before."""
        wait_until(lambda: self._found(pattern) is not None or self.strace.exit_status is not None, what="it said that")
        found = self._found(pattern)
        assert found is not None, f"it ended before it said {pattern}"
        return found

    def _found(self, pattern: str) -> re.Match[str] | None:
        return re.search(f"{pattern}.*\n", self.stdout)

    @property
    def pid(self) -> int:
        """The program itself: a signal to strace would only make it let go."""
        if self.forked is not None:
            return self.forked.pid
        children = Path(f"/proc/{self.strace.pid}/task/{self.strace.pid}/children").read_text().split()
        return int(children[0])


@dataclass(frozen=True, slots=True, kw_only=True)
class Killed(Generic[Told]):
    """What a judge sees: the folder as the kill left it and what the program, or whoever drove it, had said before."""

    point: KillPoint
    folder: Path
    told: Told


@dataclass(frozen=True, slots=True, kw_only=True)
class Victim(Generic[Told]):
    """A program to kill. Each run gets a new empty folder."""

    lay_out: Callable[[Path], None]
    """Bring the folder to where each run starts."""
    command: Callable[[Path], Sequence[str | Path]]
    """With the interpreter, or without it where a warm Python runs it."""
    drive: Callable[[Running], Told]
    judge: Callable[[Killed[Told]], None]
    """Raise AssertionError when the folder is not what a kill there may leave."""
    warm: WarmPython | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    points: tuple[KillPoint, ...]
    missed: tuple[KillPoint, ...]
    failures: tuple[tuple[KillPoint, str], ...]

    def __str__(self) -> str:
        counted = Counter(point.call for point in self.points)
        each = ", ".join(f"{call} {count}" for call, count in counted.most_common())
        return f"{len(self.points)} kill points ({each}), {len(self.missed)} missed, {len(self.failures)} bad"

    def demand(self, *, points_min: int, missed_max: int = 0) -> None:
        """Fail unless enough points were killed at, and every one of them was judged good."""
        bad = "\n".join(f"killed before {point}: {reason}" for point, reason in self.failures[:5])
        assert not self.failures, f"{self}\n{bad}"
        assert len(self.missed) <= missed_max, f"{self}; not reached: {', '.join(map(str, self.missed[:5]))}"
        assert len(self.points) - len(self.missed) >= points_min, f"{self}; at least {points_min} were expected"


def until_its_end(running: Running) -> str:
    """Drive a program that ends by itself; gives its standard output."""
    running.strace.wait()
    return running.stdout


def kill_everywhere(victim: Victim[Told], scratch: Path, *, every: int = 1, workers: int = WORKERS) -> Report:
    """Kill the victim at each of its points, or at every n-th, and judge what is left each time."""
    # The first run fills caches that later runs find filled: its calls are not those of the others.
    _clean_run(victim, scratch / "warm")
    points = _points(_clean_run(victim, scratch / "clean"))[::every]
    with ThreadPoolExecutor(workers) as pool:
        reasons = list(pool.map(lambda point: _kill_at(victim, point, scratch), points))
    return Report(
        points=tuple(points),
        missed=tuple(point for point, reason in zip(points, reasons, strict=True) if reason is None),
        failures=tuple((point, reason) for point, reason in zip(points, reasons, strict=True) if reason),
    )


def _clean_run(victim: Victim[Told], folder: Path) -> list[str]:
    trace, _ = _run(victim, folder, ())
    assert KILLED not in trace, f"the clean run was killed:\n{_last_lines(trace)}"
    return trace.splitlines()


def _points(trace: Sequence[str]) -> list[KillPoint]:
    """The points of a clean run, each once, in the order in which they were first reached."""
    counts: Counter[tuple[str, str]] = Counter()
    points: dict[KillPoint, None] = {}
    for line in trace:
        found = TRACE_LINE.match(line)
        if found is None:
            continue
        call = found["call"]
        counts[found["thread"], call] += 1
        if call not in OPENS or OPENED_TO_CHANGE.search(f"{call}({found['rest']}"):
            points[KillPoint(call=call, ordinal=counts[found["thread"], call])] = None
    return list(points)


def _kill_at(victim: Victim[Told], point: KillPoint, scratch: Path) -> str | None:
    """None when the point was not reached, else what the judge found wrong, or nothing."""
    folder = scratch / f"{point.call}-{point.ordinal}"
    trace, told = _run(victim, folder, ("-e", f"inject={point.call}:signal=SIGKILL:when={point.ordinal}"))
    if KILLED not in trace:
        return None
    try:
        victim.judge(Killed(point=point, folder=folder, told=told))
    except AssertionError as error:
        return f"{error}\n{_last_lines(trace)}"
    return ""


def _run(victim: Victim[Told], folder: Path, injection: Sequence[str]) -> tuple[str, Told]:
    folder.mkdir()
    victim.lay_out(folder)
    log = folder.with_name(f"{folder.name}.strace")
    # A call of another machine's instruction set is unknown to strace: the question mark lets it pass.
    calls = ",".join(f"?{call}" for call in (*OPENS, *CHANGES))
    strace: tuple[str | Path, ...] = (
        "strace",
        "-f",
        "--quiet=personality",
        "-o",
        log,
        "-e",
        f"trace={calls}",
        *injection,
    )
    with _started(victim, folder, log, strace) as running:
        told = victim.drive(running)
        running.strace.wait()
    return log.read_text(errors="replace"), told


@contextmanager
def _started(victim: Victim[Told], folder: Path, log: Path, strace: Sequence[str | Path]) -> Iterator[Running]:
    command = victim.command(folder)
    if victim.warm is None:
        with Child([*strace, *command], cwd=folder, env={**os.environ, "PYTHONHASHSEED": "0"}) as child:
            yield Running(folder=folder, strace=child, log=log)
        return
    with victim.warm.forked(command, folder=folder) as forked, Child([*strace, "-p", str(forked.pid)]) as child:
        child.wait_for_line("attached", stream="stderr")
        forked.go()
        yield Running(folder=folder, strace=child, log=log, forked=forked)


def _last_lines(trace: str) -> str:
    return "\n".join(trace.splitlines()[-6:])
