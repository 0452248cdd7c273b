"""The printer that core says receipts are printed on: opened as it is chosen, replaced when another is.

One thread chooses and prints; the drawer's thread may ask for the printer at any time. A choice that no printer could
follow leaves none, and says why.
"""

import threading
import time
from collections.abc import Callable
from pathlib import Path

from drivers.errors import DeviceMissingError, DeviceSetupError
from drivers.printer.encoder import Encoder
from drivers.printer.opening import is_serial, open_transport
from drivers.printer.printer import EscposPrinter
from drivers.printer.profile import DotsBy, Profile, load_profile
from drivers.printer.raster import Typeface
from drivers.printer.transport import Transport
from pos.link.equipment import PrinterChoice

NONE = "none"
"""The address of no printer."""


class ChosenPrinter:
    """The printer in use."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._choice: PrinterChoice | None = None
        self._printer: EscposPrinter | None = None
        self._setup_fault = ""

    @property
    def choice(self) -> PrinterChoice | None:
        """What was chosen last; None before core has told."""
        return self._choice

    @property
    def setup_fault(self) -> str:
        """Why the choice cannot be followed, in English; empty where it can."""
        return self._setup_fault

    def printer(self) -> EscposPrinter | None:
        """None where none is configured, or none could follow the choice."""
        with self._lock:
            return self._printer

    def use(self, choice: PrinterChoice) -> bool:
        """Print there and so from now on; whether that is news."""
        if choice == self._choice:
            return False
        old = self.printer()
        if old is not None:
            old.close()
        fresh, fault = _opened(choice)
        with self._lock:
            self._choice, self._printer, self._setup_fault = choice, fresh, fault
        return True

    def close(self) -> None:
        printer = self.printer()
        if printer is not None:
            printer.close()


def open_printer(choice: PrinterChoice) -> EscposPrinter:
    """The printer of a choice, there or not; DeviceSetupError for a choice that no printer could follow."""
    profile = load_profile(choice.profile)
    return EscposPrinter(
        connect=_connector(choice.url),
        profile=profile,
        encoder=encoder_for(profile, choice.columns, dots_by=profile.dots_by(on_serial=is_serial(choice.url))),
        monotonic_s=time.monotonic,
    )


def encoder_for(profile: Profile, columns: int, *, dots_by: DotsBy = DotsBy.ROWS) -> Encoder:
    return Encoder(profile, columns=columns, typeface=Typeface.load(), dots_by=dots_by)


def _opened(choice: PrinterChoice) -> tuple[EscposPrinter | None, str]:
    if choice.url == NONE:
        return None, ""
    try:
        return open_printer(choice), ""
    except DeviceSetupError as error:
        return None, str(error)


def _connector(url: str) -> Callable[[], Transport]:
    if url == NONE:
        return _no_printer
    return lambda: open_transport(url, base=Path())


def _no_printer() -> Transport:
    raise DeviceMissingError("no printer is configured")
