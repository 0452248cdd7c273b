"""The seam every camera stands behind, and the wrapper that turns plugging and unplugging into a state.

A *source* (`FrameSource`) talks to one device and raises `DeviceError` when it fails. A *camera* (`Camera`) never
raises: `PluggableCamera` closes a source that failed, tells what is wrong and opens it again when it is back.
Leaves to others: what a person is told (the screen), how often frames are read (the devices process).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from drivers.camera.frame import Frame
from drivers.errors import DeviceError, DeviceMissingError
from drivers.presence import Presence

REOPEN_AFTER_S = 1.0


class CameraUrlError(ValueError):
    """A camera address that names no camera this program knows; the message says which forms exist."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CameraState:
    """What the camera is doing; `detail` is English for technicians: the fault, or settings that were not taken."""

    presence: Presence
    detail: str = ""


class FrameSource(Protocol):
    """One opened device."""

    def read(self) -> Frame | None:
        """The newest frame that was not returned yet, or None. Never waits for long. Raises DeviceError."""
        ...

    def remark(self) -> str:
        """What a technician should know although it works, such as a setting that was not taken; may be empty."""
        ...

    def close(self) -> None:
        """Gives the device back. Raises nothing."""
        ...


class Camera(Protocol):
    """Any camera, present or not."""

    def read(self) -> Frame | None:
        """The newest frame, or None where there is nothing new or no camera. Raises nothing."""
        ...

    def state(self) -> CameraState: ...

    def close(self) -> None: ...


class PluggableCamera:
    """A camera that may be unplugged and plugged in again at any time."""

    def __init__(self, opener: Callable[[], FrameSource], *, clock: Callable[[], float]) -> None:
        self._opener = opener
        self._clock = clock
        self._source: FrameSource | None = None
        self._state = CameraState(presence=Presence.MISSING, detail="not opened yet")
        self._reopen_at_s = float("-inf")

    def read(self) -> Frame | None:
        try:
            source = self._source or self._reopen()
            return source.read() if source else None
        except DeviceError as fault:
            self._lose(fault)
            return None

    def state(self) -> CameraState:
        if self._source:
            return CameraState(presence=Presence.READY, detail=self._source.remark())
        return self._state

    def close(self) -> None:
        if self._source:
            self._source.close()
        self._source = None
        self._state = CameraState(presence=Presence.OFF)
        self._reopen_at_s = float("inf")

    def _reopen(self) -> FrameSource | None:
        if self._clock() < self._reopen_at_s:
            return None
        self._source = self._opener()
        return self._source

    def _lose(self, fault: DeviceError) -> None:
        if self._source:
            self._source.close()
        self._source = None
        missing = isinstance(fault, DeviceMissingError)
        self._state = CameraState(presence=Presence.MISSING if missing else Presence.FAULTY, detail=str(fault))
        self._reopen_at_s = self._clock() + REOPEN_AFTER_S


class NoCamera:
    """The terminal has no camera, and that is meant."""

    def read(self) -> Frame | None:
        return None

    def state(self) -> CameraState:
        return CameraState(presence=Presence.OFF, detail="no camera configured")

    def close(self) -> None:
        pass
