"""The fixed parts of a QR symbol: where each module belongs and what it must be (ISO/IEC 18004:2015).

Rules: everything is derived from the standard's formulas, except the table of error correction blocks (its table 9).
Leaves to others: finding a symbol in a picture (`rescue`), correcting (`reed_solomon`) and reading it (`segments`).
"""

from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache
from itertools import product
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Modules: TypeAlias = npt.NDArray[np.int8]
Indices: TypeAlias = npt.NDArray[np.intp]

UNKNOWN, LIGHT, DARK = -1, 0, 1
VERSION_MAX = 40


class Level(IntEnum):
    """Error correction level, by the two bits in the format information (7.9.1)."""

    M = 0
    L = 1
    H = 2
    Q = 3


# table 9, by level, for versions 1 to 40: error correction codewords in each block, and number of blocks
_PER_BLOCK = {
    Level.L: "7 10 15 20 26 18 20 24 30 18 20 24 26 30 22 24 28 30 28 28 28 28 30 30 26 28 30 30 30 30 30 30 30 30 30"
    " 30 30 30 30 30",
    Level.M: "10 16 26 18 24 16 18 22 22 26 30 22 22 24 24 28 28 26 26 26 26 28 28 28 28 28 28 28 28 28 28 28 28 28 28"
    " 28 28 28 28 28",
    Level.Q: "13 22 18 26 18 24 18 22 20 24 28 26 24 20 30 24 28 28 26 30 28 30 30 30 30 28 30 30 30 30 30 30 30 30 30"
    " 30 30 30 30 30",
    Level.H: "17 28 22 16 22 28 26 26 24 28 24 28 22 24 24 30 28 28 26 28 30 24 30 30 30 30 30 30 30 30 30 30 30 30 30"
    " 30 30 30 30 30",
}
_BLOCKS = {
    Level.L: "1 1 1 1 1 2 2 2 2 4 4 4 4 4 6 6 6 6 7 8 8 9 9 10 12 12 12 13 14 15 16 17 18 19 19 20 21 22 24 25",
    Level.M: "1 1 1 2 2 4 4 4 5 5 5 8 9 9 10 10 11 13 14 16 17 17 18 20 21 23 25 26 28 29 31 33 35 37 38 40 43"
    " 45 47 49",
    Level.Q: "1 1 2 2 4 4 6 6 8 8 8 10 12 16 12 17 16 18 21 20 23 23 25 27 29 34 34 35 38 40 43 45 48 51 53 56 59 62"
    " 65 68",
    Level.H: "1 1 2 4 4 4 5 6 8 8 11 11 16 16 18 16 19 21 25 25 25 34 30 32 35 37 40 42 45 48 51 54 57 60 63 66 70 74"
    " 77 81",
}
_FORMAT_GENERATOR, _FORMAT_MASK = 0x537, 0x5412
_VERSION_GENERATOR = 0x1F25


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One error correction block: its codewords' places in the symbol's stream, and how many are for correction."""

    places: tuple[int, ...]
    correction: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Layout:
    """What is where in a version. `known` has UNKNOWN for data and for the format information's modules."""

    size: int
    known: Modules
    alignment_centres: tuple[tuple[int, int], ...]
    format_places: tuple[tuple[int, int, int], ...]  # row, column, bit; each bit is there twice
    data_rows: Indices
    data_columns: Indices


def size_of(version: int) -> int:
    """Modules along a side."""
    return 17 + 4 * version


@lru_cache(maxsize=VERSION_MAX)
def layout(version: int) -> Layout:
    """The layout of a version, 1 to 40."""
    size = size_of(version)
    known = np.full((size, size), UNKNOWN, dtype=np.int8)
    _draw_finders(known)
    known[6, 8 : size - 8] = known[8 : size - 8, 6] = (np.arange(8, size - 8) + 1) % 2
    centres = tuple(_alignment_centres(version))
    for row, column in centres:
        known[row - 2 : row + 3, column - 2 : column + 3] = _square(5)
    known[size - 8, 8] = DARK
    if version >= 7:
        _draw_version(known, version)
    format_places = tuple(_format_places(size))
    free = known == UNKNOWN
    for row, column, _ in format_places:
        free[row, column] = False
    rows, columns = _zigzag(free)
    known.setflags(write=False)
    return Layout(
        size=size,
        known=known,
        alignment_centres=centres,
        format_places=format_places,
        data_rows=rows,
        data_columns=columns,
    )


@lru_cache(maxsize=64)
def known_modules(version: int, level: Level, mask: int) -> Modules:
    """Every module that is the same in all symbols of a version, level and mask; UNKNOWN where data are."""
    known = layout(version).known.copy()
    word = format_word(level, mask)
    for row, column, bit in layout(version).format_places:
        known[row, column] = (word >> bit) & 1
    known.setflags(write=False)
    return known


