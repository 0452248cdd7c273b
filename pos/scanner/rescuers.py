"""Where rescues run: beside the frames in a thread, or in line where a test or a measurement wants every frame's due.

A rescue takes ten times as long as a frame may. So the thread takes only the newest job and drops what it has no time
for; its results are fetched with a later frame. Python's lock is no obstacle: the heavy calls give it up.
"""

import threading
import time
from collections.abc import Callable
from typing import Protocol

from pos.scanner.fusion import Attempt, FusedRescue, RescueJob

STALE_AFTER_S = 1.0


class Rescuer(Protocol):
    """Takes jobs and tells what became of them, at once or later."""

    def offer(self, job: RescueJob) -> None: ...

    def results(self) -> tuple[Attempt, ...]:
        """What was attempted since the last call."""
        ...


class InlineRescuer:
    """Rescues while the caller waits."""

    def __init__(self) -> None:
        self._rescue = FusedRescue()
        self._results: list[Attempt] = []

    def offer(self, job: RescueJob) -> None:
        self._results.append(self._rescue.attempt(job))

    def results(self) -> tuple[Attempt, ...]:
        done, self._results = tuple(self._results), []
        return done


class ThreadedRescuer:
    """Rescues in a thread that lives as long as the process; the newest job replaces one that waits.

    What nobody fetched within `STALE_AFTER_S` is dropped: after a pause of the camera, another code is in sight.
    """

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._rescue = InlineRescuer()
        self._clock = clock
        self._changed = threading.Condition()
        self._waiting: RescueJob | None = None
        self._is_busy = False
        self._results: list[tuple[float, Attempt]] = []
        threading.Thread(target=self._run, name="rescue", daemon=True).start()

    def offer(self, job: RescueJob) -> None:
        with self._changed:
            self._waiting = job
            self._changed.notify_all()

    def results(self) -> tuple[Attempt, ...]:
        with self._changed:
            done, self._results = self._results, []
        return tuple(attempt for at_s, attempt in done if self._clock() - at_s < STALE_AFTER_S)

    def wait_done(self) -> None:
        """Waits until nothing waits and nothing is being rescued."""
        with self._changed:
            self._changed.wait_for(lambda: self._waiting is None and not self._is_busy)

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._waiting is not None)
                job, self._waiting, self._is_busy = self._waiting, None, True
            assert job is not None
            self._rescue.offer(job)
            with self._changed:
                self._results += [(self._clock(), attempt) for attempt in self._rescue.results()]
                self._is_busy = False
                self._changed.notify_all()
