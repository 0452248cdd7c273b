"""KS X 1001 and the width of characters."""

import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.printer.hangul import columns_of, encode, printable, split_columns
from pos.text import is_safe
from pos.till.receipt import width as receipt_width

EVERY_CHARACTER = [chr(code) for code in range(0x20, sys.maxunicode + 1) if not 0xD800 <= code < 0xE000]


def test_two_thousand_three_hundred_and_fifty_syllables_are_text() -> None:
    syllables = [chr(code) for code in range(0xAC00, 0xD7A4)]

    assert sum(encode(syllable) is not None for syllable in syllables) == 2350


@pytest.mark.parametrize("syllable", ["똠", "뷁", "펲", "챱", "샾", "됬", "섊"])
def test_a_syllable_that_no_rom_has_is_not_text(syllable: str) -> None:
    assert syllable.encode("euc_kr")  # eight bytes of loose jamo: the trap
    assert encode(f"가{syllable}") is None


def test_columns_are_bytes_for_all_of_ks_x_1001() -> None:
    encoded = {character: encode(character) for character in EVERY_CHARACTER}
    in_rom = {character: code for character, code in encoded.items() if code is not None and len(code) == 2}

    assert len(in_rom) == 8226
    assert all(columns_of(character) == 2 for character in in_rom)
    assert all(columns_of(chr(code)) == 1 for code in range(0x20, 0x7F))


def test_layout_and_printer_agree_on_every_character() -> None:
    assert all(
        receipt_width.columns_of(character) == columns_of(printable(character))
        for character in EVERY_CHARACTER
        if is_safe(character)
    )


def test_won_is_the_byte_that_prints_won_and_a_backslash_is_not_text() -> None:
    assert encode("₩1,000") == b"\x5c1,000"
    assert encode("C:\\") is None


@pytest.mark.parametrize(
    ("raw", "printed"),
    [
        ("10–12", "10―12"),
        ("가—나", "가―나"),
        ("•빵", "·빵"),
        ("✓확인", "V확인"),
        ("−5", "-5"),
        ("가\u00a0나", "가 나"),
    ],
)
def test_what_the_rom_lacks_is_replaced_by_what_a_reader_expects(raw: str, printed: str) -> None:
    assert printable(raw) == printed
    assert encode(printable(raw)) is not None


@pytest.mark.parametrize("text", ["①②", "㎏ ㎡ ℃", "韓國 小計", "※ ★ ☎", "“빵” … →", "￦1,000"])
def test_what_the_rom_has_is_text(text: str) -> None:
    encoded = encode(printable(text))

    assert encoded is not None
    assert len(encoded) == columns_of(text)


def test_decomposed_hangul_is_composed_first() -> None:
    assert encode(printable("\u1112\u1161\u11ab")) == "한".encode("euc_kr")


@given(st.text())
def test_no_text_becomes_a_control_byte(raw: str) -> None:
    encoded = encode(printable(raw))

    assert encoded is None or all(byte >= 0x20 and byte != 0x7F for byte in encoded)


@given(st.text())
def test_printable_text_stays_as_it_is(raw: str) -> None:
    assert printable(printable(raw)) == printable(raw)


@given(st.text(), st.integers(min_value=2, max_value=48))
def test_broken_lines_fit_and_lose_nothing(raw: str, columns: int) -> None:
    text = printable(raw)

    lines = split_columns(text, columns)

    assert "".join(lines) == text
    assert all(columns_of(line) <= columns for line in lines)
