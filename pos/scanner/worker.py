"""The terminal's side of decoding: keeps one worker process, asks it, and starts another where it died or hangs.

Rules: a frame that finds no worker is lost and the next one is not, because frames come fifteen times a second; a
worker that answers anything but what was agreed, or too late, is killed. Leaves to others: what follows from a sighting
(`watch`), the process itself (`process`).
"""

import fcntl
import mmap
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from drivers.camera.frame import PICTURE_BYTES_MAX, Frame, Grey
from pos.scanner.jail import CPU_S_MAX
from pos.scanner.messages import SHARED_BYTES, Answer, Decoded, DecodePicture, LookAtFrame, Looked, Ready, Request
from pos.scanner.process import WorkerGoneError, WorkerProcess
from pos.scanner.watch import TEXT_CHARS_MAX, Sighting

START_S_MAX = 20.0
FRAME_S_MAX = 2.0
PICTURE_S_MAX = 60.0
RESTART_PAUSE_S_MAX = 5.0
_READ_ONLY_FROM_NOW = fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | 0x0010  # F_SEAL_FUTURE_WRITE, since Linux 5.1
_RETIRE_AFTER_CPU_S = 0.4 * CPU_S_MAX  # what is counted is the looks alone; rescues may take as much again


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerHealth:
    """For technicians: whether a worker is ready, how often one was replaced and why, and which jail holds it."""

    is_ready: bool
    replaced: int
    last_fault: str
    jail: Ready | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureReport:
    """What one picture showed. `fault` is not empty where it could not be decoded at all."""

    texts: tuple[str, ...] = ()
    overlong_chars: tuple[int, ...] = ()
    cpu_ms: float = 0.0
    fault: str = ""


