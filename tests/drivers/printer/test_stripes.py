"""Lines of dots by columns: the same picture in fewer bytes, whatever happens on the way."""

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from drivers.printer.commands import stripe
from drivers.printer.document import Align, Bitmap, BlankRow, PairRow, QrRow, Row, Rule, RuleRow, Size, TextRow
from drivers.printer.encoder import Encoder
from drivers.printer.outcome import NotStarted, Printed, PrintReason, Unknown
from drivers.printer.profile import DotsBy, load_profile
from drivers.printer.raster import Letter, Typeface, bands_of, bitmap_of, has_real_time_command, picture_of
from drivers.printer.simulated import SimulatedPrinter
from drivers.printer.simulated_commands import Command, next_token
from drivers.printer.simulated_faults import Hardware
from drivers.printer.simulated_wire import VirtualClock
from drivers.printer.status import Paper
from drivers.printer.stripes import STRIPE_DOTS, Stripe, pieces_of
from tests.support.printer_counter import Counter, CounterFactory, a_receipt

CUT = b"\x1dVB\x00"
CLONES = ["clone-80mm", "clone-58mm", "epson-raster-80mm"]
some_text = st.text(
    alphabet=st.sampled_from("가나다뷁똠힣한 국0123456789,.-_=|ABgjpqy₩①㎏韓~'\"") | st.characters(), max_size=60
)
some_row = st.one_of(
    st.builds(TextRow, text=some_text, align=st.sampled_from(Align), bold=st.booleans(), size=st.sampled_from(Size)),
    st.builds(PairRow, left=some_text, right=some_text, bold=st.booleans(), size=st.sampled_from(Size)),
    st.builds(RuleRow, rule=st.sampled_from(Rule)),
    st.builds(BlankRow, lines=st.integers(min_value=1, max_value=3)),
    st.just(QrRow(data="CKS1:HELLO")),
)
some_rows = st.lists(some_row, max_size=8)


@st.composite
def pictures(draw: st.DrawFn) -> Bitmap:
    """Blots of ink anywhere, thin and thick, close and far apart; many of their bytes are parts of commands."""
    width_bytes, height = draw(st.integers(1, 9)), draw(st.integers(1, 120))
    dots = bytearray(width_bytes * height)
    for _ in range(draw(st.integers(0, 12))):
        at = draw(st.integers(0, len(dots) - 1))
        dots[at] = draw(st.sampled_from([0xFF, 0x01, 0x80, 0x10, 0x04, 0x05, 0x14, 0x7E]))
    for _ in range(draw(st.integers(0, 3))):
        # Columns whose bytes read like a command: a dot at the fourth row, another ten or eleven below it.
        top, column = draw(st.integers(0, height - 1)), draw(st.integers(0, width_bytes - 1))
        for row in (top + 3, top + 13):
            if row < height:
                dots[row * width_bytes + column] |= 0x08
    return Bitmap(width_bytes=width_bytes, height_dots=height, bits=bytes(dots))


def put_together(pieces: Iterator[Bitmap | Stripe], *, width_dots: int) -> Image.Image:
    """What the pieces are, one below the other."""
    strips = []
    for piece in pieces:
        height = STRIPE_DOTS if isinstance(piece, Stripe) else piece.height_dots
        strip = Image.new("1", (width_dots, height), 1)
        if isinstance(piece, Stripe):
            for run in piece.runs:
                turned = picture_of(Bitmap(width_bytes=3, height_dots=run.columns, bits=run.bits))
                strip.paste(turned.transpose(Image.Transpose.TRANSPOSE), (run.left_dots, 0))
        else:
            strip.paste(picture_of(piece), (0, 0))
        strips.append(strip)
    whole = Image.new("1", (width_dots, sum(strip.height for strip in strips)), 1)
    top = 0
    for strip in strips:
        whole.paste(strip, (0, top))
        top += strip.height
    return whole


