"""Whether every loop of a process still turns, and telling systemd so while they do.

A loop that is told to stop by an event asks that event again and again; asking is what proves that it lives. Each loop
is therefore given a stop event of its own that remembers when it was last asked. systemd's watchdog is fed from a
thread that does nothing else, and only while no loop has been silent for longer than the slowest honest step of a
loop takes. Leaves to others: what the loops do, and what systemd does when nothing feeds it any more.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from pos.notify import Notifier

FEED_EVERY_S: Final = 1.0


class LoopStop(threading.Event):
    """The process's stop event as one loop sees it; asking it is that loop's heartbeat."""

    def __init__(self, stopping: threading.Event, monotonic_s: Callable[[], float]) -> None:
        super().__init__()
        self._stopping = stopping
        self._monotonic_s = monotonic_s
        self._asked_s = monotonic_s()
        self._is_waiting = False

    def is_set(self) -> bool:
        self._asked_s = self._monotonic_s()
        return self._stopping.is_set()

    def wait(self, timeout: float | None = None) -> bool:
        self._is_waiting = True
        try:
            return self._stopping.wait(timeout)
        finally:
            self._asked_s = self._monotonic_s()
            self._is_waiting = False

    def silent_s(self) -> float:
        """How long ago the loop last asked; while it waits for the end, it asks."""
        return 0.0 if self._is_waiting else self._monotonic_s() - self._asked_s


class Pulse:
    """The loops of one process, each with the longest silence that is still honest."""

    def __init__(self, stopping: threading.Event, *, monotonic_s: Callable[[], float] = time.monotonic) -> None:
        self._stopping = stopping
        self._monotonic_s = monotonic_s
        self._loops: list[tuple[LoopStop, float]] = []

    def loop(self, silent_s_max: float) -> LoopStop:
        """A stop event for one more loop, alive from now on."""
        stop = LoopStop(self._stopping, self._monotonic_s)
        self._loops.append((stop, silent_s_max))
        return stop

    def is_beating(self) -> bool:
        return all(stop.silent_s() <= silent_s_max for stop, silent_s_max in self._loops)

    @contextmanager
    def fed(self, notifier: Notifier | None = None) -> Iterator[None]:
        """Tell systemd that the process is ready, and feed its watchdog inside the block while every loop beats."""
        speaker = notifier or Notifier()
        is_over = threading.Event()
        feeder = threading.Thread(target=self._feed, args=(speaker, is_over), name="watchdog", daemon=True)
        speaker.ready()
        feeder.start()
        try:
            yield
        finally:
            is_over.set()
            feeder.join()

    def _feed(self, notifier: Notifier, is_over: threading.Event) -> None:
        while not is_over.wait(FEED_EVERY_S):
            if self.is_beating():
                notifier.alive()