class DecodingWorker:
    """One worker process at a time. Text of more than `chars_max` characters never leaves it."""

    def __init__(
        self,
        *,
        chars_max: int = TEXT_CHARS_MAX,
        clock: Callable[[], float] = time.monotonic,
        program: Sequence[str] = ("-m", "pos.scanner.worker_main"),
        frame_s_max: float = FRAME_S_MAX,
        picture_s_max: float = PICTURE_S_MAX,
    ) -> None:
        self._chars_max = chars_max
        self._clock = clock
        self._program = tuple(program)
        self._frame_s_max = frame_s_max
        self._picture_s_max = picture_s_max
        self._descriptor = os.memfd_create("frame", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
        os.ftruncate(self._descriptor, SHARED_BYTES)
        self._shared = mmap.mmap(self._descriptor, SHARED_BYTES)
        fcntl.fcntl(self._descriptor, fcntl.F_ADD_SEALS, _READ_ONLY_FROM_NOW)
        self._process: WorkerProcess | None = None
        self._jail: Ready | None = None
        self._started_s = 0.0
        self._start_at_s = float("-inf")
        self._replaced = 0
        self._deaths_in_a_row = 0
        self._fault = ""
        self._cpu_s = 0.0

    def start(self) -> None:
        """Starts a worker where none runs, without waiting for it."""
        if self._process is None and self._clock() >= self._start_at_s:
            self._process = WorkerProcess(
                self._program, descriptor=self._descriptor, chars_max=self._chars_max, clock=self._clock
            )
            self._jail, self._started_s, self._cpu_s = None, self._clock(), 0.0

    def wait_ready(self) -> bool:
        """Waits until a worker is ready; False where it does not start."""
        return self._ready(wait_s=START_S_MAX) is not None

    def look(self, frame: Frame, *, recorded_frame: int | None = None, wants_goods: bool = False) -> Sighting | None:
        """What the next frame shows; None where no worker answered (then it is being replaced).

        `recorded_frame` counts the frames of a recording from 0; None for a camera. With `wants_goods` barcodes
        of goods are looked for as well.
        """
        grey = _fitting(frame.grey)
        request = LookAtFrame(
            width=grey.shape[1], height=grey.shape[0], recorded_frame=recorded_frame, wants_goods=wants_goods
        )
        process = self._ready(wait_s=0.0)
        if process is None:
            return None
        self._shared[: grey.size] = grey.tobytes()
        answer = self._asked(process, request, self._frame_s_max)
        if not isinstance(answer, Looked):
            return None
        return Sighting(
            captured_s=frame.captured_s,
            texts=answer.texts,
            overlong_chars=answer.overlong_chars,
            is_located=answer.is_located,
            hint=answer.hint,
            barcodes=answer.barcodes,
        )

    def decode(self, encoded: bytes, *, every_code: bool = False) -> PictureReport:
        """What a picture file's bytes show; waits for a worker to be ready."""
        if not 0 < len(encoded) <= PICTURE_BYTES_MAX:
            return PictureReport(fault=f"has {len(encoded)} bytes; a picture has 1 to {PICTURE_BYTES_MAX}")
        process = self._ready(wait_s=START_S_MAX)
        if process is None:
            return PictureReport(fault=f"is not decoded, because the decoding worker {self._fault or 'does not start'}")
        self._shared[: len(encoded)] = encoded
        request = DecodePicture(size_bytes=len(encoded), every_code=every_code)
        answer = self._asked(process, request, self._picture_s_max)
        if not isinstance(answer, Decoded):
            return PictureReport(fault=f"is not decoded, because the decoding worker {self._fault}")
        return PictureReport(
            texts=answer.texts,
            overlong_chars=answer.overlong_chars,
            cpu_ms=answer.cpu_us / 1000,
            fault="" if answer.is_picture else "is not a picture",
        )

    def health(self) -> WorkerHealth:
        return WorkerHealth(
            is_ready=self._jail is not None, replaced=self._replaced, last_fault=self._fault, jail=self._jail
        )

    def process_id(self) -> int | None:
        """The worker's process, where there is one."""
        return self._process.process_id if self._process else None

    def close(self) -> None:
        """Ends the worker and gives the shared memory back."""
        self._end()
        self._shared.close()
        os.close(self._descriptor)

    def _ready(self, *, wait_s: float) -> WorkerProcess | None:
        """A worker that gave up its rights and waits, or None where there is none yet."""
        self.start()
        if self._process is None or self._jail is not None:
            return self._process
        try:
            if self._process.has_answer(wait_s=wait_s):
                self._jail = self._agreed_start(self._process)
                return self._process
            if self._clock() - self._started_s > START_S_MAX:
                raise WorkerGoneError("did not start in time")
        except WorkerGoneError as gone:
            self._replace(str(gone))
        return None

    def _agreed_start(self, process: WorkerProcess) -> Ready:
        answer = process.receive(limit_s=self._frame_s_max)
        if not isinstance(answer, Ready):
            raise WorkerGoneError("did not begin as agreed")
        return answer

    def _asked(self, process: WorkerProcess, request: Request, limit_s: float) -> Answer | None:
        """The answer, of the kind that belongs to the request; None where the worker had to be replaced instead."""
        try:
            answer = process.ask(request, limit_s=limit_s)
            if isinstance(answer, Ready) or isinstance(answer, Looked) != isinstance(request, LookAtFrame):
                raise WorkerGoneError("answered something else than was asked")
        except WorkerGoneError as gone:
            self._replace(str(gone))
            return None
        self._deaths_in_a_row = 0
        self._cpu_s += answer.cpu_us / 1e6
        if self._cpu_s > _RETIRE_AFTER_CPU_S:  # before the kernel ends it for the processor time that it used
            self._end()
            self.start()
        return answer

    def _replace(self, fault: str) -> None:
        """Ends a worker that failed. Another starts at once or, where they keep dying, a little later."""
        self._end()
        self._fault = fault
        self._replaced += 1
        self._deaths_in_a_row += 1
        pause_s = 0.0 if self._deaths_in_a_row == 1 else min(RESTART_PAUSE_S_MAX, 0.05 * 2**self._deaths_in_a_row)
        self._start_at_s = self._clock() + pause_s
        self.start()

    def _end(self) -> None:
        if self._process is not None:
            self._process.end()
        self._process = None
        self._jail = None


def _fitting(grey: Grey) -> Grey:
    """The picture itself, or every second pixel and so on until it fits the shared memory."""
    step = 1
    while grey[::step, ::step].size > SHARED_BYTES:
        step += 1
    return grey[::step, ::step]
