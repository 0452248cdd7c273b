"""One worker process seen from the terminal: started without rights to inherit, asked, and read with a deadline.

Rules: whatever it says that was not agreed is `WorkerGoneError`, and so are its death and its silence; its error output
goes nowhere. It ends when the thread that started it ends. Leaves to others: when to start another (`worker`).
"""

import os
import select
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

import pos
from pos.scanner.messages import LENGTH_BYTES, MESSAGE_BYTES_MAX, Answer, Request, answer_from, framed

_PASSED_ON = ("PATH", "LD_LIBRARY_PATH", "LANG")


class WorkerGoneError(Exception):
    """The worker died, hangs or says what was not agreed; the message says which, to follow "the decoding worker"."""


class WorkerProcess:
    """A started worker. Call `end` in the end, whatever happened."""

    def __init__(self, program: Sequence[str], *, descriptor: int, chars_max: int, clock: Callable[[], float]) -> None:
        arguments = (str(descriptor), str(chars_max), str(os.getpid()))
        environment = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
        environment |= {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "PYTHONPATH": _source_folder()}
        self._clock = clock
        self._child = subprocess.Popen(
            [sys.executable, "-s", "-P", *program, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=0,
            cwd="/",
            env=environment,
            pass_fds=(descriptor,),
        )
        assert self._child.stdin is not None
        assert self._child.stdout is not None
        self._input, self._output = self._child.stdin, self._child.stdout
        self._poll = select.poll()
        self._poll.register(self._output, select.POLLIN)
        self.process_id = self._child.pid

    def ask(self, request: Request, *, limit_s: float) -> Answer:
        """The answer to a request. Raises WorkerGoneError."""
        try:
            self._input.write(framed(request))
        except OSError as fault:
            raise WorkerGoneError(self._last_words()) from fault
        return self.receive(limit_s=limit_s)

    def receive(self, *, limit_s: float) -> Answer:
        """The next answer. Raises WorkerGoneError."""
        deadline_s = self._clock() + limit_s
        length = int.from_bytes(self._read(LENGTH_BYTES, deadline_s), "big")
        if not 0 < length <= MESSAGE_BYTES_MAX:
            raise WorkerGoneError(f"announced an answer of {length} bytes")
        try:
            return answer_from(self._read(length, deadline_s))
        except msgspec.DecodeError as fault:
            raise WorkerGoneError(f"answered what was not agreed: {fault}") from fault

    def has_answer(self, *, wait_s: float) -> bool:
        """Whether something can be read, or the worker ended."""
        return bool(self._poll.poll(max(0.0, wait_s) * 1000))

    def end(self) -> None:
        self._child.kill()
        self._child.wait()
        self._input.close()
        self._output.close()

    def _read(self, count: int, deadline_s: float) -> bytes:
        data = b""
        while len(data) < count:
            if not self.has_answer(wait_s=deadline_s - self._clock()):
                raise WorkerGoneError("did not answer in time")
            more = os.read(self._output.fileno(), count - len(data))
            if not more:
                raise WorkerGoneError(self._last_words())
            data += more
        return data

    def _last_words(self) -> str:
        try:
            return f"ended by itself ({self._child.wait(timeout=1.0)})"
        except subprocess.TimeoutExpired:
            return "closed its pipe"


def _source_folder() -> str:
    return str(Path(pos.__path__[0]).parent)
