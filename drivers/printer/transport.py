"""Bytes to a printer and back, over whatever connects it: what `printing` may expect of every connection.

Rules:
- a write returns how many bytes were really taken: nobody upstream may assume that all were;
- every call has a deadline of its own and none sleeps;
- a broken connection is a DeviceIoError, a silent one is zero bytes.

Leaves what the bytes mean to `encoder` and `status`, when to send them to `printing`, and which connection a URL
chooses to `opening`.
"""

from typing import Protocol


class Transport(Protocol):
    """One open connection; used by one thread."""

    @property
    def closes_when_idle(self) -> bool:
        """Whether to close after each job: network printers take one connection and drop idle ones."""

    def write(self, data: bytes, *, timeout_s: float) -> int:
        """Send what the printer takes within `timeout_s`; return the bytes taken, 0 if none.

        Raises DeviceIoError when the connection broke.
        """

    def read(self, *, timeout_s: float) -> bytes:
        """Return what has arrived, waiting at most `timeout_s` for the first byte; b"" if nothing came.

        Raises DeviceIoError when the connection broke.
        """

    def close(self) -> None:
        """Let go of the device; closing twice is harmless."""
