"""Connections to a simulated printer: in this process, on a TCP port, on a pseudo terminal.

Rules:
- in this process, time is a `VirtualClock`: a wait costs nothing, and events happen at their second (paper is loaded
  at 5.0), so that a story of ten minutes is told in a millisecond;
- over TCP and a pseudo terminal the printer lives in a thread of its own, takes one connection at a time, and stops
  reading while its buffer is full, so that the operating system's own flow control is felt.
"""

import os
import pty
import select
import socket
import termios
import threading
import tty
from collections.abc import Callable
from typing import Final, TypeVar

from drivers.errors import DeviceIoError
from drivers.printer.simulated import SimulatedPrinter

TICK_S: Final = 0.02
"""How often a served printer looks at its faults and at a full buffer."""
VIRTUAL_TICK_S: Final = 0.05
READ_BYTES_MAX: Final = 1024

_T = TypeVar("_T", int, bytes)


class VirtualClock:
    """Time that passes when somebody waits."""

    def __init__(self) -> None:
        self._now_s = 1000.0
        self._events: list[tuple[float, Callable[[], None]]] = []

    def now_s(self) -> float:
        """Return the seconds since an arbitrary beginning."""
        return self._now_s

    def after(self, delay_s: float, event: Callable[[], None]) -> None:
        """Let `event` happen `delay_s` from now."""
        self._events.append((self._now_s + delay_s, event))

    def advance(self, duration_s: float) -> None:
        """Let time pass, and happen what is due in it."""
        end_s = self._now_s + duration_s
        due = sorted((entry for entry in self._events if entry[0] <= end_s), key=lambda entry: entry[0])
        self._events = [entry for entry in self._events if entry[0] > end_s]
        for at_s, event in due:
            self._now_s = max(self._now_s, at_s)
            event()
        self._now_s = end_s


class InProcessTransport:
    """A Transport to a simulated printer in this process, on virtual time."""

    def __init__(self, printer: SimulatedPrinter, clock: VirtualClock, *, closes_when_idle: bool = False) -> None:
        self._printer = printer
        self._clock = clock
        self._closes_when_idle = closes_when_idle
        self._is_open = True

    @property
    def closes_when_idle(self) -> bool:
        """Whether to close after each job."""
        return self._closes_when_idle

    def write(self, data: bytes, *, timeout_s: float) -> int:
        """Send what the printer takes; waiting is virtual."""
        return self._until(timeout_s, lambda: self._printer.receive(data), nothing=0)

    def read(self, *, timeout_s: float) -> bytes:
        """Return what the printer said; waiting is virtual."""
        return self._until(timeout_s, self._printer.take_replies, nothing=b"")

    def close(self) -> None:
        """Unplug on this side."""
        self._is_open = False

    def _until(self, timeout_s: float, attempt: Callable[[], _T], *, nothing: _T) -> _T:
        end_s = self._clock.now_s() + timeout_s
        while True:
            if not self._is_open:
                raise DeviceIoError("simulated printer: the connection is closed")
            result = attempt()
            left_s = end_s - self._clock.now_s()
            if result or left_s <= 0:
                return result or nothing
            self._clock.advance(min(VIRTUAL_TICK_S, left_s))


class ServedPrinter:
    """A simulated printer in a thread, at the end of a TCP port or of a pseudo terminal.

    with ServedPrinter.on_tcp(printer) as served:
        served.url
    """

    def __init__(
        self, printer: SimulatedPrinter, *, url: str, accept: Callable[[], int | None], close: Callable[[], None]
    ):
        self.printer = printer
        self.url = url
        self._accept = accept
        self._close = close
        self._stopping = threading.Event()
        self._unread = b""
        self._thread = threading.Thread(target=self._serve, name="simulated printer", daemon=True)

    @classmethod
    def on_tcp(cls, printer: SimulatedPrinter, *, host: str = "127.0.0.1", port: int = 0) -> "ServedPrinter":
        """Listen on a loopback address; port 0 takes a free one."""
        listener = socket.create_server((host, port))
        listener.setblocking(False)

        def accept() -> int | None:
            try:
                connection, _ = listener.accept()
            except BlockingIOError:
                return None
            connection.setblocking(False)
            return connection.detach()

        return cls(printer, url=f"tcp://{host}:{listener.getsockname()[1]}", accept=accept, close=listener.close)

    @classmethod
    def on_pty(cls, printer: SimulatedPrinter) -> "ServedPrinter":
        """Make a pseudo terminal whose far end is a serial printer."""
        near, far = pty.openpty()
        tty.setraw(far, termios.TCSANOW)
        os.set_blocking(near, False)
        # The far end stays open here, or the near end would report a hang-up between two users.
        ends = [near]
        return cls(
            printer,
            url=f"serial://{os.ttyname(far)}",
            accept=lambda: ends.pop() if ends else None,
            close=lambda: os.close(far),
        )

    def __enter__(self) -> "ServedPrinter":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        self._thread.join()
        self._close()

    def _serve(self) -> None:
        while not self._stopping.is_set():
            connection = self._accept()
            if connection is None:
                self._stopping.wait(TICK_S)
                continue
            try:
                self._serve_connection(connection)
            finally:
                os.close(connection)

    def _serve_connection(self, connection: int) -> None:
        while not self._stopping.is_set():
            # While the buffer is full nothing is read, and the host's writes stall.
            wanted = [] if self._unread else [connection]
            readable, _, _ = select.select(wanted, [], [], TICK_S)
            try:
                if readable:
                    self._unread = os.read(connection, READ_BYTES_MAX)
                    if not self._unread:
                        return
                self._unread = self._unread[self.printer.receive(self._unread) :]
                replies = self.printer.take_replies()
                if replies:
                    os.write(connection, replies)
            except (OSError, DeviceIoError):
                return
