"""Pictures, folders of pictures and videos as a camera: one frame a read, in order, then nothing.

Leaves to others: pacing (a real camera's frames come by themselves; these come as fast as they are read).
"""

from collections.abc import Callable, Generator, Iterator
from pathlib import Path

import cv2
import numpy as np

from drivers.camera.frame import PICTURE_BYTES_MAX, Frame, Grey, grey_from_encoded, grey_from_pixels
from drivers.errors import DeviceIoError, DeviceMissingError

PICTURE_SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".bmp", ".pgm", ".ppm", ".webp", ".tif", ".tiff", ".gif"})
VIDEO_SUFFIXES = frozenset({".avi", ".mp4", ".mkv", ".mov", ".webm", ".mjpg", ".mjpeg", ".m4v"})


def picture_bytes(path: Path) -> bytes:
    """A picture file's bytes. Raises DeviceMissingError or DeviceIoError."""
    try:
        if path.stat().st_size > PICTURE_BYTES_MAX:
            raise DeviceIoError(f"{path} has more than {PICTURE_BYTES_MAX} bytes")
        return path.read_bytes()
    except FileNotFoundError as absent:
        raise DeviceMissingError(f"{path} is not there") from absent
    except OSError as fault:
        raise DeviceIoError(f"{path}: {fault.strerror}") from fault


def read_picture(path: Path) -> Grey:
    """The grey picture in a file. Raises DeviceMissingError or DeviceIoError (unreadable, or not a picture)."""
    grey = grey_from_encoded(picture_bytes(path))
    if grey is None:
        raise DeviceIoError(f"{path} is not a picture")
    return grey


def pictures_in(folder: Path) -> tuple[Path, ...]:
    """The pictures directly in a folder, by name."""
    try:
        return tuple(sorted(p for p in folder.iterdir() if p.suffix.lower() in PICTURE_SUFFIXES))
    except FileNotFoundError as absent:
        raise DeviceMissingError(f"{folder} is not there") from absent
    except OSError as fault:
        raise DeviceIoError(f"{folder}: {fault.strerror}") from fault


def video_frames(path: Path) -> Iterator[Grey]:
    """A video's frames in order. Raises DeviceMissingError or DeviceIoError (not a video)."""
    if not path.exists():
        raise DeviceMissingError(f"{path} is not there")
    capture = cv2.VideoCapture(str(path))
    try:
        if not capture.isOpened():
            raise DeviceIoError(f"{path} is not a video")
        while True:
            taken, pixels = capture.read()
            if not taken:
                return
            yield grey_from_pixels(np.asarray(pixels))
    finally:
        capture.release()


class PictureSource:
    """`files:PATH`: a picture, every picture of a folder, or a video."""

    def __init__(self, path: Path, *, clock: Callable[[], float]) -> None:
        if not path.exists():
            raise DeviceMissingError(f"{path} is not there")
        self._clock = clock
        self._skipped: list[str] = []
        self._frames = self._all(path)

    def read(self) -> Frame | None:
        return next(self._frames, None)

    def remark(self) -> str:
        return "; ".join(self._skipped)

    def close(self) -> None:
        self._frames.close()

    def _all(self, path: Path) -> Generator[Frame, None, None]:
        if path.suffix.lower() in VIDEO_SUFFIXES:
            for number, grey in enumerate(video_frames(path)):
                yield Frame(grey=grey, captured_s=self._clock(), source=f"{path}#{number}")
            return
        if not path.is_dir():
            yield Frame(grey=read_picture(path), captured_s=self._clock(), source=str(path))
            return
        for picture in pictures_in(path):
            try:
                yield Frame(grey=read_picture(picture), captured_s=self._clock(), source=str(picture))
            except DeviceIoError as fault:
                self._skipped.append(str(fault))