@settings(max_examples=150, deadline=None)
@given(bitmap=pictures())
def test_the_pieces_are_the_picture(bitmap: Bitmap) -> None:
    pieces = list(pieces_of(bitmap, rows_max=128))

    assert put_together(iter(pieces), width_dots=bitmap.width_dots).tobytes() == picture_of(bitmap).tobytes()
    for piece in pieces:
        if isinstance(piece, Stripe):
            assert not any(has_real_time_command(run.bits) for run in piece.runs)
            edges = [(run.left_dots, run.left_dots + run.columns) for run in piece.runs]
            assert edges == sorted(edges)
            assert edges[-1][1] <= bitmap.width_dots


@settings(max_examples=150, deadline=None)
@given(bitmap=pictures())
def test_pieces_never_take_more_bytes_than_rows(bitmap: Bitmap) -> None:
    def cost(pieces: Iterator[Bitmap | Stripe]) -> int:
        return sum(len(stripe(piece)) if isinstance(piece, Stripe) else 8 + len(piece.bits) for piece in pieces)

    assert cost(pieces_of(bitmap, rows_max=128)) <= cost(bands_of(bitmap, rows_max=128))


def test_columns_that_read_like_a_command_begin_a_row_higher() -> None:
    # Nine columns far apart at each edge, so that a stripe pays; in one of them 0x10 stands above 0x04.
    rows = [bytearray(72) for _ in range(40)]
    for row in range(10, 30):
        rows[row][0] = rows[row][71] = 0x01
    for row in range(14, 29):
        rows[row][35] = 0x00
    rows[13][35] = rows[23][35] = 0x80
    bitmap = Bitmap(width_bytes=72, height_dots=40, bits=b"".join(map(bytes, rows)))

    (found,) = (piece for piece in pieces_of(bitmap, rows_max=128) if isinstance(piece, Stripe))

    assert found.top_dots == 9
    assert put_together(pieces_of(bitmap, rows_max=128), width_dots=576).tobytes() == picture_of(bitmap).tobytes()


def test_a_line_of_an_item_takes_little_more_than_half(typeface: Typeface) -> None:
    line = "1. 소금빵과 우유 세트" + " " * 16 + "1,500"
    bitmap = bitmap_of(typeface.draw_line(line, letter=Letter(), width_dots=576, left_dots=36))

    by_rows = sum(8 + len(band.bits) for band in bands_of(bitmap, rows_max=128))
    (found,) = (piece for piece in pieces_of(bitmap, rows_max=128) if isinstance(piece, Stripe))

    assert found.cost_bytes < 0.6 * by_rows


def printed_by(dots_by: DotsBy, rows: list[Row], profile: str, typeface: Typeface) -> tuple[bytes, SimulatedPrinter]:
    loaded = load_profile(profile)
    clock = VirtualClock()
    printer = SimulatedPrinter(monotonic_s=clock.now_s, typeface=typeface, hardware=Hardware(dots=loaded.dots))
    data = b"".join(Encoder(loaded, columns=loaded.columns, typeface=typeface, dots_by=dots_by).encode(rows)) + CUT
    assert not has_real_time_command(data)
    while data:
        data = data[printer.receive(data) :]
    return printer.paper.receipts[-1].picture.tobytes(), printer


@settings(max_examples=25, deadline=None)
@given(rows=some_rows)
@pytest.mark.parametrize("profile", CLONES)
def test_every_receipt_by_columns_is_dot_for_dot_the_receipt_by_rows(
    profile: str, rows: list[Row], typeface: Typeface
) -> None:
    by_rows, _ = printed_by(DotsBy.ROWS, rows, profile, typeface)
    by_columns, printer = printed_by(DotsBy.COLUMNS, rows, profile, typeface)

    assert by_columns == by_rows
    assert printer.observed.refused == []
    assert printer.observed.drawer_openings == 0


