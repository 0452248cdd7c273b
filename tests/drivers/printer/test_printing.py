"""What became of a job, whatever the printer did. Never two originals, never a claim without proof."""

from dataclasses import replace

import pytest

from drivers.printer.document import CutRow, Row, TextRow
from drivers.printer.outcome import NotStarted, Printed, PrintReason, Unknown, Unverified
from drivers.printer.printer import EscposPrinter
from drivers.printer.printing import recovery_bytes
from drivers.printer.simulated_faults import Faults
from drivers.printer.simulated_wire import InProcessTransport
from drivers.printer.status import Paper
from tests.support.printer_counter import Counter, CounterFactory, a_receipt
from tests.support.slow_line import SlowLine

# Every way of proving: process id, paper sensor with automatic status, paper sensor alone on a printer of dots.
PROVING = ["simulated-80mm", "sewoo-lk", "clone-80mm"]
TEXT = ["simulated-80mm", "sewoo-lk"]


def load_paper(counter: Counter) -> None:
    counter.simulated.faults.paper = Paper.OK


def count_of(counter: Counter) -> int:
    """Receipts that were printed whole."""
    return len(counter.simulated.paper.receipts)


@pytest.mark.parametrize("profile", PROVING)
def test_a_receipt_is_printed_once_and_proven(profile: str, counter_with: CounterFactory) -> None:
    counter = counter_with(profile)

    assert counter.print(a_receipt()) == Printed()
    assert count_of(counter) == 1
    assert counter.simulated.observed.refused == []


@pytest.mark.parametrize("profile", PROVING)
@pytest.mark.parametrize(
    ("faults", "reason"),
    [
        (Faults(paper=Paper.OUT), PrintReason.PAPER_OUT),
        (Faults(cover_open=True), PrintReason.COVER_OPEN),
        (Faults(cutter_jam=True), PrintReason.CUTTER_JAM),
        (Faults(overheated=True), PrintReason.OVERHEATED),
        (Faults(broken=True), PrintReason.BROKEN),
        (Faults(mute=True), PrintReason.NO_ANSWER),
        (Faults(unplugged=True), PrintReason.DISCONNECTED),
    ],
)
def test_a_printer_that_can_not_print_is_sent_nothing(
    profile: str, faults: Faults, reason: PrintReason, counter_with: CounterFactory
) -> None:
    counter = counter_with(profile)
    counter.simulated.faults = faults

    outcome = counter.print(a_receipt())

    assert outcome == NotStarted(reason=reason)
    counter.simulated.faults = Faults()
    assert counter.originals("R-0001") == 0
    assert counter.print(a_receipt()) == Printed()
    assert count_of(counter) == 1


def test_paper_near_its_end_prints_and_says_so(counter: Counter) -> None:
    counter.simulated.faults.paper = Paper.NEAR_END

    assert counter.print(a_receipt()) == Printed()
    assert counter.onlooker.states[0].paper is Paper.NEAR_END


@pytest.mark.parametrize("profile", TEXT)
@pytest.mark.parametrize("lines", [1, 7, 39])
def test_paper_that_runs_out_is_waited_for_and_nothing_is_sent_again(
    profile: str, lines: int, counter_with: CounterFactory
) -> None:
    counter = counter_with(profile)
    counter.simulated.faults.paper_out_after_lines = lines
    counter.clock.after(300, lambda: load_paper(counter))

    assert counter.print(a_receipt()) == Printed()
    assert counter.originals("R-0001") == 1
    assert counter.papers[0].count("\n") == 40
    assert counter.onlooker.faults[0] == "paper_out"
    assert counter.onlooker.states[-1].fault is None


def test_a_clone_of_dots_waits_for_paper_too(counter_with: CounterFactory) -> None:
    counter = counter_with("clone-80mm")
    counter.simulated.faults.paper_out_after_lines = 7
    counter.clock.after(120, lambda: load_paper(counter))

    assert counter.print(a_receipt()) == Printed()
    assert count_of(counter) == 1


