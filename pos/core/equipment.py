"""The counter's devices: how each is, what was tried, and what a person chose.

Rules:

- a choice is an entry before it holds; it holds at once and after every restart, and the configuration file's word is
  for a terminal on which nothing was chosen;
- what the devices process has not told for a while is unheard, whatever it told before;
- only a printer that was found can be adopted, and only a line of the page that was printed can be chosen;
- a code shown for trial is told and paid with never; while a sale is open nothing is tried.
"""

from dataclasses import dataclass
from typing import Final, assert_never

from pos.clock import Clock
from pos.core.choices import Choices
from pos.core.counter import Counter
from pos.link.calls import (
    AdoptPrinter,
    ChoosePrinting,
    ChooseShownOn,
    ChooseTrialLine,
    DevicePage,
    Done,
    EquipmentCall,
    ListDevices,
    PrintTrial,
    Refused,
    ReportDevice,
    ReportFound,
    ReportTrial,
    SearchPrinters,
    TryScanner,
)
from pos.link.equipment import (
    Condition,
    DeviceKind,
    DeviceView,
    FoundPrinter,
    PrinterChoice,
    ScanTest,
    Trial,
    TrialLine,
)
from pos.till.reasons import Refusal

UNHEARD_S: Final = 45.0
"""The devices process repeats itself well within this."""
SCAN_TEST_S: Final = 60.0
"""A screen that forgot to end its test must not leave a till that passes over its customers."""
_PREFIX_CHARACTERS: Final = 4


@dataclass(frozen=True, slots=True)
class _Heard:
    device: DeviceView
    at_s: float


class Equipment:
    """What stands on the counter of one till."""

    def __init__(self, *, choices: Choices, counter: Counter, clock: Clock) -> None:
        self._choices = choices
        self._counter = counter
        self._clock = clock
        self._heard: dict[DeviceKind, _Heard] = {}
        self._found: tuple[FoundPrinter, ...] = ()
        self._lines: tuple[TrialLine, ...] = ()
        self._trial: Trial | None = None
        self._is_searching = False
        self._scan_test: ScanTest | None = None
        self._scan_test_end_s = 0.0
        self.search_serial = 0
        self.trial_serial = 0

    @property
    def is_trying_scanner(self) -> bool:
        return self._scan_test is not None and self._clock.monotonic_s() < self._scan_test_end_s

    @property
    def is_request_on_paper(self) -> bool:
        """Whether a payment request is printed as well as shown."""
        return self._choices.shown_on() == "paper"

    @property
    def is_screen_turned(self) -> bool:
        """Whether the cashier turns the screen for the customer to see a payment request."""
        return self._choices.shown_on() == "turned"

    @property
    def printer(self) -> PrinterChoice:
        """What receipts are printed on."""
        return self._choices.printer()

    def page(self) -> DevicePage:
        """Everything for the device page."""
        return DevicePage(
            devices=tuple(map(self._device, DeviceKind)),
            printer=self.printer,
            printing=self._choices.printing(),
            shown_on=self._choices.shown_on(),
            found=self._found,
            is_searching=self._is_searching,
            trial=self._trial,
            scan_test=self._scan_test,
        )

    def answer(self, call: EquipmentCall) -> DevicePage | Done | Refused:
        match call:
            case ListDevices():
                return self.page()
            case SearchPrinters():
                self._is_searching, self._found = True, ()
                self.search_serial += 1
                return Done()
            case AdoptPrinter(url=url):
                return self._adopt(url)
            case PrintTrial():
                self._trial, self._lines = Trial(), ()
                self.trial_serial += 1
                return Done()
            case ChooseTrialLine(number=number):
                return self._choose_line(number)
            case ChoosePrinting(printing=printing):
                return self._choices.choose_printing(printing)
            case ChooseShownOn(shown_on=shown_on):
                return self._choices.choose_shown_on(shown_on)
            case TryScanner(is_on=is_on):
                return self._try_scanner(is_on=is_on)
            case _:
                assert_never(call)

    def said(self, report: ReportDevice | ReportFound | ReportTrial) -> Done:
        """The devices process tells."""
        match report:
            case ReportDevice(device=device):
                self._heard[device.kind] = _Heard(device, self._clock.monotonic_s())
            case ReportFound(printers=printers):
                self._is_searching, self._found = False, printers
            case ReportTrial():
                self._lines = report.lines
                self._trial = Trial(
                    outcome=report.outcome, cause=report.cause, lines=len(report.lines), proposed=report.proposed
                )
        return Done()

    def scan_tried(self, text: str, length: int) -> None:
        """A code was shown for trial."""
        prefix, colon, _ = text.partition(":")
        is_ours = bool(colon) and len(prefix) == _PREFIX_CHARACTERS and prefix.isalnum() and prefix.isascii()
        self._scan_test = ScanTest(length=length, kind=prefix if is_ours else "")

    def _device(self, kind: DeviceKind) -> DeviceView:
        heard = self._heard.get(kind)
        if heard is None or self._clock.monotonic_s() - heard.at_s > UNHEARD_S:
            return DeviceView(kind=kind, condition=Condition.UNHEARD)
        return heard.device

    def _adopt(self, url: str) -> Done | Refused:
        for printer in self._found:
            if printer.url == url and printer.profile:
                self._choices.choose_printer(
                    PrinterChoice(url=printer.url, profile=printer.profile, columns=printer.columns)
                )
                return Done()
        return Refused(cause=Refusal.NOT_FOUND)

    def _choose_line(self, number: int) -> Done | Refused:
        if not 1 <= number <= len(self._lines):
            return Refused(cause=Refusal.NOT_FOUND)
        line = self._lines[number - 1]
        self._choices.choose_printer(PrinterChoice(url=self.printer.url, profile=line.profile, columns=line.columns))
        return Done()

    def _try_scanner(self, *, is_on: bool) -> Done | Refused:
        if is_on and (self._counter.sale is not None or self._counter.question is not None):
            return Refused(cause=Refusal.SALE_OPEN)
        self._scan_test = ScanTest() if is_on else None
        self._scan_test_end_s = self._clock.monotonic_s() + SCAN_TEST_S
        return Done()
