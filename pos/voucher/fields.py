"""Reading the fields of one CBOR map, each with its type and range.

Rules:

- a field is what its row in the protocol says: type, range, length in UTF-8 bytes; an integer is never a boolean;
- text is NFC, without control or format characters and without line or paragraph separators, and never empty;
- a closed object has no other fields (`close`); an open one is simply not closed.

Rules that tie several fields together belong to the object.
"""

import re
import unicodedata
from typing import Final

from pos import cbor
from pos.errors import MalformedError
from pos.money import AMOUNT_MAX_WON

TIME_MAX_S: Final = 253_402_300_799
"""9999-12-31T23:59:59Z."""

HASH_BYTES: Final = 32
ID16_BYTES: Final = 16
"""Voucher ids, nonces, sale ids."""

_ID: Final = re.compile(r"[A-Za-z0-9._-]{1,16}")
_ISSUER: Final = re.compile(r"[0-9]{5}")
_REFUSED_CATEGORIES: Final = frozenset({"Cc", "Cf", "Zl", "Zp"})


class Fields:
    """The fields of one map; every method takes the key and the claim's name, and raises MalformedError."""

    __slots__ = ("_fields", "_seen", "_what")

    def __init__(self, what: str, value: cbor.Value) -> None:
        if not isinstance(value, dict):
            raise MalformedError(f"{what}: not a map")
        self._what = what
        self._fields = value
        self._seen = 0

    def has(self, key: int) -> bool:
        """Whether the field is there at all."""
        return key in self._fields

    @property
    def count(self) -> int:
        """How many fields there are."""
        return len(self._fields)

    def close(self) -> None:
        """Refuse fields that nobody asked for."""
        if self._seen != len(self._fields):
            raise self._refusal("a claim that is not known")

    def uint(self, key: int, name: str, *, low: int = 0, high: int = cbor.UINT_MAX) -> int:
        """An unsigned integer from `low` to `high`, both included."""
        value = self.value(key, name)
        if type(value) is not int:  # a boolean is none
            raise self._refusal(f"{name} is not an integer")
        if not low <= value <= high:
            raise self._refusal(f"{name} is outside {low} to {high}")
        return value

    def time_s(self, key: int, name: str) -> int:
        """Seconds since 1970, to the end of the year 9999."""
        return self.uint(key, name, high=TIME_MAX_S)

    def amount_won(self, key: int, name: str) -> int:
        """An amount that can be paid: 1 to 100 000 000 won."""
        return self.uint(key, name, low=1, high=AMOUNT_MAX_WON)

    def bytes_(self, key: int, name: str, *, size: int) -> bytes:
        """A byte string of exactly `size` bytes."""
        value = self.value(key, name)
        if not isinstance(value, bytes) or len(value) != size:
            raise self._refusal(f"{name} is not a byte string of {size}")
        return value

    def object_(self, key: int, name: str, *, bytes_max: int) -> bytes:
        """A byte string that carries something, 1 to `bytes_max` bytes long."""
        value = self.value(key, name)
        if not isinstance(value, bytes) or not 1 <= len(value) <= bytes_max:
            raise self._refusal(f"{name} is not a byte string of 1 to {bytes_max}")
        return value

    def text(self, key: int, name: str, *, bytes_max: int) -> str:
        """Text of 1 to `bytes_max` UTF-8 bytes that keeps the protocol's rules for text."""
        value = self.value(key, name)
        if not isinstance(value, str) or not 1 <= len(value.encode("utf-8")) <= bytes_max:
            raise self._refusal(f"{name} is not a text of 1 to {bytes_max} bytes")
        if not is_clean_text(value):
            raise self._refusal(f"{name} holds a control or format character or is not NFC")
        return value

    def id_(self, key: int, name: str) -> str:
        """A terminal, merchant, ledger or program id."""
        value = self.value(key, name)
        if not isinstance(value, str) or not is_id(value):
            raise self._refusal(f"{name} is not an id")
        return value

    def issuer(self, key: int, name: str) -> str:
        """A municipality's five digits."""
        value = self.value(key, name)
        if not isinstance(value, str) or not is_issuer(value):
            raise self._refusal(f"{name} is not five digits")
        return value

    def map_(self, key: int, name: str) -> dict[int | str, cbor.Value]:
        """A map."""
        value = self.value(key, name)
        if not isinstance(value, dict):
            raise self._refusal(f"{name} is not a map")
        return value

    def array(self, key: int, name: str, *, length_max: int) -> list[cbor.Value]:
        """An array of at most `length_max` items."""
        value = self.value(key, name)
        if not isinstance(value, list) or len(value) > length_max:
            raise self._refusal(f"{name} is not an array of at most {length_max}")
        return value

    def value(self, key: int, name: str) -> cbor.Value:
        """Whatever the field holds."""
        try:
            value = self._fields[key]
        except KeyError:
            raise self._refusal(f"{name} is missing") from None
        self._seen += 1
        return value

    def _refusal(self, problem: str) -> MalformedError:
        return MalformedError(f"{self._what}: {problem}")


def is_id(text: str) -> bool:
    """Whether `text` can name a terminal, merchant, ledger or program."""
    return _ID.fullmatch(text) is not None and text not in (".", "..")


def is_issuer(text: str) -> bool:
    """Whether `text` can name an issuer."""
    return _ISSUER.fullmatch(text) is not None


def is_clean_text(text: str) -> bool:
    """Whether `text` is NFC and free of control and format characters and of line and paragraph separators."""
    if text.isascii():
        return text.isprintable()
    return unicodedata.is_normalized("NFC", text) and not any(
        unicodedata.category(character) in _REFUSED_CATEGORIES for character in text
    )