def test_an_open_cover_in_the_middle_is_waited_for(counter: Counter) -> None:
    simulated = counter.simulated
    simulated.faults.bytes_per_s = 400
    counter.clock.after(2, lambda: setattr(simulated.faults, "cover_open", True))
    counter.clock.after(60, lambda: setattr(simulated.faults, "cover_open", False))

    assert counter.print(a_receipt()) == Printed()
    assert counter.originals("R-0001") == 1
    assert "cover_open" in counter.onlooker.faults


@pytest.mark.parametrize("profile", TEXT)
def test_paper_that_nobody_loads_leaves_an_unknown_outcome_and_one_receipt(
    profile: str, counter_with: CounterFactory
) -> None:
    counter = counter_with(profile)
    counter.simulated.faults.paper_out_after_lines = 7

    outcome = counter.print(a_receipt("R-0001"))
    waiting = counter.print(a_receipt("R-0002"))
    load_paper(counter)
    counter.simulated.work()
    after = counter.print(a_receipt("R-0002"))

    assert isinstance(outcome, Unknown)
    assert outcome.reason is PrintReason.PAPER_OUT
    assert waiting == NotStarted(reason=PrintReason.PAPER_OUT)
    assert after == Printed()
    assert counter.originals("R-0001") == 1
    assert counter.originals("R-0002") == 1


class LateAnswer:
    """A connection on which the answer to an older job's fence arrives when this job is armed; then nothing more."""

    closes_when_idle = False

    def __init__(self, counter: Counter, late: bytes) -> None:
        self._counter = counter
        self._inner = counter.connect()
        self._late = late
        self._is_armed = False

    def write(self, data: bytes, *, timeout_s: float) -> int:
        self._is_armed = self._is_armed or data.startswith((b"\x1b@", bytes(64)))
        return self._inner.write(data, timeout_s=timeout_s)

    def read(self, *, timeout_s: float) -> bytes:
        data = self._inner.read(timeout_s=timeout_s)
        if self._is_armed and data:
            late, self._late = self._late, b""
            self._counter.simulated.faults.mute = True
            return late + data
        return data

    def close(self) -> None:
        self._inner.close()


@pytest.mark.parametrize(
    ("profile", "late"), [("sewoo-lk", b"\x00"), ("simulated-80mm", b"\x37\x229999\x00"), ("clone-80mm", b"\x00")]
)
def test_an_old_jobs_answer_is_not_taken_for_this_ones(profile: str, late: bytes, counter_with: CounterFactory) -> None:
    counter = counter_with(profile)
    printer = EscposPrinter(
        connect=lambda: LateAnswer(counter, late),
        profile=counter.profile,
        encoder=counter.encoder,
        monotonic_s=counter.clock.now_s,
        needs_recovery=True,
    )

    outcome = printer.print_rows(a_receipt(), watcher=counter.onlooker)

    assert isinstance(outcome, Unknown)


@pytest.mark.parametrize("profile", PROVING)
def test_the_cable_out_at_any_byte_is_never_called_printed_or_not_started_wrongly(
    profile: str, counter_with: CounterFactory
) -> None:
    whole = counter_with(profile)
    whole.print(a_receipt(lines=12))
    total = sum(map(len, whole.encoder.encode(a_receipt(lines=12)))) + 60

    for after in range(1, total, 37 if profile in TEXT else 1501):
        counter = counter_with(profile)
        counter.simulated.faults.unplug_after_bytes = after
        outcome = counter.print(a_receipt("R-0001", lines=12))

        on_paper = counter.originals("R-0001") + count_of(counter)
        if isinstance(outcome, NotStarted):
            assert on_paper == 0, after
        if outcome == Printed():
            assert count_of(counter) == 1, after

        counter.simulated.faults.unplugged = False
        counter.simulated.faults.unplug_after_bytes = None
        assert counter.print(a_receipt("R-0002", lines=12)) == Printed(), after
        last = counter.simulated.paper.receipts[-1]
        assert last.picture.tobytes() == picture_alone(counter_with(profile)), after


def picture_alone(counter: Counter) -> bytes:
    """What the second receipt looks like on a printer that nothing happened to."""
    counter.print(a_receipt("R-0002", lines=12))
    return counter.simulated.paper.receipts[-1].picture.tobytes()


