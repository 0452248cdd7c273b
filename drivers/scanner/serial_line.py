"""A scanner on a serial line, or on USB that shows up as one.

Rules: the line is taken exclusively in both ways that exist (a lock that other careful programs see, and the terminal's
own exclusive mode, which refuses careless ones), because two readers get half a code each; what lies in the kernel's
buffer from before is thrown away: it was scanned for nobody. 8N1, no flow control: scanners have none.
"""

import fcntl
import termios
from typing import Final

import serial

from drivers.errors import DeviceSetupError
from drivers.printer.descriptor import DescriptorTransport, device_errors

BAUD_DEFAULT: Final = 9_600


def open_line(path: str, *, baud: int, url: str) -> DescriptorTransport:
    """Open the line at `path`. Raises DeviceError."""
    with device_errors(url, in_use=False):
        try:
            line = serial.Serial(path, baudrate=baud, timeout=0, exclusive=True)
        except ValueError as wrong:
            raise DeviceSetupError(f"scanner address {url!r}: {wrong}") from wrong
        fcntl.ioctl(line.fileno(), termios.TIOCEXCL)
        line.reset_input_buffer()
    return DescriptorTransport(line.fileno(), device=url, close=line.close)
