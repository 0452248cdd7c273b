"""Base45 (RFC 9285), strictly: what cannot have come out of the encoder is refused.

Three characters carry two bytes, two characters carry one. Lower case, anything outside the alphabet, groups above
65535 or 255, and a length of one more than a multiple of three are refused, so each byte string has one text.
"""

import struct
from typing import Final

from pos.errors import MalformedError

ALPHABET: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"

_OUTSIDE: Final = 255
_VALUES: Final = bytes(
    ALPHABET.index(chr(code)) if code < 128 and chr(code) in ALPHABET else _OUTSIDE for code in range(256)
)


class AlphabetError(MalformedError):
    """Text that no Base45 encoder writes."""


def encode(data: bytes) -> str:
    """Return the text of `data`."""
    pairs = struct.unpack(f">{len(data) // 2}H", data[: len(data) & ~1])
    characters = [
        ALPHABET[pair % 45] + ALPHABET[pair // 45 % 45] + ALPHABET[pair // 2025]  # least significant digit first
        for pair in pairs
    ]
    if len(data) % 2:
        characters.append(ALPHABET[data[-1] % 45] + ALPHABET[data[-1] // 45])
    return "".join(characters)


def decode(text: str) -> bytes:
    """Return the bytes of `text`. Raises AlphabetError."""
    digits = _digits(text)
    tail = len(digits) % 3
    if tail == 1:
        raise AlphabetError("Base45: a length that no bytes have")
    whole = len(digits) - tail
    pairs = [
        low + 45 * middle + 2025 * high
        for low, middle, high in zip(digits[0:whole:3], digits[1:whole:3], digits[2:whole:3], strict=True)
    ]
    if max(pairs, default=0) > 0xFFFF:
        raise AlphabetError("Base45: three characters above 65535")
    data = struct.pack(f">{len(pairs)}H", *pairs)
    if tail == 0:
        return data
    last = digits[-2] + 45 * digits[-1]
    if last > 0xFF:
        raise AlphabetError("Base45: two characters above 255")
    return data + bytes((last,))


def _digits(text: str) -> bytes:
    if not text.isascii():
        raise AlphabetError("Base45: a character outside the alphabet")
    digits = text.encode("ascii").translate(_VALUES)
    if _OUTSIDE in digits:
        raise AlphabetError("Base45: a character outside the alphabet")
    return digits
