"""Rows to bytes."""

import subprocess
import sys
from collections.abc import Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.printer import commands
from drivers.printer.document import (
    Align,
    BlankRow,
    CutRow,
    ImageRow,
    PairRow,
    QrRow,
    Row,
    Rule,
    RuleRow,
    Size,
    TextRow,
)
from drivers.printer.encoder import Encoder
from drivers.printer.profile import load_profile, profile_names
from drivers.printer.raster import Letter, Typeface, bitmap_of, has_real_time_command
from drivers.printer.simulated_commands import Command, Refused, next_token
from tests.support.printer_counter import Counter, CounterFactory

PROLOGUE = b"\x1bt\x00\x1c&\x1bR\x0d\x1cS\x00\x00"
any_text = st.text(max_size=80)
any_row = st.one_of(
    st.builds(TextRow, text=any_text, align=st.sampled_from(Align), bold=st.booleans(), size=st.sampled_from(Size)),
    st.builds(PairRow, left=any_text, right=any_text, bold=st.booleans(), size=st.sampled_from(Size)),
    st.builds(RuleRow, rule=st.sampled_from(Rule)),
    st.builds(BlankRow, lines=st.integers(min_value=1, max_value=5)),
)


@pytest.fixture(scope="module")
def encoder(typeface: Typeface) -> Encoder:
    return Encoder(load_profile("epson-tm-t20-korean"), columns=48, typeface=typeface)


def body(encoder: Encoder, *rows: Row) -> bytes:
    return b"".join(encoder.encode(rows))


def dots_of(bands: Iterable[bytes], *, width_bytes: int = 72) -> bytes:
    """The rows of GS v 0 commands, each as wide as the paper."""
    rows = []
    for band in bands:
        assert band[:4] == b"\x1dv0\x00"
        width = int.from_bytes(band[4:6], "little")
        rows += [band[at : at + width].ljust(width_bytes, b"\0") for at in range(8, len(band), width)]
    return b"".join(rows)


def names_of(data: bytes) -> list[str]:
    """The commands in a stream, images skipped as the printer skips them."""
    names: list[str] = []
    while data:
        token = next_token(data)
        assert token is not None, data[:20]
        found, used = token
        assert not isinstance(found, Refused), data[:20]
        if isinstance(found, Command):
            names.append(found.name)
            if found.name == "\x1dv0":
                used += int.from_bytes(found.parameters[1:3], "little") * int.from_bytes(
                    found.parameters[3:5], "little"
                )
        data = data[used:]
    return names


def test_korean_text_is_kanji_mode_and_ks_x_1001(encoder: Encoder) -> None:
    assert body(encoder, TextRow(text="한국어 ABC")) == PROLOGUE + b"\xc7\xd1\xb1\xb9\xbe\xee ABC\n"


def test_an_amount_stands_at_the_right_margin(encoder: Encoder) -> None:
    line = body(encoder, PairRow(left="합계", right="₩12,000"))

    assert line == PROLOGUE + "합계".encode("euc_kr") + b" " * 37 + b"\x5c12,000\n"


def test_large_letters_are_switched_on_and_off_around_their_line(encoder: Encoder) -> None:
    line = body(encoder, TextRow(text="가", size=Size.DOUBLE, bold=True, align=Align.CENTRE))

    assert line == PROLOGUE + b"\x1bE\x01\x1d!\x11" + b" " * 11 + b"\xb0\xa1\n" + b"\x1bE\x00\x1d!\x00"


def test_a_rule_goes_from_margin_to_margin(encoder: Encoder) -> None:
    assert body(encoder, RuleRow(rule=Rule.THICK)) == PROLOGUE + b"=" * 48 + b"\n"


def test_narrower_receipts_stand_in_the_middle(typeface: Typeface) -> None:
    encoder = Encoder(load_profile("epson-tm-t20-korean"), columns=42, typeface=typeface)

    assert body(encoder, RuleRow()) == PROLOGUE + b"   " + b"-" * 42 + b"\n"


def test_a_code_is_drawn_by_the_printer_in_the_middle(encoder: Encoder) -> None:
    data = b"CKS1:HELLO"

    code = body(encoder, QrRow(data=data.decode(), module_dots=4))

    assert code == (
        PROLOGUE
        + b"\x1bd\x01\x1ba\x01"
        + b"\x1d(k\x04\x001A2\x00"
        + b"\x1d(k\x03\x001C\x04"
        + b"\x1d(k\x03\x001E1"
        + b"\x1d(k\x0d\x001P0"
        + data
        + b"\x1d(k\x03\x001Q0"
        + b"\x1ba\x00\x1bd\x01"
    )


def test_the_cut_feeds_to_the_blade(encoder: Encoder) -> None:
    assert body(encoder, CutRow()) == PROLOGUE + b"\x1dVB\x00"
    assert commands.TEAR_OFF == b"\x1dVB\x00"


def test_without_a_blade_the_paper_is_fed_to_be_torn(typeface: Typeface) -> None:
    encoder = Encoder(load_profile("clone-58mm"), columns=32, typeface=typeface)

    assert body(encoder, CutRow()) == b"\x1bd\x05"


def test_only_the_line_with_the_odd_syllable_becomes_dots(encoder: Encoder) -> None:
    segments = encoder.encode([TextRow(text="김치찌개"), TextRow(text="똠양꿍"), TextRow(text="냉면")])

    are_dots = [segment[:3] == b"\x1dv0" for segment in segments]
    assert (are_dots[:2], set(are_dots[2:-1]), are_dots[-1]) == ([False, False], {True}, False)
    assert segments[-1] == "냉면".encode("euc_kr") + b"\n"


