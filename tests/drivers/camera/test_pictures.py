"""Pictures, folders, videos and the simulated camera behind the same seam as a real one."""

import os
from pathlib import Path

import cv2
import numpy as np
import pytest

from drivers.camera.camera import Camera, CameraUrlError
from drivers.camera.frame import Frame
from drivers.camera.opening import open_camera
from drivers.presence import Presence


def write_grey(path: Path, level: int, *, written_s: int = 0) -> Path:
    assert cv2.imwrite(str(path), np.full((48, 64), level, dtype=np.uint8))
    if written_s:
        os.utime(path, (written_s, written_s))
    return path


def level(frame: Frame | None) -> int:
    assert frame is not None
    return int(frame.grey[24, 32])


def all_frames(camera: Camera) -> list[Frame]:
    frames = []
    while frame := camera.read():
        frames.append(frame)
    return frames


def test_a_picture_is_seen_once(tmp_path: Path) -> None:
    camera = open_camera(f"files:{write_grey(tmp_path / 'a.png', 77)}")
    assert [level(frame) for frame in all_frames(camera)] == [77]
    assert camera.state().presence is Presence.READY


def test_a_folder_is_seen_in_the_order_of_names(tmp_path: Path) -> None:
    for name, grey in (("b.png", 20), ("a.png", 10), ("c.jpg", 30)):
        write_grey(tmp_path / name, grey)
    (tmp_path / "manifest.csv").write_text("file\n")
    assert [level(frame) for frame in all_frames(open_camera(f"files:{tmp_path}"))] == [10, 20, 30]


def test_a_file_that_is_no_picture_is_passed_over_and_named(tmp_path: Path) -> None:
    write_grey(tmp_path / "a.png", 10)
    (tmp_path / "b.png").write_bytes(b"not a picture")
    write_grey(tmp_path / "c.png", 30)
    camera = open_camera(f"files:{tmp_path}")
    assert [level(frame) for frame in all_frames(camera)] == [10, 30]
    assert "b.png is not a picture" in camera.state().detail


def test_a_video_is_seen_frame_by_frame(tmp_path: Path) -> None:
    path = tmp_path / "seen.avi"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 10, (64, 48))
    for grey in (30, 120, 210):
        writer.write(np.full((48, 64, 3), grey, dtype=np.uint8))
    writer.release()
    assert [round(level(frame), -1) for frame in all_frames(open_camera(f"files:{path}"))] == [30, 120, 210]


def test_a_text_file_called_a_video_is_a_fault_and_no_crash(tmp_path: Path) -> None:
    path = tmp_path / "seen.avi"
    path.write_text("not a video")
    camera = open_camera(f"files:{path}")
    assert camera.read() is None
    assert camera.state().presence is Presence.FAULTY


def test_black_on_transparent_is_shown_on_white(tmp_path: Path) -> None:
    picture = np.zeros((48, 64, 4), dtype=np.uint8)
    picture[:, 32:, 3] = 255
    cv2.imwrite(str(tmp_path / "a.png"), picture)
    frame = open_camera(f"files:{tmp_path / 'a.png'}").read()
    assert frame is not None
    assert (int(frame.grey[5, 5]), int(frame.grey[5, 60])) == (255, 0)


def test_sixteen_bits_and_colour_become_eight_bits_of_grey(tmp_path: Path) -> None:
    cv2.imwrite(str(tmp_path / "deep.png"), np.full((48, 64), 200 << 8, dtype=np.uint16))
    cv2.imwrite(str(tmp_path / "red.png"), np.full((48, 64, 3), (0, 0, 255), dtype=np.uint8))
    assert [level(frame) for frame in all_frames(open_camera(f"files:{tmp_path}"))] == [200, 76]


def test_the_simulated_camera_sees_the_newest_picture_until_it_is_removed(tmp_path: Path) -> None:
    camera = open_camera(f"sim:{tmp_path}")
    empty = level(camera.read())
    first = write_grey(tmp_path / "first.png", 10, written_s=1000)
    assert [level(camera.read()) for _ in range(3)] == [10, 10, 10]
    second = write_grey(tmp_path / "another.png", 20, written_s=2000)
    assert level(camera.read()) == 20
    second.unlink()
    assert level(camera.read()) == 10
    first.unlink()
    assert level(camera.read()) == empty


def test_a_picture_that_is_still_being_written_is_not_seen_yet(tmp_path: Path) -> None:
    camera = open_camera(f"sim:{tmp_path}")
    write_grey(tmp_path / "a.png", 10, written_s=1000)
    assert level(camera.read()) == 10
    whole = write_grey(tmp_path / "b.png", 20).read_bytes()
    (tmp_path / "b.png").write_bytes(whole[: len(whole) // 2])
    assert level(camera.read()) == 10
    (tmp_path / "b.png").write_bytes(whole)
    assert level(camera.read()) == 20


def test_the_same_name_with_other_bytes_is_a_new_view(tmp_path: Path) -> None:
    camera = open_camera(f"sim:{tmp_path}")
    write_grey(tmp_path / "a.png", 10, written_s=1000)
    assert level(camera.read()) == 10
    write_grey(tmp_path / "a.png", 20, written_s=1001)
    assert level(camera.read()) == 20


def test_taking_the_folder_away_unplugs_the_camera_and_bringing_it_back_is_enough(tmp_path: Path) -> None:
    now_s = 100.0
    folder = tmp_path / "view"
    folder.mkdir()
    camera = open_camera(f"sim:{folder}", clock=lambda: now_s)
    assert camera.read() is not None
    folder.rename(tmp_path / "away")
    assert camera.read() is None
    assert camera.state().presence is Presence.MISSING
    assert "is not there" in camera.state().detail
    (tmp_path / "away").rename(folder)
    assert camera.read() is None, "it is not asked again at once"
    now_s += 2
    assert camera.read() is not None
    assert camera.state().presence is Presence.READY


def test_no_camera_is_a_choice_and_not_a_fault() -> None:
    camera = open_camera("none")
    assert camera.read() is None
    assert camera.state().presence is Presence.OFF


def test_a_closed_camera_stays_closed(tmp_path: Path) -> None:
    camera = open_camera(f"sim:{tmp_path}")
    camera.close()
    assert camera.read() is None
    assert camera.state().presence is Presence.OFF


@pytest.mark.parametrize(
    ("url", "named"),
    [
        ("webcam", "one of v4l2"),
        ("v4l2:", "one of v4l2"),
        ("usb:/dev/video0", "one of v4l2"),
        ("v4l2:/dev/video0?zoom=2", "'zoom' is not one of exposure, focus"),
        ("v4l2:/dev/video0?focus=near", "focus 'near' is not a number"),
        ("picamera2:left", "camera number 'left' is not a number"),
    ],
)
def test_an_address_with_a_mistake_is_refused_with_what_is_wrong(url: str, named: str) -> None:
    with pytest.raises(CameraUrlError, match=named):
        open_camera(url)