@pytest.mark.parametrize("profile", ["clone-80mm", "epson-raster-80mm"])
def test_half_an_image_does_not_spoil_the_next_receipt(profile: str, counter_with: CounterFactory) -> None:
    counter = counter_with(profile)
    counter.simulated.faults.unplug_after_bytes = 5000
    broken = counter.print(a_receipt("R-0001"))
    counter.simulated.faults.unplugged = False

    outcome = counter.print(a_receipt("R-0002", lines=12))

    assert isinstance(broken, Unknown)
    assert broken.reason is PrintReason.DISCONNECTED
    assert outcome == Printed()
    assert counter.simulated.paper.receipts[-1].picture.tobytes() == picture_alone(counter_with(profile))


def test_a_process_that_remembers_nothing_still_finds_half_an_image(counter_with: CounterFactory) -> None:
    counter = counter_with("epson-raster-80mm")
    counter.simulated.faults.unplug_after_bytes = 5000
    counter.print(a_receipt("R-0001"))
    counter.simulated.faults.unplugged = False
    counter.printer = counter.new_printer()

    assert counter.print(a_receipt("R-0002", lines=12)) == Printed()
    assert counter.simulated.paper.receipts[-1].picture.tobytes() == picture_alone(counter_with("epson-raster-80mm"))


def test_a_clone_of_dots_is_told_that_the_process_before_left_half_an_image(counter_with: CounterFactory) -> None:
    counter = counter_with("clone-80mm")
    counter.simulated.faults.unplug_after_bytes = 5000
    counter.print(a_receipt("R-0001"))
    counter.simulated.faults.unplugged = False
    fresh = counter.new_printer()

    assert fresh.print_rows(a_receipt("R-0002", lines=12), watcher=counter.onlooker, after_unknown=True) == Printed()
    assert counter.simulated.paper.receipts[-1].picture.tobytes() == picture_alone(counter_with("clone-80mm"))


def test_recovery_outlasts_the_largest_image_there_can_be(counter_with: CounterFactory) -> None:
    profile = counter_with("clone-80mm").profile

    assert recovery_bytes(profile).count(0) >= profile.width_bytes * 128
    assert recovery_bytes(replace(profile, dots=384)).count(0) >= 8192


@pytest.mark.parametrize("bytes_per_s", [960, 1_920])
@pytest.mark.parametrize("profile", PROVING)
def test_receipts_over_a_slow_line_are_proven_and_no_late_answer_is_taken_for_a_fault(
    profile: str, bytes_per_s: int, counter_with: CounterFactory
) -> None:
    counter = counter_with(profile)
    counter.printer = counter.new_printer(lambda: SlowLine(counter, bytes_per_s=bytes_per_s))
    # The bit of an open drawer is that of an open cover in the answer to the next question.
    counter.simulated.observed.drawer_is_open = True

    for mark in ("R-0001", "R-0002"):
        assert counter.print(a_receipt(mark)) == Printed()
    assert counter.printer.print_rows(a_receipt("R-0003"), watcher=counter.onlooker, after_unknown=True) == Printed()

    assert counter.onlooker.faults == []


@pytest.mark.parametrize("bytes_per_s", [960, 1_920])
@pytest.mark.parametrize("profile", PROVING)
def test_recovery_over_a_slow_line_is_waited_for(profile: str, bytes_per_s: int, counter_with: CounterFactory) -> None:
    counter = counter_with(profile)
    counter.simulated.faults.bytes_per_s = bytes_per_s
    rows = (TextRow(text="가나다"), CutRow())

    assert counter.printer.print_rows(rows, watcher=counter.onlooker, after_unknown=True) == Printed()


def test_the_drawer_opens_while_a_slow_line_recovers(counter_with: CounterFactory) -> None:
    counter = counter_with("clone-80mm")
    simulated = counter.simulated
    simulated.faults.bytes_per_s = 960
    pulse = b"\x10\x14\x01\x00\x01"
    # The zeros are all on their way by then, and the printer has not come to the end of them.
    counter.clock.after(9, lambda: setattr(counter.onlooker, "commands", pulse))
    opened: list[int] = []
    counter.clock.after(10, lambda: opened.append(simulated.observed.drawer_openings))

    rows = (TextRow(text="가나다"), CutRow())
    assert counter.printer.print_rows(rows, watcher=counter.onlooker, after_unknown=True) == Printed()
    assert (opened, simulated.observed.drawer_openings) == ([1], 1)


