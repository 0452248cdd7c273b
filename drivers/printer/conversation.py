"""One open connection to a printer: what was said, what was answered, what is known.

Rules:
- real-time questions go out one at a time, because their answers do not say what they answer;
- an answer that arrives while another is waited for is kept, in order;
- time comes from the clock that was passed in.
"""

from collections import deque
from collections.abc import Callable
from typing import Final

from drivers.printer.commands import real_time_status
from drivers.printer.status import (
    AutomaticStatus,
    PrinterState,
    RealTimeStatus,
    Reply,
    ReplyStream,
    state_from_real_time,
)
from drivers.printer.transport import Transport

STEP_S: Final = 0.25
"""Longest single wait: after it, stop requests and deadlines are looked at."""
DRAINED_READS_MAX: Final = 64
"""Enough for everything that a printer can have left in a line's buffers."""


class Conversation:
    """Bytes out, answers in; keeps the last known state."""

    def __init__(self, transport: Transport, *, monotonic_s: Callable[[], float]) -> None:
        self._transport = transport
        self._monotonic_s = monotonic_s
        self._stream = ReplyStream()
        self._replies: deque[Reply] = deque()
        self.state = PrinterState()
        self.takes_no_data = False
        """Whether the last question could not even be sent: flow control holds us off."""

    @property
    def closes_when_idle(self) -> bool:
        """Whether the connection is to be closed after each job."""
        return self._transport.closes_when_idle

    def now_s(self) -> float:
        """Return the clock's reading."""
        return self._monotonic_s()

    def write(self, data: bytes, *, timeout_s: float) -> int:
        """Send what the printer takes within `timeout_s`; return how many bytes that was."""
        return self._transport.write(data, timeout_s=timeout_s)

    def write_all(self, data: bytes, *, until_s: float) -> bool:
        """Send all of `data` before `until_s`; False when the printer stopped taking it."""
        while data:
            left_s = until_s - self.now_s()
            if left_s <= 0:
                return False
            data = data[self.write(data, timeout_s=min(STEP_S, left_s)) :]
        return True

    def listen(self, *, timeout_s: float) -> Reply | None:
        """Return the next answer, waiting at most `timeout_s` for bytes; None when there is none yet."""
        if not self._replies:
            self._read(timeout_s=timeout_s)
        return self._replies.popleft() if self._replies else None

    def drain(self) -> None:
        """Drop every answer that has arrived by now."""
        for _ in range(DRAINED_READS_MAX):
            if self.listen(timeout_s=0) is None:
                return

    def ask(self, number: int, *, until_s: float) -> int | None:
        """Ask DLE EOT `number`; return the status byte, None when none came in time."""
        self._take_real_time_status()
        self.takes_no_data = not self.write_all(real_time_status(number), until_s=until_s)
        if self.takes_no_data:
            return None
        while (left_s := until_s - self.now_s()) > 0:
            self._read(timeout_s=min(STEP_S, left_s))
            status = self._take_real_time_status()
            if status is not None:
                return status
        return None

    def ask_state(self, *, within_s: float) -> PrinterState | None:
        """Ask all four questions; return the state and remember it, None when one was not answered."""
        until_s = self.now_s() + within_s
        state = self.state
        for number in (1, 2, 3, 4):
            status = self.ask(number, until_s=until_s)
            if status is None:
                return None
            state = state_from_real_time(state, number, status)
        self.state = state
        return state

    def close(self) -> None:
        """Let go of the connection."""
        self._transport.close()

    def _read(self, *, timeout_s: float) -> None:
        for reply in self._stream.feed(self._transport.read(timeout_s=timeout_s)):
            if isinstance(reply, AutomaticStatus):
                self.state = reply.state
            self._replies.append(reply)

    def _take_real_time_status(self) -> int | None:
        status: int | None = None
        for reply in [reply for reply in self._replies if isinstance(reply, RealTimeStatus)]:
            status = reply.status
            self._replies.remove(reply)
        return status
