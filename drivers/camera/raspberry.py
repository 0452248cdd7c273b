"""The Raspberry Pi's own cameras (`picamera2:0`), through picamera2 from the system's Python.

libcamera is the only way to these cameras; OpenCV cannot open them. picamera2 is not on PyPI in a usable form: the
virtual environment must be made by the system's Python with `--system-site-packages`. It is imported only when such a
camera is opened. Only the luma plane of YUV420 is used, so nothing is converted. Not tried on hardware.
"""

import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol, cast

import numpy as np
import numpy.typing as npt

from drivers.camera.frame import Frame, Grey
from drivers.camera.grabber import Grabber
from drivers.errors import DeviceIoError, DeviceMissingError

AF_MANUAL, AF_CONTINUOUS, AF_RANGE_MACRO, AF_SPEED_FAST = 0, 2, 1, 1  # libcamera's control values


@dataclass(frozen=True, slots=True, kw_only=True)
class PiSettings:
    """Size in pixels; `lens` in dioptres (1 / metres; 8.3 is 12 cm), None for continuous autofocus."""

    width: int = 1280
    height: int = 720
    lens: float | None = None


class Picamera(Protocol):
    """The part of picamera2 that is used here."""

    def create_video_configuration(self, *, main: Mapping[str, object], buffer_count: int) -> object: ...
    def configure(self, configuration: object, /) -> None: ...
    def set_controls(self, controls: Mapping[str, float], /) -> None: ...
    def start(self) -> None: ...
    def capture_array(self, name: str, /) -> npt.NDArray[np.uint8]: ...
    def stop(self) -> None: ...
    def close(self) -> None: ...


PicameraOpener = Callable[[int], Picamera]


def open_picamera(number: int) -> Picamera:
    """Raises DeviceMissingError where picamera2 or the camera is not there."""
    try:
        module = importlib.import_module("picamera2")
    except ImportError as absent:
        raise DeviceMissingError(
            "picamera2 is not installed for this Python: apt install python3-picamera2, and make the environment"
            " with /usr/bin/python3 -m venv --system-site-packages"
        ) from absent
    return cast(PicameraOpener, module.Picamera2)(number)


def focus_controls(lens: float | None) -> dict[str, float]:
    """Continuous near focus, or a lens that is set once and never hunts."""
    if lens is None:
        return {"AfMode": AF_CONTINUOUS, "AfRange": AF_RANGE_MACRO, "AfSpeed": AF_SPEED_FAST}
    return {"AfMode": AF_MANUAL, "LensPosition": lens}


class PiCapture:
    """One opened Raspberry Pi camera; waits for frames."""

    def __init__(self, number: int, settings: PiSettings, *, opener: PicameraOpener = open_picamera) -> None:
        self._settings = settings
        self.remark = ""
        try:
            self._camera = opener(number)
            size = (settings.width, settings.height)
            main = {"size": size, "format": "YUV420"}
            self._camera.configure(self._camera.create_video_configuration(main=main, buffer_count=2))
            self._camera.start()
        except IndexError as absent:
            raise DeviceMissingError(f"there is no Raspberry Pi camera {number}") from absent
        except (RuntimeError, OSError) as fault:
            raise DeviceIoError(f"Raspberry Pi camera {number}: {fault}") from fault
        self._focus()

    def grab(self) -> Grey:
        try:
            planes = self._camera.capture_array("main")
        except (RuntimeError, OSError) as fault:
            raise DeviceIoError(f"Raspberry Pi camera: {fault}") from fault
        # rows are padded to the hardware's stride, and the two colour planes lie below the luma plane
        return np.ascontiguousarray(planes[: self._settings.height, : self._settings.width])

    def release(self) -> None:
        self._camera.stop()
        self._camera.close()

    def _focus(self) -> None:
        try:
            self._camera.set_controls(focus_controls(self._settings.lens))
        except RuntimeError:  # modules 1 and 2 have a fixed lens
            self.remark = "this camera has no adjustable focus"


class PiSource:
    """`picamera2:NUMBER`, drained by a thread."""

    def __init__(
        self,
        number: int,
        settings: PiSettings,
        *,
        clock: Callable[[], float],
        opener: PicameraOpener = open_picamera,
    ) -> None:
        capture = PiCapture(number, settings, opener=opener)
        self._remark = capture.remark
        self._grabber = Grabber(capture, source=f"picamera2:{number}", clock=clock)

    def read(self) -> Frame | None:
        return self._grabber.newest()

    def remark(self) -> str:
        return self._remark

    def close(self) -> None:
        self._grabber.stop()
