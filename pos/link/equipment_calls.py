"""The counter's devices: what the devices process tells of them, what a person asks, tries and chooses."""

from pos.link.base_calls import Answer, Call, Done, Refused
from pos.link.equipment import DeviceView, FoundPrinter, PrinterChoice, ScanTest, Trial, TrialLine


class DevicePage(Answer, frozen=True, kw_only=True):
    """Everything that the device page shows."""

    devices: tuple[DeviceView, ...]
    printer: PrinterChoice
    """What receipts are printed on now, there or not."""
    printing: str
    """ "always", "ask" or "never"."""
    shown_on: str
    """Where a payment request appears: "customer", "turned" or "paper"."""
    found: tuple[FoundPrinter, ...] = ()
    is_searching: bool = False
    trial: Trial | None = None
    scan_test: ScanTest | None = None


class ListDevices(Call[DevicePage], frozen=True, kw_only=True):
    pass


class SearchPrinters(Call[Done], frozen=True, kw_only=True):
    """Look for printers on USB, serial lines and the network; the page tells what was found."""


class AdoptPrinter(Call[Done | Refused], frozen=True, kw_only=True):
    """Print on this printer of those found from now on, also after a restart."""

    url: str


class PrintTrial(Call[Done | Refused], frozen=True, kw_only=True):
    """Print the page of numbered lines."""


class ChooseTrialLine(Call[Done | Refused], frozen=True, kw_only=True):
    """The first line of the printed page that is right: its way of printing is used from now on."""

    number: int


class ChoosePrinting(Call[Done | Refused], frozen=True, kw_only=True):
    """ "always", "ask" or "never"."""

    printing: str


class ChooseShownOn(Call[Done | Refused], frozen=True, kw_only=True):
    """ "customer", "turned" or "paper"."""

    shown_on: str


class TryScanner(Call[Done | Refused], frozen=True, kw_only=True):
    """The next code is only told, not paid with; `is_on` False ends it. Refused while a sale is open."""

    is_on: bool


class ReportDevice(Call[Done], frozen=True, kw_only=True):
    """How a device is; told when it changes and, unchanged, often enough not to count as unheard."""

    device: DeviceView


class ReportFound(Call[Done], frozen=True, kw_only=True):
    """The search is over."""

    printers: tuple[FoundPrinter, ...]


class ReportTrial(Call[Done], frozen=True, kw_only=True):
    """What became of the page: a print outcome, and what its lines stand for."""

    outcome: str
    cause: str = ""
    lines: tuple[TrialLine, ...] = ()
    proposed: int = 0
    """The line that the printer's own words speak for; 0 where they say nothing."""