def format_word(level: Level, mask: int) -> int:
    """The fifteen bits of format information as they are drawn (7.9)."""
    return _protected(int(level) << 3 | mask, 10, _FORMAT_GENERATOR) ^ _FORMAT_MASK


def version_word(version: int) -> int:
    """The eighteen bits of version information of versions 7 and up (7.10)."""
    return _protected(version, 12, _VERSION_GENERATOR)


@lru_cache(maxsize=64)
def mask_pattern(version: int, mask: int) -> npt.NDArray[np.bool_]:
    """True where the mask inverts a data module (7.8.2)."""
    i, j = np.mgrid[0 : size_of(version), 0 : size_of(version)]
    product_ = i * j
    conditions = (
        (i + j) % 2,
        i % 2,
        j % 3,
        (i + j) % 3,
        (i // 2 + j // 3) % 2,
        product_ % 2 + product_ % 3,
        (product_ % 2 + product_ % 3) % 2,
        ((i + j) % 2 + product_ % 3) % 2,
    )
    return np.asarray(conditions[mask] == 0)


@lru_cache(maxsize=64)
def blocks(version: int, level: Level) -> tuple[Block, ...]:
    """The interleaved error correction blocks (7.5.1, 7.6); shorter blocks come first."""
    correction = int(_PER_BLOCK[level].split()[version - 1])
    count = int(_BLOCKS[level].split()[version - 1])
    total = len(layout(version).data_rows) // 8
    shortest = total // count - correction
    longer = total % count
    lengths = [shortest + (number >= count - longer) for number in range(count)]
    order = [n for position in range(max(lengths)) for n in range(count) if position < lengths[n]]
    order += list(range(count)) * correction
    places: list[list[int]] = [[] for _ in range(count)]
    for place, number in enumerate(order):
        places[number].append(place)
    return tuple(Block(places=tuple(own), correction=correction) for own in places)


def _protected(value: int, check_bits: int, generator: int) -> int:
    """A value followed by its BCH check bits."""
    remainder = value << check_bits
    while (shift := remainder.bit_length() - check_bits - 1) >= 0:
        remainder ^= generator << shift
    return value << check_bits | remainder


def _square(side: int) -> Modules:
    """Dark, with a light ring inside and a dark middle."""
    square = np.ones((side, side), dtype=np.int8)
    square[1:-1, 1:-1] = LIGHT
    square[2:-2, 2:-2] = DARK
    return square


def _draw_finders(known: Modules) -> None:
    size = len(known)
    finder = _square(7)
    for rows, columns in ((0, 0), (0, size - 8), (size - 8, 0)):
        known[rows : rows + 8, columns : columns + 8] = LIGHT
    for row, column in ((0, 0), (0, size - 7), (size - 7, 0)):
        known[row : row + 7, column : column + 7] = finder


def _alignment_centres(version: int) -> list[tuple[int, int]]:
    if version == 1:
        return []
    count, last = version // 7 + 2, size_of(version) - 7
    step = (version * 8 + count * 3 + 5) // (count * 4 - 4) * 2
    places = [6, *(last - step * n for n in range(count - 2, -1, -1))]
    corners = {(6, 6), (6, last), (last, 6)}
    return [centre for centre in product(places, places) if centre not in corners]


def _draw_version(known: Modules, version: int) -> None:
    size, word = len(known), version_word(version)
    for bit in range(18):
        row, column = bit // 3, size - 11 + bit % 3
        known[row, column] = known[column, row] = (word >> bit) & 1


def _format_places(size: int) -> list[tuple[int, int, int]]:
    first = [(bit + (bit >= 6), 8, bit) for bit in range(8)]
    first += [(8, 14 - bit + (bit == 8), bit) for bit in range(8, 15)]
    second = [(8, size - 1 - bit, bit) for bit in range(8)]
    second += [(size - 15 + bit, 8, bit) for bit in range(8, 15)]
    return first + second


def _zigzag(free: npt.NDArray[np.bool_]) -> tuple[Indices, Indices]:
    """Data modules in the order of their bits: pairs of columns from the right, up and down in turn (7.7.3)."""
    size = len(free)
    rows: list[int] = []
    columns: list[int] = []
    pairs = [right if right > 6 else right - 1 for right in range(size - 1, 0, -2)]
    for number, right in enumerate(pairs):
        for row in range(size - 1, -1, -1) if number % 2 == 0 else range(size):
            for column in (right, right - 1):
                if free[row, column]:
                    rows.append(row)
                    columns.append(column)
    return np.array(rows, dtype=np.intp), np.array(columns, dtype=np.intp)
