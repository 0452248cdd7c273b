"""The scanner as the devices process runs it: a camera, the decoding worker and the watch over what they saw.

Call `step` in a loop, about fifteen times a second. Nothing here raises for a camera or a worker that fails: both have
a state that can be asked for, and both come back by themselves.
"""

from typing import Protocol

from drivers.camera.camera import Camera, CameraState
from drivers.camera.frame import Frame
from pos.scanner.watch import ScannerEvent, Sighting, Watch
from pos.scanner.worker import WorkerHealth


class Decoding(Protocol):
    """Something that looks at frames; in the product a `DecodingWorker`."""

    def start(self) -> None: ...

    def look(self, frame: Frame, *, wants_goods: bool = False) -> Sighting | None: ...

    def health(self) -> WorkerHealth: ...

    def close(self) -> None: ...


class Scanner:
    """One camera's scanner."""

    def __init__(self, camera: Camera, decoding: Decoding) -> None:
        self._camera = camera
        self._decoding = decoding
        self._watch = Watch()
        self.wants_goods = False
        """Barcodes of goods are looked for as well."""
        decoding.start()

    def step(self) -> tuple[ScannerEvent, ...]:
        """Reads the newest frame and tells what follows. Takes milliseconds, or two seconds where a worker hangs."""
        frame = self._camera.read()
        if frame is None:
            return ()
        sighting = self._decoding.look(frame, wants_goods=self.wants_goods)
        return self._watch.follow(sighting) if sighting else ()

    def again(self) -> None:
        """What is in sight counts as new: the cashier wants it scanned once more."""
        self._watch.again()

    def camera_state(self) -> CameraState:
        return self._camera.state()

    def worker_health(self) -> WorkerHealth:
        return self._decoding.health()

    def close(self) -> None:
        self._camera.close()
        self._decoding.close()
