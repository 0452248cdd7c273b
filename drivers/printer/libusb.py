"""Printers on USB without a kernel driver, over two bulk endpoints of libusb.

Rules:
- a bulk transfer that times out half way returns the bytes that went out, and that number is believed: pyusb raises
  nothing then, and a program that ignores it loses the rest of the receipt in silence;
- the device is neither reset nor reconfigured: a reset in the middle of somebody else's job loses that job.

Leaves claiming to `libusb_device`, which needs pyusb; tests put a misbehaving device behind `Endpoints`.
"""

from typing import Final, Protocol

from drivers.errors import DeviceIoError, DeviceTimeoutError
from drivers.printer.descriptor import device_errors

PRINTER_CLASS: Final = 7
"""USB device class "printer"."""
CHUNK_BYTES: Final = 1024
READ_BYTES: Final = 512
TIMEOUT_MS_MIN: Final = 1
"""Zero would wait for ever."""


class Endpoints(Protocol):
    """The two bulk endpoints of a printer's interface, with pyusb's manners."""

    def write(self, data: bytes, timeout_ms: int) -> int:
        """Return the bytes sent, possibly fewer than given; OSError with ETIMEDOUT when none were."""

    def read(self, size: int, timeout_ms: int) -> bytes:
        """Return what arrived; OSError with ETIMEDOUT when nothing did."""

    def release(self) -> None:
        """Give the interface back."""


class LibusbTransport:
    """A Transport over two bulk endpoints."""

    closes_when_idle = False

    def __init__(self, endpoints: Endpoints, *, device: str) -> None:
        self._endpoints = endpoints
        self._device = device
        self._is_open = True

    def write(self, data: bytes, *, timeout_s: float) -> int:
        """Send one chunk; return how much of it the printer took."""
        self._check_open()
        try:
            with device_errors(self._device, in_use=True):
                return self._endpoints.write(data[:CHUNK_BYTES], _milliseconds(timeout_s))
        except DeviceTimeoutError:
            return 0

    def read(self, *, timeout_s: float) -> bytes:
        """Return what has arrived, waiting at most `timeout_s`."""
        self._check_open()
        try:
            with device_errors(self._device, in_use=True):
                return self._endpoints.read(READ_BYTES, _milliseconds(timeout_s))
        except DeviceTimeoutError:
            return b""

    def close(self) -> None:
        """Give the device back."""
        if not self._is_open:
            return
        self._is_open = False
        try:
            self._endpoints.release()
        except OSError:
            return

    def _check_open(self) -> None:
        if not self._is_open:
            raise DeviceIoError(f"{self._device}: the connection is closed")


def _milliseconds(timeout_s: float) -> int:
    return max(TIMEOUT_MS_MIN, round(timeout_s * 1000))
