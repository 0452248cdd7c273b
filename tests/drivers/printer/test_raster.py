"""Dots: letters, codes, and what must not stand in them."""

from pathlib import Path

import pytest
import zxingcpp
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from drivers.errors import DeviceSetupError
from drivers.printer.document import Bitmap, Size
from drivers.printer.raster import (
    Letter,
    Typeface,
    bands_of,
    bitmap_of,
    draw_qr,
    find_font,
    fitting_module_dots,
    has_real_time_command,
    picture_of,
    without_real_time_commands,
)

# Printers obey these wherever they stand: the drawer opens, the buffer is cleared, the stream is answered into.
dangerous = st.lists(
    st.one_of(st.binary(max_size=8), st.sampled_from([b"\x10\x04", b"\x10\x05\x02", b"\x10\x14\x01\x00\x01", b"\x10"]))
).map(b"".join)


@given(dangerous)
def test_no_picture_holds_a_real_time_command(bits: bytes) -> None:
    safe = without_real_time_commands(bits)

    assert not has_real_time_command(safe)
    assert len(safe) == len(bits)
    differing = sum(bin(left ^ right).count("1") for left, right in zip(safe, bits, strict=True))
    assert differing == sum(bits.count(pair) for pair in (b"\x10\x04", b"\x10\x05", b"\x10\x14"))


def test_a_picture_survives_becoming_bits(typeface: Typeface) -> None:
    line = typeface.draw_line("가나다 똠 ₩1,000", letter=Letter(), width_dots=576, left_dots=0)

    bitmap = bitmap_of(line)

    assert picture_of(bitmap).tobytes() == line.tobytes()


def test_letters_stand_in_the_grid_of_font_a(typeface: Typeface) -> None:
    line = typeface.draw_line("A가B", letter=Letter(), width_dots=96, left_dots=0)
    ink = [any(line.getpixel((x, y)) == 0 for y in range(line.height)) for x in range(96)]

    assert any(ink[0:12])
    assert any(ink[12:36])
    assert any(ink[36:48])
    assert not any(ink[48:])


@pytest.mark.parametrize("size", list(Size))
def test_a_line_is_as_tall_as_its_letters(size: Size, typeface: Typeface) -> None:
    line = typeface.draw_line("가A", letter=Letter(size=size), width_dots=384, left_dots=0)

    assert line.size == (384, 30 * size.height)


def test_what_the_font_lacks_is_a_box_and_not_nothing(typeface: Typeface) -> None:
    missing = typeface.draw_line("😀", letter=Letter(), width_dots=48, left_dots=0)

    assert 0 in missing.tobytes() or any(byte != 0xFF for byte in missing.tobytes())


@pytest.mark.parametrize("module_dots", [3, 4, 6])
def test_a_drawn_code_is_read_by_a_decoder_that_did_not_draw_it(module_dots: int) -> None:
    data = "CKS1:" + "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:" * 9

    picture = draw_qr(data, module_dots=module_dots)

    found = zxingcpp.read_barcodes(picture.convert("L"))
    assert [code.text for code in found] == [data]


def test_a_code_that_would_be_too_wide_gets_smaller_modules() -> None:
    data = "A" * 800

    dots = fitting_module_dots(data, module_dots=8, width_dots=384)

    assert dots == 3
    assert draw_qr(data, module_dots=dots).width <= 384


def test_an_absent_font_is_named_with_what_to_install(tmp_path: Path) -> None:
    with pytest.raises(DeviceSetupError, match="fonts-naver-d2coding"):
        find_font((tmp_path / "nowhere.ttc", tmp_path))


def test_a_file_that_is_no_font_says_so(tmp_path: Path) -> None:
    fake = tmp_path / "D2Coding.ttf"
    fake.write_bytes(b"not a font")

    with pytest.raises(DeviceSetupError, match="not a font"):
        Typeface.load((fake,))


def test_bits_are_padded_with_white() -> None:
    bitmap = bitmap_of(Image.new("1", (3, 1), 0))

    assert bitmap.bits == b"\xe0"


@given(
    st.integers(min_value=1, max_value=12),
    st.lists(st.one_of(st.just(b""), st.binary(max_size=12)), min_size=1, max_size=300),
    st.integers(min_value=8, max_value=128),
)
def test_bands_put_together_are_the_picture(width: int, rows: list[bytes], rows_max: int) -> None:
    bits = b"".join(row[:width].ljust(width, b"\0") for row in rows)
    bands = list(bands_of(Bitmap(width_bytes=width, height_dots=len(rows), bits=bits), rows_max=rows_max))

    again = b"".join(
        band.bits[at : at + band.width_bytes].ljust(width, b"\0")
        for band in bands
        for at in range(0, len(band.bits), band.width_bytes)
    )
    assert again == bits
    assert max(band.height_dots for band in bands) <= rows_max


def test_white_travels_for_almost_nothing() -> None:
    line = b"\xff" * 10 + b"\0" * 62
    white = b"\0" * 72
    bitmap = Bitmap(width_bytes=72, height_dots=54, bits=line * 24 + white * 30)

    assert [(band.width_bytes, band.height_dots) for band in bands_of(bitmap, rows_max=128)] == [(10, 24), (1, 30)]
