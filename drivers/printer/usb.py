"""Printers on USB: the kernel's printer driver first, libusb where no driver has bound.

/dev/usb/lpN is two-way, needs no root and no reset, and is there again after the cable was out. libusb takes the
device away from the kernel (and from CUPS), so it is the second choice. Vendor and product of a node are read from
sysfs.
"""

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from drivers.errors import DeviceMissingError, DeviceSetupError
from drivers.printer.descriptor import DescriptorTransport, device_errors
from drivers.printer.libusb import Endpoints, LibusbTransport
from drivers.printer.transport import Transport

DEV_DIR: Final = Path("/dev/usb")
SYS_DIR: Final = Path("/sys/class/usbmisc")

_IDS: Final = re.compile(r"([0-9a-fA-F]{4}):([0-9a-fA-F]{4})")


@dataclass(frozen=True, slots=True, kw_only=True)
class UsbPrinter:
    """One device node of the kernel's printer driver."""

    node: Path
    vendor: str
    """Four lower-case hex digits, "" where sysfs does not say."""
    product: str
    model: str
    """What the device calls itself, for people."""


def usb_printers(*, dev_dir: Path = DEV_DIR, sys_dir: Path = SYS_DIR) -> tuple[UsbPrinter, ...]:
    """Return the printers that the kernel's driver has bound, in order of their nodes."""
    nodes = sorted(dev_dir.glob("lp*"), key=lambda node: (len(node.name), node.name))
    return tuple(_described(node, sys_dir) for node in nodes)


def open_usb(place: str, *, url: str, dev_dir: Path = DEV_DIR, sys_dir: Path = SYS_DIR) -> Transport:
    """Open the printer at a node, at "vendor:product", or the first one when `place` is empty."""
    if place.startswith("/"):
        return open_node(Path(place), url=url)
    ids = _IDS.fullmatch(place)
    if place and not ids:
        raise DeviceSetupError(f"printer URL {url!r}: wants usb:, usb:/dev/usb/lp0 or usb:04b8:0e15")
    printers = usb_printers(dev_dir=dev_dir, sys_dir=sys_dir)
    for printer in printers:
        if not ids or (printer.vendor, printer.product) == (ids[1].lower(), ids[2].lower()):
            return open_node(printer.node, url=url)
    if ids:
        return open_libusb(place, url=url)
    raise DeviceMissingError(f"{url}: no printer on USB")


def open_libusb(place: str, *, url: str) -> LibusbTransport:
    """Open the printer with these "vendor:product" numbers."""
    ids = _IDS.fullmatch(place)
    if not ids:
        raise DeviceSetupError(f"printer URL {url!r}: wants libusb:04b8:0e15 (vendor:product, four hex digits each)")
    with device_errors(url, in_use=False):
        return LibusbTransport(_claim(int(ids[1], 16), int(ids[2], 16), url=url), device=url)


def open_node(node: Path, *, url: str) -> DescriptorTransport:
    """Open one node for reading and writing, never waiting for the printer."""
    with device_errors(url, in_use=False):
        descriptor = os.open(node, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
    return DescriptorTransport(descriptor, device=url, close=lambda: os.close(descriptor), empty_read_is_end=False)


def _claim(vendor: int, product: int, *, url: str) -> Endpoints:
    try:
        from drivers.printer.libusb_device import claim_printer
    except ImportError as absent:
        raise DeviceMissingError(
            f"{url}: no kernel driver has bound such a printer, and pyusb, which would reach it, is not installed"
        ) from absent
    return claim_printer(vendor, product, url=url)


def _described(node: Path, sys_dir: Path) -> UsbPrinter:
    # /sys/class/usbmisc/lp0/device is the interface; its parent is the device with the identifiers.
    device = (sys_dir / node.name / "device").resolve().parent
    model = f"{_attribute(device, 'manufacturer')} {_attribute(device, 'product')}".strip()
    return UsbPrinter(
        node=node, vendor=_attribute(device, "idVendor"), product=_attribute(device, "idProduct"), model=model
    )


def _attribute(device: Path, name: str) -> str:
    try:
        return (device / name).read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""