def test_a_model_without_column_images_gets_rows(typeface: Typeface) -> None:
    # The database says of this one that it takes raster images only.
    profile = load_profile("korean-58mm")
    encoders = [Encoder(profile, columns=32, typeface=typeface, dots_by=dots_by) for dots_by in DotsBy]

    by_rows, by_columns = (encoder.encode([PairRow(left="똠", right="9")]) for encoder in encoders)

    assert by_rows == by_columns


def test_a_segment_leaves_the_printer_as_it_was(typeface: Typeface) -> None:
    profile = load_profile("clone-80mm")
    encoder = Encoder(profile, columns=48, typeface=typeface, dots_by=DotsBy.COLUMNS)

    segments = encoder.encode(a_receipt())

    lines = [segment for segment in segments if segment[:2] == b"\x1b3"]
    assert len(lines) > 30
    for line in lines:
        names = names_of(line)
        assert (names[0], names[-2:]) == ("\x1b3", ["\n", "\x1b2"])
        assert set(names[1:-2]) == {"\x1b$", "\x1b*"}
        assert len(line) < 2048


def names_of(data: bytes) -> list[str]:
    """The commands in a stream, columns skipped as the printer skips them."""
    names = []
    while data:
        token = next_token(data)
        assert token is not None
        found, used = token
        assert isinstance(found, Command), found
        names.append(found.name)
        if found.name == "\x1b*":
            used += 3 * int.from_bytes(found.parameters[1:3], "little")
        data = data[used:]
    return names


# What happens on the way


@pytest.fixture
def serial_counter(counter_with: CounterFactory) -> Counter:
    return counter_with("clone-80mm", dots_by=DotsBy.COLUMNS)


def picture_alone(counter_with: CounterFactory, profile: str) -> bytes:
    """What the second receipt looks like on a printer that nothing happened to."""
    counter = counter_with(profile)
    counter.print(a_receipt("R-0002", lines=6))
    return counter.simulated.paper.receipts[-1].picture.tobytes()


@pytest.mark.parametrize("profile", ["clone-80mm", "epson-raster-80mm"])
def test_the_cable_out_at_any_byte_of_a_stripe_spoils_no_later_receipt(
    profile: str, counter_with: CounterFactory
) -> None:
    whole = counter_with(profile, dots_by=DotsBy.COLUMNS)
    whole.print(a_receipt(lines=3))
    segments = whole.encoder.encode(a_receipt(lines=3))
    alone = picture_alone(counter_with, profile)
    begin = 40 + len(segments[0])

    # Every byte of the heads of a stripe's commands, and steps through its dots and into the next line.
    for after in (*range(begin, begin + 30), *range(begin + 30, begin + len(segments[1]) + 60, 53)):
        counter = counter_with(profile, dots_by=DotsBy.COLUMNS)
        counter.simulated.faults.unplug_after_bytes = after
        outcome = counter.print(a_receipt("R-0001", lines=3))
        assert isinstance(outcome, Unknown), after
        assert counter.papers == [], after

        counter.simulated.faults.unplugged = False
        assert counter.print(a_receipt("R-0002", lines=6)) == Printed(), after
        assert counter.simulated.paper.receipts[-1].picture.tobytes() == alone, after


def test_a_process_that_remembers_nothing_is_told_of_half_a_stripe(
    serial_counter: Counter, counter_with: CounterFactory
) -> None:
    serial_counter.simulated.faults.unplug_after_bytes = 1_500
    serial_counter.print(a_receipt("R-0001"))
    assert serial_counter.simulated.paper.hanging
    serial_counter.simulated.faults.unplugged = False
    fresh = serial_counter.new_printer()

    outcome = fresh.print_rows(a_receipt("R-0002", lines=6), watcher=serial_counter.onlooker, after_unknown=True)

    assert outcome == Printed()
    assert serial_counter.simulated.paper.receipts[-1].picture.tobytes() == picture_alone(counter_with, "clone-80mm")


