"""A stored receipt as a picture: what the configured printer would put on paper, put there by a simulated one."""

import time
from pathlib import Path

from drivers.errors import DeviceIoError
from drivers.printer.profile import load_profile
from drivers.printer.raster import Typeface
from drivers.printer.simulated import SimulatedPrinter
from drivers.printer.simulated_faults import Hardware
from pos.devices.chosen import encoder_for
from pos.devices.rows import document_rows
from pos.link.calls import ReceiptPage


def draw_receipt(page: ReceiptPage, *, profile_name: str, path: Path) -> None:
    """Write `page` as PNG; DeviceError when the profile or the font is missing or the file cannot be written."""
    profile = load_profile(profile_name)
    printer = SimulatedPrinter(
        monotonic_s=time.monotonic,
        typeface=Typeface.load(),
        hardware=Hardware(dots=profile.dots),
    )
    data = b"".join(encoder_for(profile, page.columns).encode(document_rows(page.rows)))
    while data:
        taken = printer.receive(data)
        assert taken, "a simulated printer without faults takes everything"
        data = data[taken:]
    if printer.paper.hanging:
        # Where there is no blade, somebody tears it off.
        printer.paper.cut()
    try:
        path.write_bytes(printer.paper.receipts[-1].png())
    except OSError as error:
        raise DeviceIoError(f"{path}: cannot be written: {error.strerror}") from error
