"""USB cameras through Video4Linux (`v4l2:/dev/video0`), by OpenCV.

Order matters to drivers and is kept: pixel format MJPG before the size (else 720p falls to a few frames a second),
one buffer, then focus and exposure. Every setting is read back, because `set` answers yes to much that is ignored;
what was not taken becomes the camera's remark. Vendor errors are mapped here and nowhere else.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import cv2
import numpy as np
import numpy.typing as npt

from drivers.camera.frame import Frame, Grey, grey_from_pixels
from drivers.camera.grabber import Grabber
from drivers.errors import DeviceIoError, DeviceMissingError

MANUAL_EXPOSURE = 1.0  # V4L2_EXPOSURE_MANUAL; OpenCV hands the menu value through
AUTOMATIC_EXPOSURE = 3.0  # V4L2_EXPOSURE_APERTURE_PRIORITY


@dataclass(frozen=True, slots=True, kw_only=True)
class V4l2Settings:
    """Size in pixels; `focus` in the camera's units (None: continuous); `exposure` in 100 us (None: automatic)."""

    width: int = 1280
    height: int = 720
    fps: int = 30
    focus: int | None = None
    exposure: int | None = None


class VideoCapture(Protocol):
    """The part of OpenCV's capture that is used here."""

    def isOpened(self) -> bool: ...  # noqa: N802 - the vendor's name
    def set(self, propId: int, value: float, /) -> bool: ...  # noqa: N803 - the vendor's name
    def get(self, propId: int, /) -> float: ...  # noqa: N803 - the vendor's name
    def read(self) -> tuple[bool, npt.NDArray[np.generic]]: ...
    def release(self) -> None: ...


CaptureOpener = Callable[[str], VideoCapture]


def open_video_capture(device: str) -> VideoCapture:
    capture: VideoCapture = cv2.VideoCapture(device, cv2.CAP_V4L2)
    return capture


def apply_settings(capture: VideoCapture, settings: V4l2Settings) -> tuple[str, ...]:
    """Sets the camera and returns what it did not take, in words for a technician."""
    mjpg = float(cv2.VideoWriter.fourcc(*"MJPG"))
    wanted = [
        ("pixel format MJPG", cv2.CAP_PROP_FOURCC, mjpg),
        ("width", cv2.CAP_PROP_FRAME_WIDTH, float(settings.width)),
        ("height", cv2.CAP_PROP_FRAME_HEIGHT, float(settings.height)),
        ("frames per second", cv2.CAP_PROP_FPS, float(settings.fps)),
        ("one buffer", cv2.CAP_PROP_BUFFERSIZE, 1.0),
        *_focus(settings.focus),
        *_exposure(settings.exposure),
    ]
    return tuple(remark for name, what, value in wanted if (remark := _set(capture, name, what, value)))


def _focus(focus: int | None) -> list[tuple[str, int, float]]:
    if focus is None:
        return [("continuous autofocus", cv2.CAP_PROP_AUTOFOCUS, 1.0)]
    return [("fixed focus", cv2.CAP_PROP_AUTOFOCUS, 0.0), ("focus", cv2.CAP_PROP_FOCUS, float(focus))]


def _exposure(exposure: int | None) -> list[tuple[str, int, float]]:
    if exposure is None:
        return [("automatic exposure", cv2.CAP_PROP_AUTO_EXPOSURE, AUTOMATIC_EXPOSURE)]
    return [
        ("fixed exposure", cv2.CAP_PROP_AUTO_EXPOSURE, MANUAL_EXPOSURE),
        ("exposure", cv2.CAP_PROP_EXPOSURE, float(exposure)),
    ]


def _set(capture: VideoCapture, name: str, what: int, value: float) -> str:
    capture.set(what, value)
    in_force = capture.get(what)
    return "" if abs(in_force - value) < 0.5 else f"{name} {value:g} asked, {in_force:g} in force"


class V4l2Capture:
    """One opened video device; waits for frames. Raises DeviceMissingError, DeviceIoError."""

    def __init__(self, device: str, settings: V4l2Settings, *, opener: CaptureOpener = open_video_capture) -> None:
        self._device = device
        if not Path(device).exists():
            raise DeviceMissingError(f"{device} is not there: is the camera plugged in?")
        try:
            self._capture = opener(device)
            if not self._capture.isOpened():
                self._capture.release()
                raise DeviceIoError(f"{device} does not open: another program may hold it, or it is no camera")
            self.remarks = apply_settings(self._capture, settings)
        except cv2.error as fault:
            raise DeviceIoError(f"{device}: {fault.err}") from fault

    def grab(self) -> Grey:
        try:
            taken, pixels = self._capture.read()
        except cv2.error as fault:
            raise DeviceIoError(f"{self._device}: {fault.err}") from fault
        if taken:
            return grey_from_pixels(pixels)
        if not Path(self._device).exists():
            raise DeviceMissingError(f"{self._device} was unplugged")
        raise DeviceIoError(f"{self._device} sends no frames")

    def release(self) -> None:
        self._capture.release()


class V4l2Source:
    """`v4l2:DEVICE`, drained by a thread."""

    def __init__(
        self,
        device: str,
        settings: V4l2Settings,
        *,
        clock: Callable[[], float],
        opener: CaptureOpener = open_video_capture,
    ) -> None:
        capture = V4l2Capture(device, settings, opener=opener)
        self._remark = "; ".join(capture.remarks)
        self._grabber = Grabber(capture, source=device, clock=clock)

    def read(self) -> Frame | None:
        return self._grabber.newest()

    def remark(self) -> str:
        return self._remark

    def close(self) -> None:
        self._grabber.stop()
