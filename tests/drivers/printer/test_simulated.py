"""The simulated printer is no kinder than a real one."""

import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.errors import DeviceIoError
from drivers.printer.document import CutRow, QrRow, TextRow
from drivers.printer.outcome import Printed
from drivers.printer.raster import Typeface
from drivers.printer.simulated import SimulatedPrinter
from drivers.printer.simulated_faults import Hardware, RomLanguage
from drivers.printer.simulated_wire import VirtualClock
from drivers.printer.status import Paper
from tests.support.printer_counter import Counter, CounterFactory

KANJI = b"\x1b@\x1c&\x1bR\x0d"
CUT = b"\x1dVB\x00"


@pytest.fixture
def printer(typeface: Typeface) -> SimulatedPrinter:
    return SimulatedPrinter(monotonic_s=VirtualClock().now_s, typeface=typeface)


def feed(printer: SimulatedPrinter, data: bytes) -> None:
    while data:
        taken = printer.receive(data)
        assert taken
        data = data[taken:]


def printed(printer: SimulatedPrinter, data: bytes) -> str:
    feed(printer, data + CUT)
    return printer.paper.receipts[-1].text


def test_korean_bytes_are_korean(printer: SimulatedPrinter) -> None:
    assert printed(printer, KANJI + "가나다 \\1".encode("euc_kr") + b"\n") == "가나다 ₩1\n"


def test_a_syllable_outside_the_rom_is_a_box_and_is_noticed(printer: SimulatedPrinter) -> None:
    text = printed(printer, KANJI + "똠".encode("cp949") + b"\n")

    assert text == "□\n"
    assert [refusal.data for refusal in printer.observed.refused] == ["똠".encode("cp949")]


def test_a_chinese_rom_prints_chinese_for_korean_bytes(typeface: Typeface) -> None:
    chinese = SimulatedPrinter(
        monotonic_s=VirtualClock().now_s, typeface=typeface, hardware=Hardware(language=RomLanguage.CHINA)
    )

    assert printed(chinese, b"\x1b@\x1c&" + "한국".encode("euc_kr") + b"\n") == "茄惫\n"


def test_the_wrong_language_model_is_told_by_the_probe_and_cured_by_dots(counter_with: CounterFactory) -> None:
    wrong = counter_with("simulated-80mm", Hardware(language=RomLanguage.CHINA))
    wrong.print((TextRow(text="한국"), CutRow()))
    dots = counter_with("clone-80mm", Hardware(language=RomLanguage.CHINA))
    dots.print((TextRow(text="한국"), CutRow()))
    right = counter_with("clone-80mm")
    right.print((TextRow(text="한국"), CutRow()))

    assert wrong.papers == ["茄惫\n"]
    assert not wrong.printer.identify().has_hangul
    pictures = [counter.simulated.paper.receipts[0].picture.tobytes() for counter in (dots, right)]
    assert pictures[0] == pictures[1]


def test_without_a_two_byte_rom_kanji_mode_is_no_command(typeface: Typeface) -> None:
    latin = SimulatedPrinter(
        monotonic_s=VirtualClock().now_s, typeface=typeface, hardware=Hardware(language=RomLanguage.NONE)
    )

    text = printed(latin, b"\x1b@\x1c&" + "가".encode("euc_kr") + b"\n")

    assert text == "░í\n"
    assert latin.observed.refused[0].data == b"\x1c&"


@pytest.mark.parametrize("data", [b"\x1cC\x01", b"\x1bQ", b"\x1dA", b"\x1f(A", b"\x1dk\x04123\x00"])
def test_what_a_korean_printer_does_not_know_is_noticed(data: bytes, printer: SimulatedPrinter) -> None:
    feed(printer, b"\x1b@" + data + b"\n")

    assert [refusal.data for refusal in printer.observed.refused]


def test_initialising_switches_automatic_status_off(printer: SimulatedPrinter) -> None:
    feed(printer, b"\x1b@\x1da\x0f")
    assert printer.take_replies() == b"\x10\x00\x00\x00"

    feed(printer, b"\x1b@")
    printer.faults.paper = Paper.OUT

    assert printer.take_replies() == b""


def test_real_time_commands_are_obeyed_inside_images(printer: SimulatedPrinter) -> None:
    feed(printer, b"\x1dv0\x00\x10\x00\x10\x00" + bytes(20) + b"\x10\x14\x01\x00\x02")

    assert printer.observed.drawer_openings == 1


def test_a_real_time_command_is_obeyed_in_however_many_pieces_it_comes(printer: SimulatedPrinter) -> None:
    for byte in b"\x10\x14\x01\x00\x02\x10\x04\x01":
        feed(printer, bytes((byte,)))

    assert printer.observed.drawer_openings == 1
    assert printer.take_replies() == b"\x16"


def test_data_is_held_while_paper_is_out_until_the_buffer_is_full(printer: SimulatedPrinter) -> None:
    printer.faults.paper = Paper.OUT

    taken = printer.receive(b"A\n" * 4000)

    assert taken == printer.hardware.buffer_bytes
    assert printer.receive(b"B") == 0
    assert printer.paper.hanging == ()
    printer.faults.paper = Paper.OK
    printer.work()
    assert len(printer.paper.hanging) == taken // 2


def test_switching_off_loses_what_was_held(printer: SimulatedPrinter) -> None:
    printer.faults.paper = Paper.OUT
    printer.receive(b"A\n")
    printer.power_cycle()
    printer.faults.paper = Paper.OK
    printer.work()

    assert printer.paper.hanging == ()


def test_half_an_image_eats_what_comes_next(printer: SimulatedPrinter) -> None:
    feed(printer, b"\x1dv0\x00\x48\x00\x1e\x00" + bytes(100))
    feed(printer, b"\x1b@" + b"HELLO\n" + CUT)

    assert printer.paper.receipts == []


def test_an_unplugged_printer_takes_and_says_nothing(printer: SimulatedPrinter) -> None:
    printer.faults.unplugged = True

    with pytest.raises(DeviceIoError):
        printer.receive(b"x")
    with pytest.raises(DeviceIoError):
        printer.take_replies()


def test_a_code_on_paper_is_read_by_a_decoder_that_did_not_draw_it(counter: Counter) -> None:
    data = "CKS1:" + "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:" * 8

    assert counter.print((TextRow(text="위"), QrRow(data=data), TextRow(text="아래"), CutRow())) == Printed()

    receipt = counter.simulated.paper.receipts[0]
    assert receipt.codes == (data,)
    assert [code.text for code in zxingcpp.read_barcodes(receipt.picture.convert("L"))] == [data]


def test_the_line_wraps_where_the_paper_ends(printer: SimulatedPrinter) -> None:
    assert printed(printer, KANJI + b"A" * 47 + "가".encode("euc_kr") + b"\n") == "A" * 47 + "\n가\n"


@settings(max_examples=200, deadline=None)
@given(data=st.binary(max_size=300))
def test_no_bytes_break_the_printer(data: bytes, typeface: Typeface) -> None:
    printer = SimulatedPrinter(monotonic_s=VirtualClock().now_s, typeface=typeface)

    printer.receive(data)
    printer.power_cycle()

    assert printed(printer, b"OK\n").endswith("OK\n")
