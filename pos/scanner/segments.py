"""From corrected data codewords to text (ISO/IEC 18004:2015, 7.4).

Rules: anything that an encoder would not have written gives None, because the codewords come from a repair and a
wrong text must never leave the scanner. Bytes without a declared character set are UTF-8, or else ISO 8859-1 as the
standard says. Leaves to others: what the text means.
"""

from collections.abc import Iterator
from dataclasses import dataclass

ALPHANUMERIC = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
_NUMERIC_MODE, _ALPHANUMERIC_MODE, _APPEND_MODE, _BYTE_MODE = 1, 2, 3, 4
_GS1_MODE, _ECI_MODE, _KANJI_MODE, _INDUSTRY_MODE = 5, 7, 8, 9
_COUNT_BITS = {
    _NUMERIC_MODE: (10, 12, 14),
    _ALPHANUMERIC_MODE: (9, 11, 13),
    _BYTE_MODE: (8, 16, 16),
    _KANJI_MODE: (8, 10, 12),
}
CHARACTER_SETS = {
    3: "iso8859-1",
    13: "iso8859-11",
    20: "shift_jis",
    25: "utf-16-be",
    26: "utf-8",
    27: "ascii",
    30: "cp949",
}
_PADDING = (0xEC, 0x11)


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """A symbol's text; `is_padded` tells whether the rest is filled as the standard asks (a wrong repair is not)."""

    text: str
    is_padded: bool


class _ImpossibleError(Exception):
    """No encoder writes these bits."""


def read_segments(data: bytes, version: int) -> Content | None:
    """The text in a symbol's data codewords, or None where they are not a symbol's."""
    bits = _Bits(data)
    try:
        text = "".join(_texts(bits, 0 if version < 10 else 1 if version < 27 else 2))
    except (_ImpossibleError, UnicodeDecodeError):
        return None
    return Content(text=text, is_padded=bits.rest_is_padding()) if text else None


class _Bits:
    """Bits in order, most significant first."""

    def __init__(self, data: bytes) -> None:
        self._value = int.from_bytes(data, "big")
        self._left = 8 * len(data)

    def left(self) -> int:
        return self._left

    def take(self, count: int) -> int:
        if count > self._left:
            raise _ImpossibleError
        self._left -= count
        return (self._value >> self._left) & ((1 << count) - 1)

    def rest_is_padding(self) -> bool:
        """Zeros to the next whole codeword, then the two padding codewords in turn.

        One codeword of zeros before them is let pass: common encoders write it where the terminator ends a codeword.
        """
        if self.take(self._left % 8):
            return False
        rest = [self.take(8) for _ in range(self._left // 8)]
        if rest[:1] == [0]:
            del rest[0]
        return all(codeword == _PADDING[n % 2] for n, codeword in enumerate(rest))


def _texts(bits: _Bits, width: int) -> Iterator[str]:
    character_set = ""
    has_gs1 = False
    while bits.left() >= 4 and (mode := bits.take(4)):
        match mode:
            case 1:
                yield _numeric(bits, bits.take(_COUNT_BITS[mode][width]))
            case 2:
                text = _alphanumeric(bits, bits.take(_COUNT_BITS[mode][width]))
                yield _unescaped(text) if has_gs1 else text
            case 3:
                bits.take(16)  # place in a series and its parity; every symbol of a series is read by itself
            case 4:
                yield _bytes(bits, bits.take(_COUNT_BITS[mode][width]), character_set)
            case 5:
                has_gs1 = True
            case 7:
                character_set = _designated(bits)
            case 8:
                yield _kanji(bits, bits.take(_COUNT_BITS[mode][width]))
            case 9:
                has_gs1 = True
                bits.take(8)
            case _:
                raise _ImpossibleError


def _numeric(bits: _Bits, count: int) -> str:
    digits = []
    while count:
        group = min(count, 3)
        value = bits.take((4, 7, 10)[group - 1])
        if value >= 10**group:
            raise _ImpossibleError
        digits.append(f"{value:0{group}d}")
        count -= group
    return "".join(digits)


def _alphanumeric(bits: _Bits, count: int) -> str:
    characters = []
    for _ in range(count // 2):
        first, second = divmod(bits.take(11), 45)
        characters += [_character(first), _character(second)]
    if count % 2:
        characters.append(_character(bits.take(6)))
    return "".join(characters)


def _character(value: int) -> str:
    if value >= len(ALPHANUMERIC):
        raise _ImpossibleError
    return ALPHANUMERIC[value]


def _unescaped(text: str) -> str:
    """In GS1 symbols a percent sign separates fields and two are one (7.4.8.3)."""
    return text.replace("%%", "\0").replace("%", "\x1d").replace("\0", "%")


def _bytes(bits: _Bits, count: int, character_set: str) -> str:
    data = bytes(bits.take(8) for _ in range(count))
    if character_set:
        return data.decode(character_set)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("iso8859-1")


def _kanji(bits: _Bits, count: int) -> str:
    data = bytearray()
    for _ in range(count):
        high, low = divmod(bits.take(13), 0xC0)
        code = high << 8 | low
        code += 0x8140 if code <= 0x1EBF else 0xC140
        data += code.to_bytes(2, "big")
    return data.decode("shift_jis")


def _designated(bits: _Bits) -> str:
    """The character set named by an extended channel interpretation (7.4.3.2)."""
    first = bits.take(8)
    if first < 0x80:
        number = first
    elif first < 0xC0:
        number = (first & 0x3F) << 8 | bits.take(8)
    elif first < 0xE0:
        number = (first & 0x1F) << 16 | bits.take(16)
    else:
        raise _ImpossibleError
    if number not in CHARACTER_SETS:
        raise _ImpossibleError
    return CHARACTER_SETS[number]
