"""How a device is, told to core: when it changes, and again before core takes it for gone."""

import time
from typing import Final, Protocol, TypeVar

from pos.link.calls import Call, ReportDevice
from pos.link.equipment import DeviceView

R = TypeVar("R")
REPEAT_S: Final = 15.0
"""Core waits three times as long before it calls a device unheard."""


class Link(Protocol):
    """Core, as a device's thread asks it."""

    def call(self, call: Call[R]) -> R: ...


class Teller:
    """Tells of one device."""

    def __init__(self, link: Link) -> None:
        self._link = link
        self._told: DeviceView | None = None
        self._told_s = float("-inf")

    def tell(self, device: DeviceView) -> None:
        """Core hears of it if that is news, or if it has not heard for a while. LinkError when core is away."""
        now_s = time.monotonic()
        if device != self._told or now_s - self._told_s >= REPEAT_S:
            self._link.call(ReportDevice(device=device))
            self._told, self._told_s = device, now_s
