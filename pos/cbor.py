"""Deterministic CBOR: one value, one encoding (RFC 8949, section 4.2.1).

Rules, each checked while reading so that nothing need be encoded again to compare:

- definite lengths, shortest heads, no bytes after the value;
- map keys are integers or text, in bytewise order of their encodings, none twice;
- text is UTF-8; of the simple values only false, true and null; no floats;
- integers fit 64 bits, so the bignum tags 2 and 3 have no use and are refused;
- arrays, maps and tags nest no deeper than the caller allows (a value that is none of these adds nothing).

What the values mean, and whether text is normalised, is for `pos.voucher` to judge.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Final, TypeAlias

from pos.errors import MalformedError

DEPTH_MAX: Final = 6
"""Nesting of the objects in QR codes; a journal entry may nest to 16."""

UINT_MAX: Final = 2**64 - 1
NINT_MIN: Final = -(2**64)

_BIGNUM_TAGS: Final = frozenset({2, 3})
_LONG_HEADS: Final = ((1, 24), (2, 1 << 8), (4, 1 << 16), (8, 1 << 32))
"""Bytes of a long head's argument, and the least that needs them: the shortest form is the only one."""
_FOUR_BYTE_NINT: Final = 0x3A
_KEPT: Final = 512


@dataclass(frozen=True, slots=True)
class Tagged:
    """A value under a tag, such as 18 for COSE_Sign1."""

    tag: int
    value: "Value"


Value: TypeAlias = int | bytes | str | bool | list["Value"] | dict[int | str, "Value"] | Tagged | None


def encode(value: Value) -> bytes:
    """Return the one encoding of `value`; values outside the subset are a mistake of the caller."""
    out = bytearray()
    _write(out, value)
    return bytes(out)


def decode(data: bytes, *, depth_max: int = DEPTH_MAX) -> Value:
    """Read the one value that `data` holds. Raises MalformedError, whatever the bytes."""
    try:
        value, end = _read(data, 0, depth_max)
    except IndexError:
        raise MalformedError("CBOR: ends too early") from None
    if end != len(data):
        raise MalformedError("CBOR: bytes after the value")
    return value


@lru_cache(maxsize=_KEPT)
def bytes_head(length: int) -> bytes:
    """Return what stands before a byte string of that length, for those who put a fixed form together themselves."""
    out = bytearray()
    _write_head(out, 0x40, length)
    return bytes(out)


def bytes_at(data: bytes, at: int) -> tuple[bytes, int] | None:
    """Read the byte string at a place of a fixed form, and where it ends; None if none is there.

    Raises MalformedError for one that is not in its one encoding.
    """
    if at >= len(data) or data[at] >> 5 != 2:
        return None
    try:
        value, end = _read(data, at, 0)
    except IndexError:
        raise MalformedError("CBOR: ends too early") from None
    assert isinstance(value, bytes), "its head says so"
    return value, end


# ---------------------------------------------------------------- reading


def _read(data: bytes, at: int, depth_left: int) -> tuple[Value, int]:
    initial = data[at]
    at += 1
    argument = initial & 0x1F
    if argument >= 24:
        if initial >= 0xE0:
            raise MalformedError("CBOR: a float or an unknown simple value")
        if argument == 24 and data[at] >= 24:  # almost every long head is this one
            argument = data[at]
            at += 1
        else:
            argument, at = _read_long_argument(data, at, argument)
    if initial < 0x40:
        return (argument if initial < 0x20 else -1 - argument), at
    if initial < 0x80:
        end = at + argument
        if end > len(data):
            raise MalformedError("CBOR: a string runs past the end")
        return (data[at:end] if initial < 0x60 else _text(data[at:end])), end
    if initial >= 0xE0:
        return _simple(argument), at
    if depth_left == 0:
        raise MalformedError("CBOR: nested too deeply")
    if initial >= 0xC0:
        return _read_tag(data, at, argument, depth_left - 1)
    if argument > len(data) - at:
        raise MalformedError("CBOR: more items than bytes")
    if initial >= 0xA0:
        return _read_map(data, at, argument, depth_left - 1)
    return _read_array(data, at, argument, depth_left - 1)


def _read_long_argument(data: bytes, at: int, additional: int) -> tuple[int, int]:
    if additional > 27:
        raise MalformedError("CBOR: an indefinite length or a reserved head")
    width, low = _LONG_HEADS[additional - 24]
    end = at + width
    argument = int.from_bytes(data[at:end], "big")
    if end > len(data):
        raise MalformedError("CBOR: ends too early")
    if argument < low:
        raise MalformedError("CBOR: a head longer than needed")
    return argument, end


def _text(raw: bytes) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        raise MalformedError("CBOR: text that is not UTF-8") from None