def test_power_lost_inside_a_stripe_leaves_nothing_of_it_on_the_next_receipt(
    serial_counter: Counter, counter_with: CounterFactory
) -> None:
    simulated = serial_counter.simulated
    simulated.faults.unplug_after_bytes = 1_500
    assert isinstance(serial_counter.print(a_receipt("R-0001")), Unknown)
    simulated.faults.unplugged = False
    simulated.power_cycle()

    assert serial_counter.print(a_receipt("R-0002", lines=6)) == Printed()
    assert simulated.paper.receipts[-1].picture.tobytes() == picture_alone(counter_with, "clone-80mm")


@pytest.mark.parametrize("lines", [1, 7, 30])
def test_paper_that_ends_between_stripes_is_waited_for(
    lines: int, serial_counter: Counter, counter_with: CounterFactory
) -> None:
    simulated = serial_counter.simulated
    simulated.faults.paper_out_after_lines = lines
    serial_counter.clock.after(120, lambda: setattr(simulated.faults, "paper", Paper.OK))
    whole = counter_with("clone-80mm")

    assert serial_counter.print(a_receipt()) == Printed()
    whole.print(a_receipt())

    assert [receipt.picture.tobytes() for receipt in simulated.paper.receipts] == [
        whole.simulated.paper.receipts[0].picture.tobytes()
    ]


@pytest.mark.parametrize("faults", [{"write_bytes_max": 7}, {"bytes_per_s": 960}])
def test_short_writes_and_a_slow_head_lose_no_dot(
    faults: dict[str, int], serial_counter: Counter, counter_with: CounterFactory
) -> None:
    for name, value in faults.items():
        setattr(serial_counter.simulated.faults, name, value)
    whole = counter_with("clone-80mm")

    assert serial_counter.print(a_receipt()) == Printed()
    whole.print(a_receipt())

    pictures = [counter.simulated.paper.receipts[0].picture.tobytes() for counter in (serial_counter, whole)]
    assert pictures[0] == pictures[1]


def test_no_paper_no_byte(serial_counter: Counter) -> None:
    serial_counter.simulated.faults.paper = Paper.OUT

    assert serial_counter.print(a_receipt()) == NotStarted(reason=PrintReason.PAPER_OUT)
    assert serial_counter.papers == []


def test_the_drawer_opens_in_the_middle_of_stripes(serial_counter: Counter, counter_with: CounterFactory) -> None:
    serial_counter.onlooker.commands = b"\x10\x14\x01\x00\x01"
    whole = counter_with("clone-80mm")

    assert serial_counter.print(a_receipt()) == Printed()
    whole.print(a_receipt())

    assert serial_counter.simulated.observed.drawer_openings == 1
    pictures = [counter.simulated.paper.receipts[0].picture.tobytes() for counter in (serial_counter, whole)]
    assert pictures[0] == pictures[1]


# The simulated printer's own columns


@pytest.fixture
def printer(typeface: Typeface) -> SimulatedPrinter:
    return SimulatedPrinter(monotonic_s=VirtualClock().now_s, typeface=typeface)


def feed(printer: SimulatedPrinter, data: bytes) -> None:
    while data:
        taken = printer.receive(data)
        assert taken
        data = data[taken:]


def inked(printer: SimulatedPrinter) -> tuple[int, int, int, int] | None:
    """Where there is ink on the last receipt: left, top, right, bottom, without the margins."""
    picture = printer.paper.receipts[-1].picture
    box = picture.convert("L").point(lambda value: 255 - value).getbbox()
    return None if box is None else (box[0] - 32, box[1] - 32, box[2] - 32, box[3] - 32)


