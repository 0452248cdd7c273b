"""`sim:FOLDER`: a camera whose view is the newest picture that another program put into a folder.

The picture stays in view until it is removed; without one the camera sees an empty counter, so that frames keep
coming as from a real camera. Taking the folder away unplugs the camera. A picture that is still being written is
not seen yet: the view stays as it was.
"""

from collections.abc import Callable
from pathlib import Path

import numpy as np

from drivers.camera.frame import Frame, Grey, grey_from_encoded
from drivers.camera.pictures import PICTURE_SUFFIXES, picture_bytes
from drivers.errors import DeviceError, DeviceIoError, DeviceMissingError

EMPTY_COUNTER: Grey = np.full((480, 640), 96, dtype=np.uint8)

_Version = tuple[str, int, int]


class SimulatedSource:
    """Looks at a folder. Raises DeviceMissingError while the folder is not there."""

    def __init__(self, folder: Path, *, clock: Callable[[], float]) -> None:
        self._folder = folder
        self._clock = clock
        self._version: _Version | None = None
        self._view = EMPTY_COUNTER
        self._newest()

    def read(self) -> Frame | None:
        newest = self._newest()
        if newest is None:
            self._version, self._view = None, EMPTY_COUNTER
        elif newest != self._version:
            self._look_at(newest)
        source = self._version[0] if self._version else str(self._folder)
        return Frame(grey=self._view, captured_s=self._clock(), source=source)

    def remark(self) -> str:
        return "simulated camera"

    def close(self) -> None:
        pass

    def _newest(self) -> _Version | None:
        """The newest picture's path, time and size, by the time that the file itself carries."""
        found: list[tuple[int, str, int]] = []
        try:
            for path in self._folder.iterdir():
                if path.suffix.lower() in PICTURE_SUFFIXES and not path.name.startswith("."):
                    seen = path.stat()
                    found.append((seen.st_mtime_ns, str(path), seen.st_size))
        except FileNotFoundError as absent:
            if not self._folder.is_dir():
                raise DeviceMissingError(f"{self._folder} is not there") from absent
            return self._version
        except OSError as fault:
            raise DeviceIoError(f"{self._folder}: {fault.strerror}") from fault
        if not found:
            return None
        written_ns, name, size_bytes = max(found)
        return name, written_ns, size_bytes

    def _look_at(self, version: _Version) -> None:
        try:
            grey = grey_from_encoded(picture_bytes(Path(version[0])))
        except DeviceError:
            return
        if grey is not None:
            self._version, self._view = version, grey
