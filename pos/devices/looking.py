"""How the counter's devices are, looked at once: for a terminal whose processes do not run.

Nothing is printed, lit or said. A device that is held by another program is busy, which is an answer too.
"""

import time
from typing import Final

from drivers.camera.camera import Camera, CameraUrlError
from drivers.camera.opening import open_camera
from drivers.errors import DeviceSetupError
from drivers.presence import Presence
from drivers.scanner.scanner import HandScanner, is_hand_scanner, open_hand_scanner
from pos.config import TerminalConfig
from pos.devices.chosen import NONE, open_printer
from pos.devices.eyes import reader_view
from pos.devices.printer_state import printer_view
from pos.devices.signs import look_at_sign
from pos.link.equipment import Condition, DeviceKind, DeviceView, PrinterChoice

CAMERA_S_MAX: Final = 3.0
"""How long a camera has to show its first frame."""
_LOOK_S: Final = 0.05


def look_at_devices(config: TerminalConfig) -> tuple[DeviceView, ...]:
    """Every device of this configuration."""
    told = tuple(look_at_sign(kind, config) for kind in (DeviceKind.DISPLAY, DeviceKind.LAMP, DeviceKind.VOICE))
    return (look_at_printer(config), look_at_camera(config.scanner.url), *told)


def look_at_printer(config: TerminalConfig) -> DeviceView:
    """Ask the printer how it is and what it is."""
    url = config.printer.url
    if url == NONE:
        return DeviceView(kind=DeviceKind.PRINTER, condition=Condition.OFF)
    try:
        printer = open_printer(PrinterChoice(url=url, profile=config.printer.profile, columns=config.receipt.columns))
    except DeviceSetupError as error:
        return DeviceView(kind=DeviceKind.PRINTER, condition=Condition.SETUP, url=url, detail=str(error))
    try:
        return printer_view(printer, url)
    finally:
        printer.close()


def look_at_camera(url: str) -> DeviceView:
    try:
        camera = open_hand_scanner(url) if is_hand_scanner(url) else open_camera(url)
    except (CameraUrlError, DeviceSetupError) as error:
        return DeviceView(kind=DeviceKind.SCANNER, condition=Condition.SETUP, url=url, detail=str(error))
    try:
        return _reader_view(camera, url)
    finally:
        camera.close()


def _reader_view(camera: Camera | HandScanner, url: str) -> DeviceView:
    until_s = time.monotonic() + CAMERA_S_MAX
    camera.read()
    while camera.state().presence is Presence.MISSING and time.monotonic() < until_s:
        time.sleep(_LOOK_S)
        camera.read()
    return reader_view(camera.state(), url)
