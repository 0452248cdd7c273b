"""Korean text as printers with a Hangul ROM take it: KS X 1001 in Kanji mode, one or two bytes a character.

Rules:
- a character takes as many columns as it has bytes; for all 8 226 characters of KS X 1001 that is what Unicode's
  East Asian Width says when "ambiguous" counts as wide, so columns are known even for what the ROM lacks;
- only one- or two-byte encodings are text: Python's euc_kr spells the other 8 822 syllables with eight bytes of loose
  jamo (KS X 1001 annex 3), and printers print exactly those;
- 0x5C prints ₩ under ESC R 13 (Korea), so ₩ becomes 0x5C and a backslash is not text;
- a replacement is as wide as what it replaces, so that no layout moves.

Leaves lines that are not text (`encode` returns None) to `raster`.
"""

import unicodedata
from functools import lru_cache
from typing import Final

WON_SIGN: Final = "₩"
WON_BYTE: Final = b"\x5c"

_WIDE: Final = frozenset("WFA")
_UNPRINTABLE: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})

_REPLACEMENTS: Final = str.maketrans(
    {
        "–": "―",  # en dash: KS X 1001 has one dash, U+2015
        "—": "―",
        "‒": "-",
        "‐": "－",
        "‑": "-",
        "−": "-",  # the mathematical minus
        "•": "·",
        "・": "·",
        "〜": "～",
        "✓": "V",  # Koreans tick with a V
        "✔": "V",
        "\u00a0": " ",
        "\u2009": " ",
        "\u202f": " ",
        "\u3000": "  ",
    }
)


def printable(text: str) -> str:
    """Return `text` in NFC as it shall stand on paper: control characters as "?", near equivalents put in."""
    composed = unicodedata.normalize("NFC", text).translate(_REPLACEMENTS)
    return "".join("?" if unicodedata.category(character) in _UNPRINTABLE else character for character in composed)


def columns_of(text: str) -> int:
    """Return the columns that printable `text` takes at normal size."""
    return sum(map(_columns_of_character, text))


def split_columns(text: str, columns: int) -> tuple[str, ...]:
    """Break printable `text` into lines of at most `columns` (two or more); a wide character is never cut."""
    assert columns >= 2
    lines: list[str] = []
    line, used = "", 0
    for character in text:
        width = _columns_of_character(character)
        if used + width > columns:
            lines.append(line)
            line, used = "", 0
        line += character
        used += width
    return (*lines, line)


def encode(text: str) -> bytes | None:
    """Return the bytes that print `text` in Kanji mode, or None if one character is not in the printer's ROM."""
    encoded = [_encode_character(character) for character in text]
    return None if None in encoded else b"".join(part for part in encoded if part is not None)


@lru_cache(maxsize=16_384)
def _columns_of_character(character: str) -> int:
    return 2 if unicodedata.east_asian_width(character) in _WIDE else 1


@lru_cache(maxsize=16_384)
def _encode_character(character: str) -> bytes | None:
    if character == WON_SIGN:
        return WON_BYTE
    if character == "\\":
        return None
    try:
        encoded = character.encode("euc_kr")
    except UnicodeEncodeError:
        return None
    return encoded if len(encoded) <= 2 and encoded[0] >= 0x20 and encoded[0] != 0x7F else None