def _simple(argument: int) -> Value:
    if argument == 20:
        return False
    if argument == 21:
        return True
    if argument == 22:
        return None
    raise MalformedError("CBOR: an unknown simple value")


def _read_array(data: bytes, at: int, length: int, depth_left: int) -> tuple[Value, int]:
    items: list[Value] = []
    for _ in range(length):
        initial = data[at]
        if initial < 24:  # read here what needs no further looking
            items.append(initial)
            at += 1
        else:
            item, at = _read(data, at, depth_left)
            items.append(item)
    return items, at


def _read_map(data: bytes, at: int, length: int, depth_left: int) -> tuple[Value, int]:
    items: dict[int | str, Value] = {}
    last, previous = -1, b""
    for _ in range(length):
        initial = data[at]
        if initial < 24 and not previous:  # almost every key is one byte, and stands before all longer ones
            if initial <= last:
                raise _key_refusal(is_twice=initial == last)
            key: int | str = initial
            last = initial
            at += 1
        else:
            start = at
            key, at = _read_key(data, at, initial)
            encoded = data[start:at]
            if encoded <= previous:
                raise _key_refusal(is_twice=encoded == previous)
            previous = encoded
        initial = data[at]
        if initial < 24:
            items[key] = initial
            at += 1
        else:
            items[key], at = _read(data, at, depth_left)
    return items, at


def _read_key(data: bytes, at: int, initial: int) -> tuple[int | str, int]:
    if initial == _FOUR_BYTE_NINT:  # the private claims of the objects
        argument, at = _read_long_argument(data, at + 1, 26)
        return -1 - argument, at
    if initial >= 0x80 or 0x40 <= initial < 0x60:
        raise MalformedError("CBOR: a map key that is neither an integer nor text")
    key, at = _read(data, at, 0)
    assert isinstance(key, int | str)
    return key, at


def _key_refusal(*, is_twice: bool) -> MalformedError:
    return MalformedError("CBOR: a map key twice" if is_twice else "CBOR: map keys out of order")


def _read_tag(data: bytes, at: int, tag: int, depth_left: int) -> tuple[Value, int]:
    if tag in _BIGNUM_TAGS:
        raise MalformedError("CBOR: an integer beyond 64 bits")
    value, at = _read(data, at, depth_left)
    return Tagged(tag, value), at


# ---------------------------------------------------------------- writing


def _write(out: bytearray, value: Value) -> None:
    if value is None:
        out.append(0xF6)
    elif value is True:
        out.append(0xF5)
    elif value is False:
        out.append(0xF4)
    elif isinstance(value, int):
        _write_integer(out, value)
    elif isinstance(value, bytes):
        _write_head(out, 0x40, len(value))
        out += value
    elif isinstance(value, str):
        raw = value.encode("utf-8")
        _write_head(out, 0x60, len(raw))
        out += raw
    else:
        _write_nested(out, value)


def _write_nested(out: bytearray, value: Value) -> None:
    if isinstance(value, list):
        _write_head(out, 0x80, len(value))
        for item in value:
            _write(out, item)
    elif isinstance(value, dict):
        _write_map(out, value)
    else:
        assert isinstance(value, Tagged), f"{type(value).__name__} has no deterministic encoding"
        assert value.tag not in _BIGNUM_TAGS, "integers beyond 64 bits have no encoding here"
        _write_head(out, 0xC0, value.tag)
        _write(out, value.value)


def _write_map(out: bytearray, items: dict[int | str, Value]) -> None:
    _write_head(out, 0xA0, len(items))
    encoded = []
    for key, item in items.items():
        assert isinstance(key, int | str), "map keys are integers or text"
        assert not isinstance(key, bool), "map keys are integers or text"
        encoded.append((_encoded_key(key), item))
    encoded.sort(key=lambda pair: pair[0])
    for raw_key, item in encoded:
        out += raw_key
        _write(out, item)


@lru_cache(maxsize=_KEPT)
def _encoded_key(key: int | str) -> bytes:
    return encode(key)


def _write_integer(out: bytearray, value: int) -> None:
    assert NINT_MIN <= value <= UINT_MAX, "integers fit 64 bits"
    if value >= 0:
        _write_head(out, 0x00, value)
    else:
        _write_head(out, 0x20, -1 - value)


def _write_head(out: bytearray, major: int, argument: int) -> None:
    if argument < 24:
        out.append(major | argument)
    elif argument < 1 << 8:
        out += bytes((major | 24, argument))
    elif argument < 1 << 16:
        out.append(major | 25)
        out += argument.to_bytes(2, "big")
    elif argument < 1 << 32:
        out.append(major | 26)
        out += argument.to_bytes(4, "big")
    else:
        out.append(major | 27)
        out += argument.to_bytes(8, "big")
