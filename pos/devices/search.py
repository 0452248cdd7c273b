"""Printers that could be meant: what is plugged in and what the network has, asked what it is where that harms nobody.

The printer in use is not asked: it may be printing, and takes one connection only. Serial lines are named and not
asked: what hangs on them may be a scanner or a display.
"""

import time
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path

from drivers.errors import DeviceError
from drivers.printer.conversation import Conversation
from drivers.printer.discovery import FoundPrinter as FoundDevice
from drivers.printer.discovery import find_printers
from drivers.printer.network_search import neighbours, search_network
from drivers.printer.opening import open_transport
from drivers.printer.printer import Identification, identify
from drivers.printer.profile import load_profile
from drivers.printer.proposal import proposed_profile
from pos.devices.printer_state import spoken
from pos.devices.trial import columns_for
from pos.link.equipment import FoundPrinter
from pos.text import safe_text

_SILENT = Identification(maker="", model="", language="")


def search_printers(
    *, in_use: str, found: Iterable[FoundDevice] | None = None, hosts: Iterable[str] | None = None
) -> tuple[FoundPrinter, ...]:
    """Everything that may be a printer, the one at `in_use` unasked."""
    plugged = find_printers() if found is None else tuple(found)
    networked = search_network(neighbours() if hosts is None else hosts)
    devices = (*plugged, *(FoundDevice(url=f"tcp://{host}", model=host, is_certain=True) for host in networked))
    return tuple(_described(device, in_use=in_use) for device in _first_of_each(devices))


def _first_of_each(devices: Iterable[FoundDevice]) -> Iterator[FoundDevice]:
    seen: set[str] = set()
    for device in devices:
        if device.url not in seen:
            seen.add(device.url)
            yield device


def _described(device: FoundDevice, *, in_use: str) -> FoundPrinter:
    said = _said(device.url) if device.is_certain and device.url != in_use else _SILENT
    profile = proposed_profile(said, connection=device.model)
    return FoundPrinter(
        url=device.url,
        model=safe_text(device.model),
        answered=spoken(said),
        profile=profile,
        columns=columns_for(load_profile(profile)),
    )


def _said(url: str) -> Identification:
    try:
        conversation = Conversation(open_transport(url, base=Path()), monotonic_s=time.monotonic)
        with closing(conversation):
            return identify(conversation)
    except DeviceError:
        return _SILENT
