"""Display columns of text: Hangul takes two, Latin one.

East-Asian-ambiguous characters count as one, as terminals outside legacy CJK modes draw them. Words of our own hold
none of them but box and block drawing; only strangers' names may.
"""

import unicodedata
from typing import Final

_WIDE: Final = frozenset({"W", "F"})
_NO_COLUMN: Final = frozenset({"Mn", "Me"})
_CUT_MARK: Final = ".."
_NUMBER_DIGITS: Final = 4


def character_columns(character: str) -> int:
    if unicodedata.east_asian_width(character) in _WIDE:
        return 2
    return 0 if unicodedata.category(character) in _NO_COLUMN else 1


def columns_of(text: str) -> int:
    """How many columns `text` takes on the screen."""
    return sum(map(character_columns, text))


def cut(text: str, columns_max: int) -> str:
    """`text`, or its beginning and ".." where it is wider than `columns_max`."""
    if columns_of(text) <= columns_max:
        return text
    room = columns_max - len(_CUT_MARK)
    if room <= 0:
        return _CUT_MARK[:columns_max]
    kept: list[str] = []
    for character in text:
        room -= character_columns(character)
        if room < 0:
            break
        kept.append(character)
    return "".join(kept) + _CUT_MARK


def fitted(text: str, columns: int) -> str:
    """`text` cut or filled with blanks to exactly `columns`."""
    short = cut(text, columns)
    return short + " " * (columns - columns_of(short))


def wrapped(text: str, columns_max: int) -> tuple[str, ...]:
    """`text` in rows of at most `columns_max`, broken between words; a word wider than a row is cut."""
    rows: list[str] = []
    for word in text.split():
        joined = f"{rows[-1]} {word}" if rows else word
        if rows and columns_of(joined) <= columns_max:
            rows[-1] = joined
        else:
            rows.append(cut(word, columns_max))
    return tuple(rows)


def short_number(receipt_number: str) -> str:
    """The part of a receipt number that people compare: what follows its last hyphen, in four digits or more."""
    counted = receipt_number.rpartition("-")[2]
    return counted.lstrip("0").zfill(_NUMBER_DIGITS) if counted.isdecimal() else counted
