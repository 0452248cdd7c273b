"""The counter's devices: told by the core that is running, looked at from here where there is none."""

from collections.abc import Sequence
from dataclasses import dataclass

from pos.core.seen import of_device
from pos.doctor.check import Place
from pos.link.calls import ListDevices
from pos.link.equipment import DeviceView
from pos.link.examination import Finding


@dataclass(frozen=True, slots=True)
class DevicesCheck:
    """Printer, camera, customer display, lamp and voice."""

    name: str = "devices"

    def look(self, place: Place) -> Sequence[Finding]:
        return tuple(map(of_device, self._devices(place)))

    def _devices(self, place: Place) -> Sequence[DeviceView]:
        if place.core is not None:
            return place.core.call(ListDevices()).devices
        from pos.devices.looking import look_at_devices

        return look_at_devices(place.config)
