"""A printer's URL in the configuration → an open connection:

    usb:                              the first printer on USB
    usb:/dev/usb/lp0                  one device node (kernel driver usblp)
    usb:04b8:0e15                     by vendor and product: the kernel driver first, libusb where there is none
    libusb:04b8:0e15                  libusb only
    serial:///dev/pos/printer?baud=115200&flow=rtscts
    tcp://192.0.2.7[:9100]
    sim:folder[?dots=384]             a printer made of software whose paper lies in that folder

A kind of connection is imported on use: pyserial and the simulation cost memory that most tills need not spend.
"""

from pathlib import Path
from typing import Final
from urllib.parse import SplitResult, parse_qsl, urlsplit

from drivers.errors import DeviceSetupError
from drivers.printer.transport import Transport

TCP_PORT: Final = 9100
SCHEMES: Final = ("usb", "libusb", "serial", "tcp", "sim")


def is_serial(url: str) -> bool:
    """Whether bytes take their time on the way to `url`."""
    return url.partition(":")[0] == "serial"


def open_transport(url: str, *, base: Path = Path()) -> Transport:
    """Open the printer at `url`; a relative `sim:` folder lies under `base`.

    Raises DeviceSetupError for a URL that cannot be, and otherwise what opening met: missing, busy, denied, timed out.
    """
    parts = _split(url)
    match parts.scheme:
        case "usb":
            from drivers.printer.usb import open_usb

            return open_usb(parts.netloc + parts.path, url=url)
        case "libusb":
            from drivers.printer.usb import open_libusb

            return open_libusb(parts.netloc + parts.path, url=url)
        case "serial":
            from drivers.printer.serial_port import open_serial

            return open_serial(parts.netloc + parts.path, options=dict(parse_qsl(parts.query)), url=url)
        case "tcp":
            from drivers.printer.network import open_network

            return open_network(*_host_and_port(parts, url), url=url)
        case "sim":
            from drivers.printer.simulated_folder import hardware_of, open_folder

            hardware = hardware_of(dict(parse_qsl(parts.query)))
            return open_folder(base / (parts.netloc + parts.path), hardware=hardware)
        case _:
            raise DeviceSetupError(f"printer URL {url!r}: starts with none of {', '.join(f'{s}:' for s in SCHEMES)}")


def _split(url: str) -> SplitResult:
    try:
        return urlsplit(url)
    except ValueError as wrong:
        raise DeviceSetupError(f"printer URL {url!r}: {wrong}") from wrong


def _host_and_port(parts: SplitResult, url: str) -> tuple[str, int]:
    try:
        port = parts.port or TCP_PORT
    except ValueError as wrong:
        raise DeviceSetupError(f"printer URL {url!r}: {wrong}") from wrong
    if not parts.hostname or parts.path not in ("", "/"):
        raise DeviceSetupError(f"printer URL {url!r}: wants tcp://host or tcp://host:port")
    return parts.hostname, port
