"""Printers that could be meant: what is plugged in, as URLs for the configuration.

Looks at device nodes only. Nothing is opened, so that looking disturbs no job; a serial line says nothing of what hangs
on it, and networks are not searched.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from drivers.printer.usb import DEV_DIR, SYS_DIR, UsbPrinter, usb_printers

SERIAL_DIRS: Final = (Path("/dev/pos"), Path("/dev/serial/by-id"))
"""Names that stay the same over a restart: udev's own, and by maker and serial number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundPrinter:
    """Something that may be a printer."""

    url: str
    model: str
    """What the device calls itself; for a serial line, the name of its node."""
    is_certain: bool
    """Whether it says that it is a printer; a serial line does not."""


def find_printers(
    *, dev_dir: Path = DEV_DIR, sys_dir: Path = SYS_DIR, serial_dirs: tuple[Path, ...] = SERIAL_DIRS
) -> tuple[FoundPrinter, ...]:
    """Return what is there, USB printers first."""
    usb = tuple(_usb(printer) for printer in usb_printers(dev_dir=dev_dir, sys_dir=sys_dir))
    nodes = sorted(node for folder in serial_dirs if folder.is_dir() for node in folder.iterdir())
    return usb + tuple(FoundPrinter(url=f"serial://{node}", model=node.name, is_certain=False) for node in nodes)


def _usb(printer: UsbPrinter) -> FoundPrinter:
    has_numbers = bool(printer.vendor and printer.product)
    place = f"{printer.vendor}:{printer.product}" if has_numbers else str(printer.node)
    return FoundPrinter(url=f"usb:{place}", model=printer.model or printer.node.name, is_certain=True)
