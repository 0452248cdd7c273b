"""A slow serial line to a simulated printer, on virtual time."""

from typing import Final

from tests.support.printer_counter import Counter

LINE_BUFFER_BYTES: Final = 4096
"""Of the operating system, before the line."""


class SlowLine:
    """A serial line with the operating system's buffer before it: what is written has not been sent yet."""

    closes_when_idle = False

    def __init__(self, counter: Counter, *, bytes_per_s: int) -> None:
        self._inner = counter.connect()
        self._clock = counter.clock
        self._bytes_per_s = bytes_per_s
        self._waiting = bytearray()
        self._carried_at_s = self._clock.now_s()

    def write(self, data: bytes, *, timeout_s: float) -> int:
        if len(self._waiting) >= LINE_BUFFER_BYTES:
            self._clock.advance(timeout_s)
        self._carry()
        taken = data[: LINE_BUFFER_BYTES - len(self._waiting)]
        self._waiting += taken
        return len(taken)

    def read(self, *, timeout_s: float) -> bytes:
        end_s = self._clock.now_s() + timeout_s
        while True:
            self._carry()
            answer = self._inner.read(timeout_s=0)
            left_s = end_s - self._clock.now_s()
            if answer or left_s <= 0:
                return answer
            self._clock.advance(min(0.05, left_s))

    def close(self) -> None:
        self._inner.close()

    def _carry(self) -> None:
        may_bytes = int((self._clock.now_s() - self._carried_at_s) * self._bytes_per_s)
        carried = self._inner.write(bytes(self._waiting[:may_bytes]), timeout_s=0) if self._waiting else 0
        del self._waiting[:carried]
        self._carried_at_s = self._carried_at_s + carried / self._bytes_per_s if self._waiting else self._clock.now_s()
