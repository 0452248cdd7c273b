"""An issuer's list of printed note numbers that must not be taken: how it is written (PROTOCOL.md, section 10). Pure.

Layout: magic `CKSN1`, u64 BE `as_of`, u32 BE count, then records of 43 bytes: key of the first number, key of the last,
one byte for the cause. A number's key is its length and its characters, filled up with zero bytes, so that keys compare
as numbers of one length do; a range is of one length. Records are in ascending order and do not overlap.

A number is compared as it is typed: without blanks and hyphens, in capitals.
"""

import struct
from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from pos.errors import MalformedError
from pos.voucher.labels import SERIAL_BYTES_MAX

MAGIC: Final = b"CKSN1"
HEAD: Final = struct.Struct(">5sQI")
RECORD: Final = struct.Struct(f">{SERIAL_BYTES_MAX + 1}s{SERIAL_BYTES_MAX + 1}sB")


class SerialCause(IntEnum):
    """Why a number is on the list. Written as its value: members are added, never renumbered."""

    OTHER = 0
    """Whatever a later version of the list says."""
    STOLEN = 1
    FORGED = 2
    VOID = 3
    REDEEMED = 4
    """The bank has paid for it before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SerialRange:
    """Numbers from the first to the last of them, both included."""

    first: str
    last: str
    cause: SerialCause


def plain_serial(serial: str) -> str:
    """The number as it is compared."""
    return "".join(character for character in serial.upper() if character.isascii() and character.isalnum())


def serial_key(serial: str) -> bytes:
    """What a number is sorted and found by; MalformedError for one that no note carries."""
    plain = plain_serial(serial).encode("ascii")
    if not 0 < len(plain) <= SERIAL_BYTES_MAX:
        raise MalformedError(f"a note's number has 1 to {SERIAL_BYTES_MAX} letters and digits")
    return bytes([len(plain)]) + plain.ljust(SERIAL_BYTES_MAX, b"\0")


def serial_list(ranges: Iterable[SerialRange], *, as_of_s: int) -> bytes:
    """The file of these ranges; MalformedError where two overlap, or one runs backwards or over two lengths."""
    records = sorted((serial_key(one.first), serial_key(one.last), int(one.cause)) for one in ranges)
    before = b""
    for first, last, _ in records:
        if first[0] != last[0] or last < first or first <= before:
            raise MalformedError("ranges of numbers overlap or run backwards")
        before = last
    return HEAD.pack(MAGIC, as_of_s, len(records)) + b"".join(RECORD.pack(*record) for record in records)


def cause_of(code: int) -> SerialCause:
    """The cause of a record's last byte."""
    return SerialCause(code) if code in tuple(SerialCause) else SerialCause.OTHER
