"""A scripted device page for the screen: what stands on the counter, what was printed on trial and what was found."""

from dataclasses import dataclass, field

import msgspec

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
    SearchPrinters,
    TryScanner,
)
from pos.link.equipment import Condition, DeviceKind, DeviceView, FoundPrinter, PrinterChoice, ScanTest, Trial
from pos.till.reasons import Refusal

PRINTER = PrinterChoice(url="usb:04b8:0e15", profile="epson-tm-t20-korean", columns=48)


def a_counter(**conditions: Condition) -> DevicePage:
    """A page on which every device is well but those named."""
    answers = {DeviceKind.PRINTER: "EPSON TM-T82III KOREA C-5601C", DeviceKind.SCANNER: ""}
    views = tuple(
        DeviceView(
            kind=kind,
            condition=conditions.get(kind.value, Condition.READY if kind in answers else Condition.OFF),
            answered=answers.get(kind, ""),
        )
        for kind in DeviceKind
    )
    return DevicePage(devices=views, printer=PRINTER, printing="always", shown_on="turned")


@dataclass(slots=True)
class CounterDevices:
    """Answers the device page's calls as core does."""

    page: DevicePage = field(default_factory=a_counter)
    found: tuple[FoundPrinter, ...] = ()
    """What a search finds, at once."""
    trial: Trial = field(default_factory=lambda: Trial(outcome="printed", lines=6, proposed=1))
    """What becomes of a trial page, at once."""

    def change(self, **changes: object) -> None:
        self.page = msgspec.structs.replace(self.page, **changes)

    def answer(self, call: EquipmentCall) -> DevicePage | Done | Refused:
        match call:
            case ListDevices():
                return self.page
            case SearchPrinters():
                self.change(found=self.found)
            case AdoptPrinter(url=url):
                return Done() if url in [one.url for one in self.page.found] else Refused(cause=Refusal.NOT_FOUND)
            case PrintTrial():
                self.change(trial=self.trial)
            case ChooseTrialLine(number=number):
                return Done() if 1 <= number <= self.trial.lines else Refused(cause=Refusal.NOT_FOUND)
            case ChoosePrinting(printing=printing):
                self.change(printing=printing)
            case ChooseShownOn(shown_on=shown_on):
                self.change(shown_on=shown_on)
            case TryScanner(is_on=is_on):
                self.change(scan_test=ScanTest() if is_on else None)
        return Done()
