"""The counter's devices as a technician sees them: which there are, how each is, what it answered."""

from enum import StrEnum

from pos.link.state import PrinterState, View


class DeviceKind(StrEnum):
    """What stands on the counter."""

    PRINTER = "printer"
    SCANNER = "scanner"
    """The camera, or a scanner that reads codes by itself."""
    DISPLAY = "display"
    """Two lines for the customer."""
    LAMP = "lamp"
    """Lamp and buzzer."""
    VOICE = "voice"


class Condition(StrEnum):
    """How a device is."""

    OFF = "off"
    """None is configured, and that is meant."""
    READY = "ready"
    PAPER_LOW = "paper_low"
    PAPER_OUT = "paper_out"
    COVER_OPEN = "cover_open"
    MISSING = "missing"
    SILENT = "silent"
    BUSY = "busy"
    DENIED = "denied"
    """It is there, and this account may not open it."""
    FAULT = "fault"
    SETUP = "setup"
    """The configuration asks for what cannot be."""
    UNHEARD = "unheard"
    """Nobody has told yet."""


class DeviceView(View, frozen=True, kw_only=True):
    """One device."""

    kind: DeviceKind
    condition: Condition
    url: str = ""
    answered: str = ""
    """What it said of itself, in its own words; empty where it says nothing."""
    detail: str = ""
    """For technicians, in English: the fault, or a setting that was not taken."""


CONDITION_OF_PRINTER: dict[PrinterState, Condition] = {
    PrinterState.READY: Condition.READY,
    PrinterState.PRINTING: Condition.READY,
    PrinterState.PAPER_LOW: Condition.PAPER_LOW,
    PrinterState.PAPER_OUT: Condition.PAPER_OUT,
    PrinterState.COVER_OPEN: Condition.COVER_OPEN,
    PrinterState.FAULT: Condition.FAULT,
    PrinterState.SILENT: Condition.SILENT,
    PrinterState.MISSING: Condition.MISSING,
}


class PrinterChoice(View, frozen=True, kw_only=True):
    """Which printer, and how it is to be spoken to."""

    url: str
    profile: str
    columns: int
    """What receipts are laid out for."""


class FoundPrinter(View, frozen=True, kw_only=True):
    """Something that may be a printer."""

    url: str
    model: str
    """What the connection calls it."""
    answered: str = ""
    """What it said when it was asked; empty where it was not or said nothing."""
    profile: str = ""
    """What its words speak for."""
    columns: int = 0


class TrialLine(View, frozen=True, kw_only=True):
    """One numbered line of the trial page."""

    profile: str
    columns: int


class Trial(View, frozen=True, kw_only=True):
    """The trial page."""

    outcome: str = ""
    """Empty while it is being printed; then "printed", "unverified", "unknown" or "not_started"."""
    cause: str = ""
    lines: int = 0
    proposed: int = 0


class ScanTest(View, frozen=True, kw_only=True):
    """A code shown for trial."""

    length: int = 0
    """Characters read; 0 while nothing has been."""
    kind: str = ""
    """The code's own prefix, such as "CKP1"; empty for any other code."""
