"""The same jobs over real connections: a TCP port, a pseudo terminal, a folder."""

import json
import threading
import time
from pathlib import Path

import pytest
from PIL import Image

from drivers.errors import DeviceBusyError, DeviceMissingError
from drivers.printer.encoder import Encoder
from drivers.printer.opening import open_transport
from drivers.printer.outcome import NotStarted, Printed, PrintReason, Unknown
from drivers.printer.printer import DrawerState, EscposPrinter
from drivers.printer.profile import load_profile
from drivers.printer.raster import Typeface
from drivers.printer.simulated import SimulatedPrinter
from drivers.printer.simulated_wire import ServedPrinter
from drivers.printer.status import Paper, PrinterState
from tests.support.printer_counter import Onlooker, a_receipt
from tests.support.process_tools import wait_until

WIRES = ["tcp", "pty"]


def served(wire: str, typeface: Typeface) -> ServedPrinter:
    printer = SimulatedPrinter(monotonic_s=time.monotonic, typeface=typeface)
    return ServedPrinter.on_tcp(printer) if wire == "tcp" else ServedPrinter.on_pty(printer)


def printer_at(url: str, typeface: Typeface, profile: str = "simulated-80mm") -> EscposPrinter:
    loaded = load_profile(profile)
    return EscposPrinter(
        connect=lambda: open_transport(url),
        profile=loaded,
        encoder=Encoder(loaded, columns=loaded.columns, typeface=typeface),
        monotonic_s=time.monotonic,
    )


class Acting(Onlooker):
    """Does something to the printer when a fault is reported."""

    def __init__(self, act: object) -> None:
        super().__init__()
        self._act = act

    def state_changed(self, state: PrinterState) -> None:
        super().state_changed(state)
        if state.fault is not None and callable(self._act):
            self._act()


@pytest.mark.parametrize("profile", ["simulated-80mm", "clone-80mm"])
@pytest.mark.parametrize("wire", WIRES)
def test_a_receipt_is_printed_over_a_real_connection(wire: str, profile: str, typeface: Typeface) -> None:
    with served(wire, typeface) as far:
        printer = printer_at(far.url, typeface, profile)

        outcomes = [printer.print_rows(a_receipt(mark), watcher=Onlooker()) for mark in ("R-0001", "R-0002")]

        assert outcomes == [Printed(), Printed()]
        assert len(far.printer.paper.receipts) == 2
        assert far.printer.observed.refused == []
        printer.close()


@pytest.mark.parametrize("wire", WIRES)
def test_paper_is_waited_for_over_a_real_connection(wire: str, typeface: Typeface) -> None:
    with served(wire, typeface) as far:
        far.printer.faults.paper_out_after_lines = 7
        watcher = Acting(lambda: setattr(far.printer.faults, "paper", Paper.OK))

        outcome = printer_at(far.url, typeface).print_rows(a_receipt(), watcher=watcher)

        assert outcome == Printed()
        assert watcher.faults == ["paper_out"]
        assert [receipt.text.count("R-0001") for receipt in far.printer.paper.receipts] == [1]


@pytest.mark.parametrize("wire", WIRES)
def test_a_cable_that_comes_out_over_a_real_connection(wire: str, typeface: Typeface) -> None:
    with served(wire, typeface) as far:
        far.printer.faults.unplug_after_bytes = 900
        printer = printer_at(far.url, typeface)

        outcome = printer.print_rows(a_receipt(), watcher=Onlooker())

        assert isinstance(outcome, Unknown)
        assert outcome.reason is PrintReason.DISCONNECTED
        assert far.printer.paper.receipts == []


@pytest.mark.parametrize("wire", WIRES)
def test_the_printer_says_what_it_is_over_a_real_connection(wire: str, typeface: Typeface) -> None:
    with served(wire, typeface) as far:
        printer = printer_at(far.url, typeface)

        identity = printer.identify()

        assert identity.has_hangul
        assert printer.open_drawer() is DrawerState.OPEN
        assert printer.ask_state() == PrinterState(drawer_pin_high=True)
        printer.close()