def test_a_line_of_dots_shows_what_the_font_shows(encoder: Encoder, typeface: Typeface) -> None:
    line = encoder.encode([TextRow(text="똠")])[1:]

    expected = bitmap_of(typeface.draw_line("똠", letter=Letter(), width_dots=576, left_dots=0))

    assert dots_of(line) == expected.bits


def test_pictures_go_out_in_bands_and_keep_every_dot(encoder: Encoder, typeface: Typeface) -> None:
    picture = typeface.draw_line("가", letter=Letter(size=Size.DOUBLE), width_dots=576, left_dots=0).resize((576, 500))
    bitmap = bitmap_of(picture)

    bands = encoder.encode([ImageRow(bitmap=bitmap)])[1:]

    heights = [int.from_bytes(band[6:8], "little") for band in bands]
    assert sum(heights) == 500
    assert max(heights) <= 128
    assert dots_of(bands) == bitmap.bits


def test_on_a_clone_everything_is_dots(typeface: Typeface) -> None:
    encoder = Encoder(load_profile("clone-80mm"), columns=48, typeface=typeface)

    stream = body(encoder, TextRow(text="가나다"), QrRow(data="CKS1:X"), PairRow(left="a", right="b"), CutRow())

    assert set(names_of(stream)) == {"\x1dv0", "\x1dV"}


def test_a_row_that_is_too_long_goes_on_in_the_next_line(counter: Counter) -> None:
    counter.print((TextRow(text="가" * 30), PairRow(left="나" * 22, right="12,000"), CutRow()))

    assert counter.papers[0].splitlines() == ["가" * 24, "가" * 6, "나" * 22, " " * 42 + "12,000"]


@settings(max_examples=60, deadline=None)
@given(rows=st.lists(any_row, max_size=6))
@pytest.mark.parametrize("name", ["epson-tm-t20-korean", "clone-58mm"])
def test_no_text_can_make_the_printer_do_anything(name: str, rows: list[Row], typeface: Typeface) -> None:
    profile = load_profile(name)
    encoder = Encoder(profile, columns=profile.columns, typeface=typeface)

    stream = b"".join(encoder.encode(rows))

    layout_only = {"\x1bt", "\x1c&", "\x1bR", "\x1cS", "\n", "\x1bE", "\x1d!", "\x1c!", "\x1dv0", "\x1bd"}
    assert set(names_of(stream)) <= layout_only
    assert not has_real_time_command(stream)


@settings(max_examples=60, deadline=None)
@given(rows=st.lists(any_row, max_size=4), columns=st.sampled_from([32, 42, 48]))
def test_no_line_is_wider_than_the_paper(rows: list[Row], columns: int, typeface: Typeface) -> None:
    encoder = Encoder(load_profile("epson-tm-t20-korean"), columns=columns, typeface=typeface)

    from drivers.printer.hangul import columns_of

    for row in rows:
        if isinstance(row, TextRow | PairRow | RuleRow):
            for line in encoder.lines(row):
                indent = (48 - columns) // 2 // line.letter.size.width
                assert (columns_of(line.text) - indent) * line.letter.size.width <= columns


@pytest.mark.parametrize("name", profile_names())
def test_every_profile_prints_every_row(name: str, counter_with: CounterFactory) -> None:
    counter = counter_with(name)
    rows: tuple[Row, ...] = (
        TextRow(text="가나다 똠", size=Size.DOUBLE, align=Align.CENTRE),
        PairRow(left="합계", right="12,000", bold=True, size=Size.TALL),
        RuleRow(),
        QrRow(data="CKS1:" + "A" * 300),
        BlankRow(lines=2),
        CutRow(),
    )

    counter.print(rows)

    assert len(counter.papers) == 1
    assert counter.simulated.observed.refused == []
    assert counter.simulated.observed.drawer_openings == 0


@pytest.mark.parametrize("profile", ["epson-tm-t20-korean", "clone-80mm"])
def test_a_narrow_receipt_on_wide_paper_has_one_left_edge_whatever_the_letters(
    profile: str, typeface: Typeface, counter_with: CounterFactory
) -> None:
    counter = counter_with(profile)
    encoder = Encoder(load_profile(profile), columns=42, typeface=typeface)
    rows = (TextRow(text="■"), TextRow(text="■", size=Size.DOUBLE), TextRow(text="■", size=Size.WIDE), CutRow())
    counter.printer.print_segments(encoder.encode(rows), watcher=counter.onlooker)

    picture = counter.simulated.paper.receipts[0].picture
    inked = [[x for x in range(picture.width) if not picture.getpixel((x, y))] for y in range(picture.height)]
    # A square of normal width has 6 dots of white at its left, a wide one 12.
    edges = [min(row) - (6 if max(row) - min(row) < 14 else 12) for row in inked if row]
    assert len(edges) > 30
    assert len(set(edges)) == 1


def test_the_vendors_library_leaves_our_logging_alone() -> None:
    script = (
        "import logging; logging.getLogger('x')\n"
        "from drivers.printer.commands import VendorCommands\n"
        "VendorCommands('TM-T20II'); print(len(logging.getLogger().handlers))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60)

    assert done.stdout.strip() == "0"
