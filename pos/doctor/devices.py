"""The counter's devices: told by the core that is running, looked at from here where there is none."""

from collections.abc import Sequence
from dataclasses import dataclass

from pos.doctor.check import Colour, Finding, Place
from pos.link.calls import ListDevices
from pos.link.equipment import Condition, DeviceView
from pos.words.findings import device_code

_COLOURS = {
    Condition.OFF: Colour.GREEN,
    Condition.READY: Colour.GREEN,
    Condition.PAPER_LOW: Colour.GREEN,
    Condition.UNHEARD: Colour.UNKNOWN,
}
"""Every other condition wants somebody to do something."""


@dataclass(frozen=True, slots=True)
class DevicesCheck:
    """Printer, camera, customer display, lamp and voice."""

    name: str = "devices"

    def look(self, place: Place) -> Sequence[Finding]:
        return tuple(map(_finding, self._devices(place)))

    def _devices(self, place: Place) -> Sequence[DeviceView]:
        if place.core is not None:
            return place.core.call(ListDevices()).devices
        from pos.devices.looking import look_at_devices

        return look_at_devices(place.config)


def _finding(device: DeviceView) -> Finding:
    return Finding(
        code=device_code(device.kind, device.condition),
        colour=_COLOURS.get(device.condition, Colour.RED),
        answered=device.answered,
        detail=" ".join(part for part in (device.url, device.detail) if part),
    )