def test_the_drawer_opens_from_another_thread_while_a_job_waits(typeface: Typeface) -> None:
    with served("tcp", typeface) as far:
        far.printer.faults.paper_out_after_lines = 2
        printer = printer_at(far.url, typeface)
        is_waiting = threading.Event()
        outcomes: list[object] = []
        job = threading.Thread(
            target=lambda: outcomes.append(printer.print_rows(a_receipt(lines=8), watcher=Acting(is_waiting.set)))
        )
        job.start()
        assert is_waiting.wait(10)

        with pytest.raises(DeviceBusyError):
            printer.ask_state()
        drawer = printer.open_drawer()
        # The job takes the pulse before it writes it.
        wait_until(lambda: far.printer.observed.drawer_openings == 1, what="the drawer opens while the job waits")
        far.printer.faults.paper = Paper.OK
        job.join(20)

        assert drawer in (DrawerState.UNKNOWN, DrawerState.OPEN)
        assert far.printer.observed.drawer_openings == 1
        assert outcomes == [Printed()]


def test_a_folder_keeps_pictures_texts_and_the_roll(folder: Path, typeface: Typeface) -> None:
    printer = printer_at(f"sim:{folder}", typeface)

    for mark in ("R-0001", "R-0002"):
        assert printer.print_rows(a_receipt(mark), watcher=Onlooker()) == Printed()

    with Image.open(folder / "receipt-0002.png") as picture:
        assert picture.width == 576 + 64
    assert (folder / "receipt-0001.txt").read_text().startswith("R-0001\n상품 1")
    roll = (folder / "roll.txt").read_text()
    assert roll.index("R-0001") < roll.index("R-0002")
    assert json.loads((folder / "printer.json").read_text())["receipts"] == 2


def test_another_process_can_take_out_the_paper(folder: Path, typeface: Typeface) -> None:
    folder.mkdir()
    (folder / "faults.json").write_text('{"paper_out_after_lines": 7}')
    watcher = Acting(lambda: (folder / "faults.json").write_text("{}"))

    outcome = printer_at(f"sim:{folder}", typeface).print_rows(a_receipt(), watcher=watcher)

    assert outcome == Printed()
    assert watcher.faults == ["paper_out"]
    assert (folder / "roll.txt").read_text().count("R-0001") == 1


def test_an_unplugged_folder_is_a_missing_printer(folder: Path, typeface: Typeface) -> None:
    folder.mkdir()
    (folder / "faults.json").write_text('{"unplugged": true}')

    outcome = printer_at(f"sim:{folder}", typeface).print_rows(a_receipt(), watcher=Onlooker())

    assert outcome == NotStarted(reason=PrintReason.MISSING)
    with pytest.raises(DeviceMissingError):
        open_transport(f"sim:{folder}")


def test_faults_that_can_not_be_read_change_nothing_and_are_named(folder: Path, typeface: Typeface) -> None:
    folder.mkdir()
    (folder / "faults.json").write_text('{"paper": "wet"}')

    outcome = printer_at(f"sim:{folder}", typeface).print_rows(a_receipt(), watcher=Onlooker())

    assert outcome == Printed()
    assert "wet" in json.loads((folder / "printer.json").read_text())["faults_problem"]


def test_numbers_go_on_where_the_last_process_stopped(folder: Path, typeface: Typeface) -> None:
    folder.mkdir()
    (folder / "receipt-0041.png").touch()

    printer_at(f"sim:{folder}", typeface).print_rows(a_receipt(), watcher=Onlooker())

    assert (folder / "receipt-0042.png").exists()


def test_narrow_paper_is_an_option_of_the_url(folder: Path, typeface: Typeface) -> None:
    printer = printer_at(f"sim:{folder}?dots=384", typeface, "simulated-58mm")

    assert printer.print_rows(a_receipt(), watcher=Onlooker()) == Printed()
    with Image.open(folder / "receipt-0001.png") as picture:
        assert picture.width == 384 + 64
