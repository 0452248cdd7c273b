"""USB and Raspberry Pi cameras against captures that behave like the real ones: late, lying, unplugged."""

import queue
from collections.abc import Mapping
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from drivers.camera.frame import Frame, Grey
from drivers.camera.grabber import Grabber
from drivers.camera.opening import open_camera
from drivers.camera.raspberry import PiSettings, PiSource, focus_controls
from drivers.camera.v4l2 import V4l2Capture, V4l2Settings, V4l2Source, apply_settings
from drivers.errors import DeviceIoError, DeviceMissingError
from drivers.presence import Presence


class Tape:
    """A capture that delivers what the test puts in: grey levels, or a fault."""

    def __init__(self) -> None:
        self.due: queue.Queue[int | Exception] = queue.Queue()
        self.grabbed: queue.Queue[int] = queue.Queue()
        self.released = False

    def grab(self) -> Grey:
        item = self.due.get()
        if isinstance(item, Exception):
            raise item
        self.grabbed.put(item)
        return np.full((4, 4), item, dtype=np.uint8)

    def release(self) -> None:
        self.released = True


def wait_for(grabber: Grabber, level: int) -> Frame:
    """The frame of that level; spins, because the grabber's thread decides when it is there."""
    while True:
        frame = grabber.newest()
        if frame and int(frame.grey[0, 0]) == level:
            return frame


def test_a_slow_reader_sees_the_newest_frame_and_none_twice() -> None:
    tape = Tape()
    grabber = Grabber(tape, source="tape", clock=lambda: 5.0)
    for level in range(1, 6):
        tape.due.put(level)
    frame = wait_for(grabber, 5)
    assert frame.captured_s == 5.0
    assert grabber.newest() is None
    tape.due.put(DeviceMissingError("unplugged"))
    grabber.stop()


def test_a_fault_in_the_thread_reaches_the_reader_and_gives_the_device_back() -> None:
    tape = Tape()
    grabber = Grabber(tape, source="tape", clock=lambda: 5.0)
    tape.due.put(DeviceMissingError("unplugged"))
    with pytest.raises(DeviceMissingError, match="unplugged"):
        wait_for(grabber, 0)
    grabber.stop()
    assert tape.released


def test_a_camera_that_hangs_is_a_fault_and_not_a_hang() -> None:
    now_s = 0.0
    tape = Tape()
    grabber = Grabber(tape, source="tape", clock=lambda: now_s)
    assert grabber.newest() is None
    now_s = 10.0
    with pytest.raises(DeviceIoError, match="no frame for 10 s"):
        grabber.newest()
    tape.due.put(DeviceIoError("end of test"))
    grabber.stop()


class Webcam:
    """OpenCV's capture of a USB camera: takes what it likes, says yes to everything."""

    def __init__(self, *, ignores: frozenset[int] = frozenset(), opens: bool = True, frames: int = 1_000_000) -> None:
        self.asked: list[int] = []
        self._ignores = ignores
        self._opens = opens
        self._frames = frames
        self._values: dict[int, float] = {}
        self.released = False

    def isOpened(self) -> bool:  # noqa: N802 - the vendor's name
        return self._opens

    def set(self, what: int, value: float, /) -> bool:
        self.asked.append(what)
        if what not in self._ignores:
            self._values[what] = value
        return True

    def get(self, what: int, /) -> float:
        return self._values.get(what, 0.0)

    def read(self) -> tuple[bool, npt.NDArray[np.generic]]:
        self._frames -= 1
        return self._frames >= 0, np.full((48, 64, 3), 90, dtype=np.uint8)

    def release(self) -> None:
        self.released = True


def test_the_pixel_format_is_asked_before_the_size() -> None:
    webcam = Webcam()
    assert apply_settings(webcam, V4l2Settings()) == ()
    assert webcam.asked.index(cv2.CAP_PROP_FOURCC) < webcam.asked.index(cv2.CAP_PROP_FRAME_WIDTH)
    assert cv2.CAP_PROP_BUFFERSIZE in webcam.asked


