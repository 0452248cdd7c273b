"""Printers on a serial line, or on USB that shows up as one.

Rules:
- pyserial opens the line: speed, exclusive lock, flow control. Reading and writing go to its descriptor, because its
  own write timeout leaves unknown how many bytes went out;
- flow control is RTS/CTS or XON/XOFF. DTR/DSR, what many printers are set to, is nothing that Linux implements: set
  the printer's switches to XON/XOFF, or use a cable that leads its DTR to our CTS.
"""

from collections.abc import Mapping
from typing import Final

import serial

from drivers.errors import DeviceSetupError
from drivers.printer.descriptor import DescriptorTransport, device_errors

BAUD_DEFAULT: Final = 115_200
FLOWS: Final = ("rtscts", "xonxoff", "none")
_OPTIONS: Final = frozenset({"baud", "flow"})


def open_serial(path: str, *, options: Mapping[str, str], url: str) -> DescriptorTransport:
    """Open the line at `path`, 8N1; options `baud` and `flow` (rtscts, xonxoff, none)."""
    baud, flow = _checked(path, options, url)
    with device_errors(url, in_use=False):
        try:
            line = serial.Serial(
                path,
                baudrate=baud,
                timeout=0,
                write_timeout=0,
                rtscts=flow == "rtscts",
                xonxoff=flow == "xonxoff",
                exclusive=True,
            )
        except ValueError as wrong:
            raise DeviceSetupError(f"printer URL {url!r}: {wrong}") from wrong
    return DescriptorTransport(line.fileno(), device=url, close=line.close)


def _checked(path: str, options: Mapping[str, str], url: str) -> tuple[int, str]:
    baud, flow = options.get("baud", str(BAUD_DEFAULT)), options.get("flow", "rtscts")
    problems = [f"unknown option {name!r}" for name in sorted(set(options) - _OPTIONS)]
    if not path.startswith("/"):
        problems.append("wants serial:///dev/…")
    if not baud.isdecimal():
        problems.append(f"baud is a number, not {baud!r}")
    if flow not in FLOWS:
        problems.append(f"flow is one of {', '.join(FLOWS)}, not {flow!r}")
    if problems:
        raise DeviceSetupError(f"printer URL {url!r}: {'; '.join(problems)}")
    return int(baud), flow
