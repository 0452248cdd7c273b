"""The cash drawer opens whatever the paper does."""

import pytest

from drivers.errors import DeviceIoError
from drivers.printer.outcome import Printed
from drivers.printer.printer import DrawerState
from drivers.printer.profile import PinLevel, load_profile
from drivers.printer.raster import Typeface
from drivers.printer.simulated_faults import Hardware
from drivers.printer.status import Paper
from tests.support.printer_counter import Counter, CounterFactory, a_receipt


def test_the_drawer_opens_and_its_switch_says_so(counter: Counter) -> None:
    assert counter.printer.open_drawer() is DrawerState.OPEN
    assert counter.simulated.observed.drawer_openings == 1


def test_the_drawer_opens_while_paper_is_out(counter: Counter) -> None:
    counter.simulated.faults.paper = Paper.OUT

    assert counter.printer.open_drawer() is DrawerState.OPEN


def test_a_queued_pulse_waits_behind_the_paper(counter_with: CounterFactory) -> None:
    counter = counter_with("clone-58mm")
    counter.simulated.faults.paper = Paper.OUT

    assert counter.printer.open_drawer() is DrawerState.CLOSED
    counter.simulated.faults.paper = Paper.OK
    counter.simulated.work()
    assert counter.simulated.observed.drawer_openings == 1


def test_the_drawer_opens_while_a_job_waits_for_paper(counter: Counter) -> None:
    counter.simulated.faults.paper_out_after_lines = 3
    pulse = b"\x10\x14\x01\x00\x01"
    seen: list[int] = []
    counter.clock.after(10, lambda: setattr(counter.onlooker, "commands", pulse))
    counter.clock.after(20, lambda: seen.append(counter.simulated.observed.drawer_openings))
    counter.clock.after(30, lambda: setattr(counter.simulated.faults, "paper", Paper.OK))

    outcome = counter.print(a_receipt(lines=12))

    assert outcome == Printed()
    assert seen == [1]
    assert counter.simulated.observed.drawer_openings == 1


def test_a_drawer_that_sticks_is_told(counter: Counter) -> None:
    counter.simulated.faults.drawer_stuck = True

    assert counter.printer.open_drawer() is DrawerState.CLOSED


def test_a_printer_without_a_voice_can_not_tell(counter_with: CounterFactory) -> None:
    counter = counter_with("clone-58mm-mute")

    assert counter.printer.open_drawer() is DrawerState.UNKNOWN
    assert counter.simulated.observed.drawer_openings == 1


def test_a_switch_of_the_other_kind_is_read_the_other_way(typeface: Typeface) -> None:
    from dataclasses import replace

    profile = replace(load_profile("simulated-80mm"), drawer_open_level=PinLevel.LOW)
    counter = Counter(typeface, profile, Hardware(drawer_open_level=PinLevel.LOW))

    assert counter.printer.open_drawer() is DrawerState.OPEN


def test_without_a_printer_the_drawer_is_a_fault_with_a_name(counter: Counter) -> None:
    counter.simulated.faults.unplugged = True

    with pytest.raises(DeviceIoError):
        counter.printer.open_drawer()


def test_printing_opens_no_drawer(counter: Counter) -> None:
    counter.print(a_receipt())

    assert counter.simulated.observed.drawer_openings == 0