def test_a_printer_that_falls_silent_leaves_an_unknown_outcome(counter: Counter) -> None:
    counter.simulated.faults.bytes_per_s = 400
    counter.clock.after(2, lambda: setattr(counter.simulated.faults, "mute", True))
    started_s = counter.clock.now_s()

    outcome = counter.print(a_receipt())

    assert isinstance(outcome, Unknown)
    assert outcome.reason is PrintReason.TIMED_OUT
    assert counter.clock.now_s() - started_s < 60
    assert counter.originals("R-0001") == 1


def test_a_printer_that_breaks_is_not_waited_for(counter: Counter) -> None:
    counter.simulated.faults.bytes_per_s = 400
    counter.clock.after(2, lambda: setattr(counter.simulated.faults, "broken", True))
    started_s = counter.clock.now_s()

    outcome = counter.print(a_receipt())

    assert isinstance(outcome, Unknown)
    assert outcome.reason is PrintReason.BROKEN
    assert counter.clock.now_s() - started_s < 10


def test_a_jam_that_is_cleared_goes_on(counter: Counter) -> None:
    counter.simulated.faults.bytes_per_s = 400
    counter.clock.after(2, lambda: setattr(counter.simulated.faults, "cutter_jam", True))
    counter.clock.after(90, lambda: setattr(counter.simulated.faults, "cutter_jam", False))

    assert counter.print(a_receipt()) == Printed()
    assert "cutter_jam" in counter.onlooker.faults


@pytest.mark.parametrize("profile", PROVING)
def test_a_slow_printer_is_a_printer(profile: str, counter_with: CounterFactory) -> None:
    counter = counter_with(profile)
    counter.simulated.faults.bytes_per_s = 960

    assert counter.print(a_receipt()) == Printed()
    assert count_of(counter) == 1


@pytest.mark.parametrize("profile", PROVING)
def test_short_writes_lose_nothing(profile: str, counter_with: CounterFactory) -> None:
    whole, counter = counter_with(profile), counter_with(profile)
    counter.simulated.faults.write_bytes_max = 7

    assert counter.print(a_receipt()) == Printed()
    whole.print(a_receipt())
    assert counter.simulated.paper.receipts[0].picture.tobytes() == whole.simulated.paper.receipts[0].picture.tobytes()


def test_a_printer_without_a_voice_is_never_called_proven(counter_with: CounterFactory) -> None:
    counter = counter_with("clone-58mm-mute")
    counter.simulated.faults.mute = True

    outcome = counter.print(a_receipt())

    assert isinstance(outcome, Unverified)
    assert count_of(counter) == 1


def test_a_job_that_waits_for_paper_can_be_given_up(counter: Counter) -> None:
    counter.simulated.faults.paper_out_after_lines = 7
    counter.clock.after(20, lambda: setattr(counter.onlooker, "stops", True))

    outcome = counter.print(a_receipt())

    assert isinstance(outcome, Unknown)
    assert outcome.reason is PrintReason.STOPPED


def test_two_receipts_in_one_job_are_cut_apart(counter: Counter) -> None:
    rows: tuple[Row, ...] = (TextRow(text="one"), CutRow(), TextRow(text="two"), CutRow())

    assert counter.print(rows) == Printed()
    assert counter.papers == ["one\n", "two\n"]


def test_a_network_printer_is_let_go_after_each_job(counter: Counter) -> None:
    connections: list[InProcessTransport] = []

    def connect() -> InProcessTransport:
        connections.append(InProcessTransport(counter.simulated, counter.clock, closes_when_idle=True))
        return connections[-1]

    printer = counter.new_printer(connect)
    for mark in ("R-0001", "R-0002"):
        assert printer.print_rows(a_receipt(mark), watcher=counter.onlooker) == Printed()
    printer.ask_state()

    assert len(connections) == 3
    assert count_of(counter) == 2
