"""A connection that is a file descriptor: usblp, a serial line, a socket, a pseudo terminal.

Rules:
- the descriptor is non-blocking and `select` waits, so that a deadline holds even where the printer takes nothing;
- operating-system errors become DeviceErrors here and nowhere else, by number.

pyserial's and pyusb's own exceptions are OSErrors with such a number, so the same table serves them.
"""

import errno
import os
import select
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from drivers.errors import (
    DeviceBusyError,
    DeviceDeniedError,
    DeviceError,
    DeviceIoError,
    DeviceMissingError,
    DeviceTimeoutError,
)

READ_BYTES_MAX: Final = 4096

_MISSING: Final = frozenset(
    {
        errno.ENOENT,
        errno.ENODEV,
        errno.ENXIO,
        errno.ECONNREFUSED,
        errno.EHOSTUNREACH,
        errno.EHOSTDOWN,
        errno.ENETUNREACH,
        errno.ENETDOWN,
    }
)
_BUSY: Final = frozenset({errno.EBUSY, errno.EAGAIN, errno.ETXTBSY})
_DENIED: Final = frozenset({errno.EACCES, errno.EPERM})


@contextmanager
def device_errors(device: str, *, in_use: bool) -> Iterator[None]:
    """Translate OSErrors; `in_use` says that the device was open already, so that what vanishes has broken off."""
    try:
        yield
    except OSError as fault:
        raise translated(fault, device, in_use=in_use) from fault


def translated(fault: OSError, device: str, *, in_use: bool) -> DeviceError:
    """Return the DeviceError for an OSError."""
    what = f"{device}: {fault.strerror or fault}"
    if isinstance(fault, TimeoutError) or fault.errno == errno.ETIMEDOUT:
        return DeviceTimeoutError(what)
    if in_use:
        return DeviceIoError(what)
    if fault.errno in _BUSY:
        return DeviceBusyError(f"{what}: another program holds it")
    if fault.errno in _DENIED:
        return DeviceDeniedError(f"{what}: this account may not open it; is it in the groups lp and dialout?")
    if fault.errno in _MISSING or fault.errno is None or fault.errno < 0:
        return DeviceMissingError(what)
    return DeviceIoError(what)


class DescriptorTransport:
    """A Transport over one non-blocking descriptor."""

    def __init__(
        self,
        descriptor: int,
        *,
        device: str,
        close: Callable[[], None],
        closes_when_idle: bool = False,
        empty_read_is_end: bool = True,
    ) -> None:
        self._descriptor = descriptor
        self._device = device
        self._close = close
        self._closes_when_idle = closes_when_idle
        self._empty_read_is_end = empty_read_is_end
        self._is_open = True

    @property
    def closes_when_idle(self) -> bool:
        """Whether to close after each job."""
        return self._closes_when_idle

    def write(self, data: bytes, *, timeout_s: float) -> int:
        """Send what is taken within `timeout_s`; return how many bytes were."""
        with device_errors(self._device, in_use=True):
            _, writable, _ = select.select([], [self._open_descriptor()], [], max(0.0, timeout_s))
            if not writable:
                return 0
            try:
                return os.write(self._descriptor, data)
            except BlockingIOError:
                return 0

    def read(self, *, timeout_s: float) -> bytes:
        """Return what has arrived, waiting at most `timeout_s`."""
        with device_errors(self._device, in_use=True):
            readable, _, _ = select.select([self._open_descriptor()], [], [], max(0.0, timeout_s))
            if not readable:
                return b""
            try:
                data = os.read(self._descriptor, READ_BYTES_MAX)
            except BlockingIOError:
                return b""
        if not data and self._empty_read_is_end:
            raise DeviceIoError(f"{self._device}: the other side closed the connection")
        return data

    def close(self) -> None:
        """Let go of the device; what it still says about that is of no use."""
        if not self._is_open:
            return
        self._is_open = False
        try:
            self._close()
        except OSError:
            return

    def _open_descriptor(self) -> int:
        if not self._is_open:
            raise DeviceIoError(f"{self._device}: the connection is closed")
        return self._descriptor
