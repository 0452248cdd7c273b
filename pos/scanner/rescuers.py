"""Where rescues run: beside the frames in a thread, or in line where a test or a measurement wants every frame's due.

A rescue takes ten times as long as a frame may. So the thread takes only the newest job and drops what it has no time
for; its results are fetched with a later frame. Python's lock is no obstacle: the heavy calls give it up.
"""

import threading
from typing import Protocol

from pos.scanner.fusion import Attempt, FusedRescue, RescueJob


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
    """Rescues in a thread that lives as long as the process; the newest job replaces one that waits."""

    def __init__(self) -> None:
        self._rescue = InlineRescuer()
        self._changed = threading.Condition()
        self._waiting: RescueJob | None = None
        self._results: list[Attempt] = []
        threading.Thread(target=self._run, name="rescue", daemon=True).start()

    def offer(self, job: RescueJob) -> None:
        with self._changed:
            self._waiting = job
            self._changed.notify()

    def results(self) -> tuple[Attempt, ...]:
        with self._changed:
            done, self._results = tuple(self._results), []
        return done

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._waiting is not None)
                job, self._waiting = self._waiting, None
            assert job is not None
            self._rescue.offer(job)
            with self._changed:
                self._results += self._rescue.results()
