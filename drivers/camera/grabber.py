"""Keeps a capturing device drained in a thread of its own, so that what is read is always the newest frame.

Drivers queue frames; a reader that is slower than the camera would otherwise see the past. The thread owns the device:
it alone grabs, and it alone gives the device back, because a grab that hangs must not hang the program.
"""

import threading
from collections.abc import Callable
from typing import Protocol

from drivers.camera.frame import Frame, Grey
from drivers.errors import DeviceError, DeviceIoError

SILENT_AFTER_S = 4.0


class Capture(Protocol):
    """An opened device that waits for a frame."""

    def grab(self) -> Grey:
        """Waits for the next frame. Raises DeviceError."""
        ...

    def release(self) -> None: ...


class Grabber:
    """Runs a `Capture` and keeps its newest frame."""

    def __init__(self, capture: Capture, *, source: str, clock: Callable[[], float]) -> None:
        self._capture = capture
        self._source = source
        self._clock = clock
        self._lock = threading.Lock()
        self._newest: Frame | None = None
        self._fault: DeviceError | None = None
        self._heard_s = clock()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"grab {source}", daemon=True)
        self._thread.start()

    def newest(self) -> Frame | None:
        """The newest frame that was not taken yet. Raises the device's fault, or DeviceIoError where it is silent."""
        with self._lock:
            frame, self._newest = self._newest, None
            fault, silent_s = self._fault, self._clock() - self._heard_s
        if fault:
            raise fault
        if frame is None and silent_s > SILENT_AFTER_S:
            raise DeviceIoError(f"{self._source} has sent no frame for {silent_s:.0f} s")
        return frame

    def stop(self) -> None:
        """Ends the thread after its current frame; does not wait for a device that hangs."""
        self._stopping.set()
        self._thread.join(timeout=0.5)

    def _run(self) -> None:
        try:
            while not self._stopping.is_set():
                grey = self._capture.grab()
                self._keep(Frame(grey=grey, captured_s=self._clock(), source=self._source))
        except DeviceError as fault:
            with self._lock:
                self._fault = fault
        finally:
            self._capture.release()

    def _keep(self, frame: Frame) -> None:
        with self._lock:
            self._newest = frame
            self._heard_s = frame.captured_s