def test_a_setting_that_the_camera_ignores_is_named() -> None:
    webcam = Webcam(ignores=frozenset({cv2.CAP_PROP_FOCUS, cv2.CAP_PROP_EXPOSURE}))
    remarks = apply_settings(webcam, V4l2Settings(focus=40, exposure=60))
    assert remarks == ("focus 40 asked, 0 in force", "exposure 60 asked, 0 in force")


def test_a_webcam_gives_grey_frames_and_is_given_back(tmp_path: Path) -> None:
    device = tmp_path / "video0"
    device.touch()
    webcam = Webcam()
    source = V4l2Source(str(device), V4l2Settings(), clock=lambda: 1.0, opener=lambda _: webcam)
    while (frame := source.read()) is None:
        pass
    assert frame.grey.shape == (48, 64)
    assert int(frame.grey[0, 0]) == 90
    source.close()
    assert webcam.released


def test_a_webcam_that_stops_is_told_from_one_that_was_unplugged(tmp_path: Path) -> None:
    device = tmp_path / "video0"
    device.touch()
    capture = V4l2Capture(str(device), V4l2Settings(), opener=lambda _: Webcam(frames=0))
    with pytest.raises(DeviceIoError, match="sends no frames"):
        capture.grab()
    device.unlink()
    with pytest.raises(DeviceMissingError, match="was unplugged"):
        capture.grab()


def test_a_webcam_held_by_another_program_is_a_fault_with_a_sentence(tmp_path: Path) -> None:
    device = tmp_path / "video0"
    device.touch()
    webcam = Webcam(opens=False)
    with pytest.raises(DeviceIoError, match="another program may hold it"):
        V4l2Source(str(device), V4l2Settings(), clock=lambda: 1.0, opener=lambda _: webcam)
    assert webcam.released


def test_an_absent_device_is_a_state() -> None:
    camera = open_camera("v4l2:/dev/no-such-video?focus=30&exposure=80")
    assert camera.read() is None
    assert camera.state().presence is Presence.MISSING
    assert "is the camera plugged in?" in camera.state().detail


class PiCamera:
    """picamera2's camera: three planes under each other, rows padded to 64."""

    def __init__(self, *, has_lens: bool = True) -> None:
        self._has_lens = has_lens
        self.controls: Mapping[str, float] = {}
        self.closed = False

    def create_video_configuration(self, *, main: Mapping[str, object], buffer_count: int) -> object:
        assert main["format"] == "YUV420"
        return (main, buffer_count)

    def configure(self, configuration: object, /) -> None:
        pass

    def set_controls(self, controls: Mapping[str, float], /) -> None:
        if not self._has_lens:
            raise RuntimeError("Control AfMode is not advertised by libcamera")
        self.controls = controls

    def start(self) -> None:
        pass

    def capture_array(self, name: str, /) -> npt.NDArray[np.uint8]:
        planes = np.full((72, 128), 7, dtype=np.uint8)
        planes[:48, :100] = 130
        return planes

    def stop(self) -> None:
        pass

    def close(self) -> None:
        self.closed = True


def test_the_raspberry_camera_gives_its_luma_plane_without_padding() -> None:
    pi = PiCamera()
    source = PiSource(0, PiSettings(width=100, height=48, lens=8.3), clock=lambda: 1.0, opener=lambda _: pi)
    while (frame := source.read()) is None:
        pass
    assert frame.grey.shape == (48, 100)
    assert set(np.unique(frame.grey)) == {130}
    assert pi.controls == {"AfMode": 0, "LensPosition": 8.3}
    source.close()
    assert pi.closed


def test_a_raspberry_camera_with_a_fixed_lens_works_and_says_so() -> None:
    source = PiSource(0, PiSettings(), clock=lambda: 1.0, opener=lambda _: PiCamera(has_lens=False))
    assert source.remark() == "this camera has no adjustable focus"
    source.close()


def test_without_a_fixed_lens_focus_is_continuous_and_near() -> None:
    assert focus_controls(None) == {"AfMode": 2, "AfRange": 1, "AfSpeed": 1}


def test_without_picamera2_the_camera_is_missing_and_the_sentence_says_what_to_install() -> None:
    camera = open_camera("picamera2:0")
    assert camera.read() is None
    assert camera.state().presence is Presence.MISSING
    assert "apt install python3-picamera2" in camera.state().detail