@pytest.mark.parametrize(
    ("m", "columns", "box"),
    [(33, 3, (0, 0, 1, 24)), (32, 3, (0, 0, 2, 24)), (1, 1, (0, 0, 1, 24)), (0, 1, (0, 0, 2, 24))],
)
def test_every_density_is_as_wide_and_as_high_as_the_reference_says(
    m: int, columns: int, box: tuple[int, int, int, int], printer: SimulatedPrinter
) -> None:
    feed(printer, b"\x1b3\x18\x1b*" + bytes((m, 1, 0)) + b"\xff" * columns + b"\n" + CUT)

    assert inked(printer) == box


def test_columns_stand_where_the_position_is_and_letters_go_on_behind_them(printer: SimulatedPrinter) -> None:
    feed(printer, b"\x1b$\x64\x00\x1b*\x21\x02\x00" + b"\xff" * 6 + b"\x1b$\x00\x02\x1b*\x21\x01\x00" + b"\xff" * 3)
    feed(printer, b"\n" + CUT)

    assert inked(printer) == (100, 0, 513, 24)


def test_what_is_wider_than_the_paper_is_not_printed(printer: SimulatedPrinter) -> None:
    feed(printer, b"\x1b$\x3e\x02\x1b*\x21\x10\x00" + b"\xff" * 48 + b"A\n" + CUT)

    assert inked(printer) is not None
    assert printer.paper.receipts[0].text == "\nA\n"


def test_an_unknown_density_is_refused_and_its_dots_are_text(printer: SimulatedPrinter) -> None:
    feed(printer, b"\x1b*\x07\x01\x00HELLO\n" + CUT)

    assert printer.paper.receipts[0].text == "HELLO\n"
    assert [refusal.data for refusal in printer.observed.refused] == [b"\x1b*\x07\x01\x00"]


def test_half_a_stripe_eats_what_comes_next(printer: SimulatedPrinter) -> None:
    feed(printer, b"\x1b*\x21\x40\x02" + bytes(100) + b"\x1b@HELLO\n" + CUT)

    assert printer.paper.receipts == []


def test_initialising_drops_the_line_and_its_height(printer: SimulatedPrinter) -> None:
    feed(printer, b"\x1b3\xff\x1b*\x21\x01\x00\xff\xff\xff\x1b@A\n" + CUT)

    assert inked(printer) is not None
    box = inked(printer) or (0, 0, 0, 0)
    assert box[3] <= 30


line_command = st.one_of(
    st.builds(
        lambda m, columns, dots: b"\x1b*" + bytes((m,)) + columns.to_bytes(2, "little") + dots,
        st.sampled_from([0, 1, 32, 33, 2, 255]),
        st.integers(0, 700),
        st.binary(max_size=300),
    ),
    st.builds(lambda at: b"\x1b$" + at.to_bytes(2, "little"), st.integers(0, 65_535)),
    st.builds(lambda at: b"\x1b\\" + at.to_bytes(2, "little"), st.integers(0, 65_535)),
    st.builds(lambda at: b"\x1dL" + at.to_bytes(2, "little"), st.integers(0, 65_535)),
    st.builds(lambda dots: b"\x1b3" + bytes((dots,)), st.integers(0, 255)),
    st.sampled_from([b"\x1b2", b"\n", b"\x1b@", b"A", "가".encode("euc_kr"), b"\x1ba\x01", b"\x1bJ\x05", b"\x1bd\x02"]),
)


@settings(max_examples=200, deadline=None)
@given(data=st.lists(line_command, max_size=20).map(b"".join), piece=st.integers(1, 500))
def test_no_lines_of_columns_break_the_printer(data: bytes, piece: int, typeface: Typeface) -> None:
    printer = SimulatedPrinter(monotonic_s=VirtualClock().now_s, typeface=typeface)
    for at in range(0, len(data), piece):
        feed(printer, data[at : at + piece])
    printer.power_cycle()
    feed(printer, b"OK\n" + CUT)

    assert printer.paper.receipts[-1].text.endswith("OK\n")
    assert all(receipt.picture.width == 576 + 64 for receipt in printer.paper.receipts)
