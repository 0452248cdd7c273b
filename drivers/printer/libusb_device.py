"""Finding and claiming a printer's interface with pyusb. Importing this needs pyusb; `usb` imports it on use."""

import usb.core  # type: ignore[import-not-found]
import usb.util  # type: ignore[import-not-found]

from drivers.errors import DeviceMissingError, DeviceSetupError
from drivers.printer.libusb import PRINTER_CLASS, Endpoints


class _ClaimedInterface:
    def __init__(self, device: usb.core.Device, interface: usb.core.Interface) -> None:
        self._device = device
        self._interface = interface
        self._out = _endpoint(interface, usb.util.ENDPOINT_OUT)
        self._in = _endpoint(interface, usb.util.ENDPOINT_IN)

    def write(self, data: bytes, timeout_ms: int) -> int:
        return int(self._out.write(data, timeout_ms))

    def read(self, size: int, timeout_ms: int) -> bytes:
        return bytes(self._in.read(size, timeout_ms))

    def release(self) -> None:
        usb.util.release_interface(self._device, self._interface)
        usb.util.dispose_resources(self._device)


def claim_printer(vendor: int, product: int, *, url: str) -> Endpoints:
    """Claim the printer interface of the first such device."""
    try:
        device = usb.core.find(idVendor=vendor, idProduct=product)
    except usb.core.NoBackendError as absent:
        raise DeviceSetupError(f"{url}: pyusb found no libusb-1.0 on this machine") from absent
    if device is None:
        raise DeviceMissingError(f"{url}: no such device on USB")
    interface = usb.util.find_descriptor(device.get_active_configuration(), bInterfaceClass=PRINTER_CLASS)
    if interface is None:
        raise DeviceSetupError(f"{url}: the device has no printer interface")
    if device.is_kernel_driver_active(interface.bInterfaceNumber):
        device.detach_kernel_driver(interface.bInterfaceNumber)
    usb.util.claim_interface(device, interface)
    return _ClaimedInterface(device, interface)


def _endpoint(interface: usb.core.Interface, direction: int) -> usb.core.Endpoint:
    return usb.util.find_descriptor(
        interface, custom_match=lambda found: usb.util.endpoint_direction(found.bEndpointAddress) == direction
    )
