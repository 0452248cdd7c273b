"""The printer's answers, taken apart."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.printer.status import (
    AutomaticStatus,
    Fault,
    Identity,
    Paper,
    PaperSensor,
    PrinterState,
    ProcessId,
    RealTimeStatus,
    Reply,
    ReplyStream,
    state_from_real_time,
)

WHOLE = b"\x12" + b"\x10\x00\x00\x00" + b"\x00" + b"\x37\x220042\x00" + b"\x5fKOREA C-5601C\x00" + b"\x1e"
REPLIES: tuple[Reply, ...] = (
    RealTimeStatus(0x12),
    AutomaticStatus(PrinterState()),
    PaperSensor(0x00),
    ProcessId(b"0042"),
    Identity("KOREA C-5601C"),
    RealTimeStatus(0x1E),
)


def test_answers_in_one_stream_are_told_apart() -> None:
    assert ReplyStream().feed(WHOLE) == REPLIES


@given(st.lists(st.integers(min_value=0, max_value=len(WHOLE)), max_size=8).map(sorted))
def test_it_does_not_matter_where_the_stream_is_cut(cuts: list[int]) -> None:
    stream = ReplyStream()
    edges = [0, *cuts, len(WHOLE)]

    replies = [reply for start, end in itertools.pairwise(edges) for reply in stream.feed(WHOLE[start:end])]

    assert tuple(replies) == REPLIES


@given(st.binary(max_size=400))
def test_noise_stops_nothing(noise: bytes) -> None:
    stream = ReplyStream()
    stream.feed(noise)

    # A block that never ends and an unfinished automatic status hold up what follows, but not for long.
    late = [reply for _ in range(90) for reply in stream.feed(b"\x12")]

    assert RealTimeStatus(0x12) in late


def test_flow_control_bytes_are_not_noise() -> None:
    stream = ReplyStream()

    assert stream.feed(b"\x13\x12\x11") == (RealTimeStatus(0x12),)
    assert stream.noise_bytes == 0


@pytest.mark.parametrize(
    ("asb", "fault", "paper"),
    [
        (b"\x10\x00\x00\x00", None, Paper.OK),
        (b"\x10\x00\x03\x00", None, Paper.NEAR_END),
        (b"\x18\x00\x0f\x00", Fault.PAPER_OUT, Paper.OUT),
        (b"\x38\x00\x00\x00", Fault.COVER_OPEN, Paper.OK),
        (b"\x18\x08\x00\x00", Fault.CUTTER_JAM, Paper.OK),
        (b"\x18\x20\x00\x00", Fault.BROKEN, Paper.OK),
        (b"\x18\x40\x00\x00", Fault.OVERHEATED, Paper.OK),
        (b"\x18\x04\x00\x00", Fault.RECOVERABLE, Paper.OK),
        (b"\x18\x00\x00\x00", Fault.OFFLINE, Paper.OK),
    ],
)
def test_automatic_status_is_read(asb: bytes, fault: Fault | None, paper: Paper) -> None:
    (reply,) = ReplyStream().feed(asb)

    assert isinstance(reply, AutomaticStatus)
    assert (reply.state.fault, reply.state.paper) == (fault, paper)


@pytest.mark.parametrize(
    ("answers", "fault", "paper"),
    [
        ((0x12, 0x12, 0x12, 0x12), None, Paper.OK),
        ((0x12, 0x12, 0x12, 0x1E), None, Paper.NEAR_END),
        ((0x1A, 0x32, 0x12, 0x7E), Fault.PAPER_OUT, Paper.OUT),
        ((0x1A, 0x12, 0x12, 0x72), Fault.PAPER_OUT, Paper.OUT),
        ((0x1A, 0x16, 0x12, 0x12), Fault.COVER_OPEN, Paper.OK),
        ((0x1A, 0x52, 0x1A, 0x12), Fault.CUTTER_JAM, Paper.OK),
        ((0x1A, 0x52, 0x32, 0x12), Fault.BROKEN, Paper.OK),
        ((0x1A, 0x12, 0x12, 0x12), Fault.OFFLINE, Paper.OK),
    ],
)
def test_four_questions_make_a_state(answers: tuple[int, ...], fault: Fault | None, paper: Paper) -> None:
    state = PrinterState(fault=Fault.BROKEN)
    for number, status in enumerate(answers, start=1):
        state = state_from_real_time(state, number, status)

    assert (state.fault, state.paper) == (fault, paper)


def test_the_drawers_switch_is_in_the_first_answer() -> None:
    assert state_from_real_time(PrinterState(), 1, 0x16).drawer_pin_high
    assert not state_from_real_time(PrinterState(), 1, 0x12).drawer_pin_high
