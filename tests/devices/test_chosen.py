"""The printer that was chosen: what its address says of how to print."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from drivers.printer.outcome import Printed
from drivers.printer.profile import DotsBy, load_profile
from drivers.printer.raster import Typeface
from drivers.printer.simulated import SimulatedPrinter
from drivers.printer.simulated_faults import Hardware
from drivers.printer.simulated_wire import ServedPrinter
from pos.devices.chosen import open_printer
from pos.devices.trial import print_trial
from pos.link.equipment import PrinterChoice
from tests.support.printer_counter import Onlooker, a_receipt


def served(on: Callable[[SimulatedPrinter], ServedPrinter], *, takes_columns: bool = True) -> ServedPrinter:
    hardware = Hardware(has_automatic_status=False, has_column_images=takes_columns)
    return on(SimulatedPrinter(monotonic_s=time.monotonic, typeface=Typeface.load(), hardware=hardware))


@pytest.mark.parametrize(
    ("on", "options", "profile", "goes_by_columns"),
    [
        (ServedPrinter.on_pty, "?flow=none", "clone-80mm", True),
        (ServedPrinter.on_pty, "?flow=none", "clone-80mm?serial_dots_by=rows", False),
        (ServedPrinter.on_tcp, "", "clone-80mm", False),
    ],
)
def test_dots_go_by_columns_over_serial_lines_only(
    on: Callable[[SimulatedPrinter], ServedPrinter], options: str, profile: str, goes_by_columns: bool
) -> None:
    with served(on, takes_columns=False) as far:
        printer = open_printer(PrinterChoice(url=far.url + options, profile=profile, columns=42))

        outcome = printer.print_rows(a_receipt(lines=3), watcher=Onlooker())
        printer.close()

    assert outcome == Printed()
    # This one knows no columns: the command is refused, and what follows is garbage.
    refused = [refusal.data[:3] for refusal in far.printer.observed.refused]
    assert refused[:1] == ([b"\x1b*\x21"] if goes_by_columns else [])


def test_the_page_over_a_serial_line_offers_dots_by_rows_as_well() -> None:
    with served(ServedPrinter.on_pty) as far:
        printer = open_printer(PrinterChoice(url=far.url + "?flow=none", profile="clone-80mm", columns=42))

        outcome, report = print_trial(printer, on_serial=True, watcher=Onlooker())
        printer.close()

    assert outcome == Printed()
    assert far.printer.observed.refused == []
    dots = [load_profile(line.profile) for line in report.lines[3:]]
    assert [profile.name for profile in dots] == ["clone-80mm", "epson-raster-80mm", "clone-58mm"] * 2
    assert [profile.serial_dots_by for profile in dots] == [DotsBy.COLUMNS] * 3 + [DotsBy.ROWS] * 3
