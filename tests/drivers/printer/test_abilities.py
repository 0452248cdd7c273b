"""What a printed page tells of a printer: its answers, the profile its words speak for, who is on the network."""

from __future__ import annotations

import socket
from contextlib import closing

import pytest

from drivers.printer.abilities import Abilities, named_with
from drivers.printer.network_search import neighbours, search_network
from drivers.printer.outcome import NotStarted, Printed, PrintOutcome, PrintReason, Unverified
from drivers.printer.printer import Identification
from drivers.printer.profile import Fence, load_profile
from drivers.printer.proposal import proposed_profile
from drivers.printer.simulated_faults import Hardware
from drivers.printer.trial_page import CANDIDATES, CANDIDATES_ON_SERIAL, trial_page_segments
from tests.support.printer_counter import Counter, CounterFactory, a_receipt
from tests.support.slow_line import SlowLine


def try_page(counter: Counter) -> tuple[PrintOutcome, Abilities]:
    segments = trial_page_segments(question="번호는?", sample="가나다", typeface=counter.typeface, on_serial=False)
    return counter.printer.print_trial(segments, watcher=counter.onlooker)


@pytest.mark.parametrize(
    ("hardware", "asb", "fence"),
    [
        (Hardware(), True, Fence.PROCESS_ID),
        (Hardware(has_process_id=False), True, Fence.PAPER_SENSOR),
        (Hardware(has_automatic_status=False), False, Fence.PROCESS_ID),
        (Hardware(has_process_id=False, has_automatic_status=False), False, Fence.PAPER_SENSOR),
    ],
)
def test_answers_are_measured_whatever_the_profile_says(
    counter_with: CounterFactory, hardware: Hardware, asb: bool, fence: Fence
) -> None:
    counter = counter_with("simulated-80mm", hardware)

    outcome, found = try_page(counter)

    assert outcome == Printed()
    assert found == Abilities(status=True, asb=asb, fence=fence)
    assert len(counter.papers) == 1


@pytest.mark.parametrize("bytes_per_s", [960, 1_920, 11_520])
def test_over_a_slow_line_the_printer_is_not_taken_for_mute(counter_with: CounterFactory, bytes_per_s: int) -> None:
    counter = counter_with("clone-80mm", Hardware(has_process_id=False, has_automatic_status=False))
    counter.printer = counter.new_printer(lambda: SlowLine(counter, bytes_per_s=bytes_per_s))

    outcome, found = try_page(counter)

    assert outcome == Printed()
    assert found == Abilities(status=True, asb=False, fence=Fence.PAPER_SENSOR)


def test_a_mute_printer_prints_the_page_and_every_later_receipt(counter_with: CounterFactory) -> None:
    counter = counter_with()
    counter.simulated.faults.mute = True

    outcome, found = try_page(counter)
    name = named_with(load_profile("clone-80mm"), found)

    assert isinstance(outcome, Unverified)
    assert name == "clone-80mm?status=false&fence=none"
    later = counter_with(name)
    later.simulated.faults.mute = True
    assert isinstance(later.print(a_receipt()), Unverified)
    assert len(later.papers) == 1
    assert later.printer.ask_state().fault is None, "being there is all that a mute printer can say"


@pytest.mark.parametrize(
    "hardware",
    [
        Hardware(has_process_id=False),
        Hardware(has_automatic_status=False),
        Hardware(has_process_id=False, has_automatic_status=False),
    ],
)
def test_a_receipt_in_the_measured_way_is_proven(counter_with: CounterFactory, hardware: Hardware) -> None:
    _, found = try_page(counter_with("simulated-80mm", hardware))
    for candidate in CANDIDATES[:1]:
        counter = counter_with(named_with(load_profile(candidate), found), hardware)

        assert counter.print(a_receipt()) == Printed()
        assert counter.originals("R-0001") == 1


def test_a_printer_that_is_not_there_prints_no_page(counter: Counter) -> None:
    counter.simulated.faults.unplugged = True

    outcome, found = try_page(counter)

    assert outcome == NotStarted(reason=PrintReason.DISCONNECTED)
    assert found.fence is Fence.NONE


@pytest.mark.parametrize("name", CANDIDATES_ON_SERIAL)
def test_options_of_a_name_are_read_back(name: str) -> None:
    plain = load_profile(name)
    silent = load_profile(named_with(plain, Abilities(status=False, asb=False, fence=Fence.NONE)))

    assert (silent.status, silent.asb, silent.fence) == (False, False, Fence.NONE)
    assert (silent.name, silent.dots, silent.hangul) == (plain.name, plain.dots, plain.hangul)
    assert silent.serial_dots_by is plain.serial_dots_by
    assert named_with(plain, Abilities(status=plain.status, asb=plain.asb, fence=plain.fence)) == name


@pytest.mark.parametrize(
    ("said", "profile"),
    [
        (("EPSON", "TM-T88V", "KOREA C-5601C"), "epson-tm-t88-korean"),
        (("EPSON", "TM-T20III", "KOREA C-5601C"), "epson-tm-t20-korean"),
        (("EPSON", "TM-T20III", "KANJI JAPANESE"), "epson-raster-80mm"),
        (("BIXOLON", "SRP-350III", "KOREA C-5601C"), "bixolon-srp-350"),
        (("SEWOO", "SLK-TS400", "KOREA C-5601C"), "sewoo-lk"),
        (("XPRINTER", "XP-S260M", "CHINA GB18030"), "clone-80mm"),
        (("", "", ""), "clone-80mm"),
        (("GOOJPRT", "PT-58", ""), "clone-58mm"),
    ],
)
def test_words_speak_for_a_profile(said: tuple[str, str, str], profile: str) -> None:
    maker, model, language = said
    proposed = proposed_profile(Identification(maker=maker, model=model, language=language))

    assert proposed == profile
    assert load_profile(proposed)


def test_who_takes_a_connection_on_the_port_is_found() -> None:
    with closing(socket.create_server(("127.0.0.3", 0))) as printer:
        port = printer.getsockname()[1]

        assert search_network(["127.0.0.2", "127.0.0.3", "127.0.0.4"], port=port) == ("127.0.0.3",)


def test_only_small_networks_are_searched() -> None:
    assert all(not host.startswith("127.") for host in neighbours())
