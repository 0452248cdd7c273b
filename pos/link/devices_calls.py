"""What the devices process tells core and asks of it, and what it is told."""

from pos.link.base_calls import Answer, Call, Done, PrintRow, Push
from pos.link.equipment import PrinterChoice
from pos.link.state import PrinterState, ScanHint, ScannerState


class PrintJob(Answer, frozen=True, kw_only=True):
    """A receipt to be put on paper. `job` 0 means that none waits."""

    job: int
    receipt_number: str = ""
    rows: tuple[PrintRow, ...] = ()
    recover: bool = False
    """The job before this one ended unknown: the printer may hold half an image."""


class WatchDevices(Call[Done], frozen=True, kw_only=True):
    """Subscribe to `DevicesState`."""


class ScanSeen(Call[Done], frozen=True, kw_only=True):
    """A code was read, by a device or by a scanner that types into the screen.

    `text` is cut to 801 characters; `length` is its true length.
    """

    text: str
    length: int
    is_barcode: bool = False
    """The camera knows that it is a barcode of goods and no code; other scanners cannot say."""


class ReportScanner(Call[Done], frozen=True, kw_only=True):
    state: ScannerState
    hint: ScanHint | None = None
    unread_s: int = 0
    is_camera: bool = True


class ReportPrinter(Call[Done], frozen=True, kw_only=True):
    state: PrinterState


class NextPrintJob(Call[PrintJob], frozen=True, kw_only=True):
    """The oldest receipt that should be printed now; it counts as being sent from here on."""


class EndPrintJob(Call[Done], frozen=True, kw_only=True):
    """What became of the paper: "printed", "not_started", "unknown", "unverified"."""

    job: int
    outcome: str
    cause: str = ""


class DevicesState(Push, frozen=True, kw_only=True):
    """What the counter's devices should be doing."""

    armed: bool
    """A code may be shown now."""
    jobs_waiting: int
    drawer_serial: int = 0
    """Counts drawer openings asked for."""
    verdict_serial: int = 0
    verdict: str = ""
    """Outcome for lamp and sound."""
    amount_won: int = 0
    code_located: bool = False
    """A code is in sight and not read yet: a lamp or a tick helps the customer to aim."""
    remotes_waiting: int = 0
    """Orders and payments from elsewhere that nobody has answered."""
    is_busy: bool = False
    """A customer is being served: no other sound than a verdict's."""
    request_text: str = ""
    """The open payment request, for a card on the reader; empty for none."""
    scan_again_serial: int = 0
    """Counts the times that the cashier wanted what is in sight to be scanned once more."""
    wants_goods: bool = False
    """Barcodes of goods are looked for as well."""
    printer: PrinterChoice | None = None
    """What to print on and how."""
    search_serial: int = 0
    """Counts searches for printers asked for."""
    trial_serial: int = 0
    """Counts trial pages asked for."""
