"""The simulated printer's grammar: which ESC/POS commands it knows and how long each is.

Rules:
- a command is known by its first bytes; its length follows from Epson's reference, never from what looks plausible;
- what is not in the table is refused: real printers drop the first two bytes and print the rest as garbage.

Leaves what a command does to `simulated_interpreter`. Images are not commands of a known length here: their header is,
and the dots that follow are taken as they come, as hardware does.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

ESC: Final = 0x1B
FS: Final = 0x1C
GS: Final = 0x1D
DLE: Final = 0x10

_PREFIXES: Final = frozenset({ESC, FS, GS, DLE})
_LONGER_PREFIXES: Final = frozenset({b"\x1dv", b"\x1d8"})
_RASTER_HEADER_BYTES: Final = 5
_COLUMNS_HEADER_BYTES: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One command: its first bytes as latin-1 text, and its parameters."""

    name: str
    parameters: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """Bytes that no command begins with."""

    data: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One byte of text, or the first of a two-byte character."""

    byte: int


_Length = Callable[[bytes], int | None]
"""From the bytes after the first ones to the number of parameter bytes; None while that cannot be said."""


def next_token(buffer: bytes) -> tuple[Command | Refused | Letter, int] | None:
    """Return the first token of `buffer` and the bytes it takes; None when more bytes are needed."""
    first = buffer[0]
    if first not in _PREFIXES:
        return (Command(name=chr(first), parameters=b""), 1) if first < 0x20 else (Letter(byte=first), 1)
    if len(buffer) < 2:
        return None
    for size in (3, 2):
        name = buffer[:size].decode("latin-1")
        if name in _LENGTHS and len(buffer) >= size:
            return _whole(name, buffer[size:], size)
    if buffer[:2] in _LONGER_PREFIXES and len(buffer) < 3:
        return None
    return Refused(data=bytes(buffer[:2])), 2


def _whole(name: str, rest: bytes, size: int) -> tuple[Command, int] | None:
    length = _LENGTHS[name](rest)
    if length is None or len(rest) < length:
        return None
    return Command(name=name, parameters=bytes(rest[:length])), size + length


def _fixed(length: int) -> _Length:
    return lambda _rest: length


def _little_endian_block(rest: bytes) -> int | None:
    return 2 + (rest[0] | rest[1] << 8) if len(rest) >= 2 else None


def _named_block(rest: bytes) -> int | None:
    length = _little_endian_block(rest[1:])
    return None if length is None else 1 + length


def _large_block(rest: bytes) -> int | None:
    return 4 + int.from_bytes(rest[:4], "little") if len(rest) >= 4 else None


def _cut(rest: bytes) -> int | None:
    if not rest:
        return None
    return 2 if rest[0] in (65, 66, 97, 98, 103, 104) else 1


def _barcode(rest: bytes) -> int | None:
    if not rest:
        return None
    if rest[0] <= 6:
        end = rest.find(0, 1)
        return end + 1 if end >= 0 else None
    return 2 + rest[1] if len(rest) >= 2 else None


def _until_nul(rest: bytes) -> int | None:
    end = rest.find(0)
    return end + 1 if end >= 0 else None


def _real_time_pulse(rest: bytes) -> int | None:
    if not rest:
        return None
    return 8 if rest[0] == 8 else 3


_LENGTHS: Final[dict[str, _Length]] = {
    **{f"\x1b{letter}": _fixed(0) for letter in "@2iLSmuv"},
    **{f"\x1b{letter}": _fixed(1) for letter in " !%-3=?EGJMRTVadet{r"},
    **{f"\x1b{letter}": _fixed(2) for letter in "$\\c"},
    "\x1bW": _fixed(8),
    "\x1bp": _fixed(3),
    "\x1bD": _until_nul,
    "\x1b*": _fixed(_COLUMNS_HEADER_BYTES),
    **{f"\x1c{letter}": _fixed(0) for letter in "&."},
    **{f"\x1c{letter}": _fixed(1) for letter in "!-CW"},
    "\x1cS": _fixed(2),
    "\x1c(": _named_block,
    **{f"\x1d{letter}": _fixed(1) for letter in "!/:BHIabfhrw"},
    **{f"\x1d{letter}": _fixed(2) for letter in "$LPW\\"},
    "\x1dV": _cut,
    "\x1dk": _barcode,
    "\x1dv0": _fixed(_RASTER_HEADER_BYTES),
    "\x1d(": _named_block,
    "\x1d8L": _large_block,
    "\x10\x04": _fixed(1),
    "\x10\x05": _fixed(1),
    "\x10\x14": _real_time_pulse,
}
