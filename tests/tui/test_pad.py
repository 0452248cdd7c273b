"""The pad's keys as terminals send them."""

import pytest
from textual import events
from textual._xterm_parser import XTermParser

from pos.tui.pad import PadKey, pad_key

DIGITS = [PadKey(str(number)) for number in range(10)]
NUMLOCK_ON = [str(number) for number in range(10)]
KEYPAD_MODE = [f"\x1bO{letter}" for letter in "pqrstuvwxy"]
NUMLOCK_OFF = ["\x1b[2~", "\x1b[F", "\x1b[B", "\x1b[6~", "\x1b[D", "\x1b[E", "\x1b[C", "\x1b[H", "\x1b[A", "\x1b[5~"]
NUMLOCK_OFF_CONSOLE = [
    *("\x1b[2~", "\x1b[4~", "\x1b[B", "\x1b[6~", "\x1b[D", "\x1b[E", "\x1b[C", "\x1b[1~", "\x1b[A", "\x1b[5~")
]
KITTY_ON = [f"\x1b[{57399 + number}u" for number in range(10)]
KITTY_OFF = [f"\x1b[{code}u" for code in (57425, 57424, 57420, 57422, 57417, 57427, 57418, 57423, 57419, 57421)]


def pressed(sequence: str) -> list[PadKey | None]:
    """What the screen makes of the bytes that a terminal sends for one key."""
    parser = XTermParser()
    keys = [token for token in (*parser.feed(sequence), *parser.feed("")) if isinstance(token, events.Key)]
    return [pad_key(key.key, key.character) for key in keys]


@pytest.mark.parametrize(
    "sequences",
    [NUMLOCK_ON, KEYPAD_MODE, NUMLOCK_OFF, NUMLOCK_OFF_CONSOLE, KITTY_ON, KITTY_OFF],
    ids=["on", "keypad_mode", "off", "off_console", "kitty_on", "kitty_off"],
)
def test_a_digit_is_a_digit_with_numlock_on_or_off(sequences: list[str]) -> None:
    assert [pressed(sequence) for sequence in sequences] == [[digit] for digit in DIGITS]


@pytest.mark.parametrize(
    ("sequence", "key"),
    [
        (".", PadKey.DOUBLE_ZERO),
        ("\x1bOn", PadKey.DOUBLE_ZERO),
        ("\x1b[3~", PadKey.DOUBLE_ZERO),
        ("\x1b[57409u", PadKey.DOUBLE_ZERO),
        ("-", PadKey.BACK),
        ("\x1bOm", PadKey.BACK),
        ("\x1b[57412u", PadKey.BACK),
        ("\x7f", PadKey.BACK),
        ("*", PadKey.MENU),
        ("\x1bOj", PadKey.MENU),
        ("\x1b[57411u", PadKey.MENU),
        ("/", PadKey.NOTES),
        ("\x1bOo", PadKey.NOTES),
        ("+", PadKey.TENDER),
        ("\x1bOk", PadKey.TENDER),
        ("\r", PadKey.ENTER),
        ("\x1bOM", PadKey.ENTER),
        ("\x1b[57414u", PadKey.ENTER),
        ("７", PadKey.D7),
    ],
)
def test_the_other_keys(sequence: str, key: PadKey) -> None:
    assert pressed(sequence) == [key]


@pytest.mark.parametrize("sequence", ["a", "ㅁ", "\x03", "\x1a", "\x11", "\x10", "\x1bOP", "\t", "="])
def test_no_other_key_means_anything(sequence: str) -> None:
    assert pressed(sequence) == [None]


def test_a_key_is_a_number_or_not() -> None:
    assert PadKey.D5.number == 5
    assert PadKey.DOUBLE_ZERO.number is None
    assert PadKey.DOUBLE_ZERO.digits == "00"
    assert PadKey.BACK.digits == ""
