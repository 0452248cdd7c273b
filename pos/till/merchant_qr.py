"""The shop's own codes of payment services, which the customer photographs (EMV QRCPS, merchant-presented, 1.1). Pure.

A payload is a row of data objects, each an id of two digits, a length of two digits and a value; some hold others.
The last object is the CRC of everything before it, its own id and length included (ISO/IEC 13239, polynomial 1021,
start FFFF). A code is either made for a sale, over its amount and with its label, or stands on the shop's wall and was
handed over by its service: that one is shown as it is, and the customer types the amount. What is paid with either
nobody here can know: a sale over it stays unconfirmed.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, TypeAlias

WON: Final = "410"
COUNTRY: Final = "KR"
_STATIC, _DYNAMIC = "11", "12"
_AMOUNT: Final = "54"
_VALUE_CHARACTERS_MAX: Final = 99
_CRC_START, _CRC_POLYNOMIAL, _CRC_TOP = 0xFFFF, 0x1021, 0x8000
_PLAIN: Final = re.compile(r"[ -~]+")
_CATEGORY: Final = re.compile(r"[0-9]{4}")
NAME_CHARACTERS_MAX: Final = 25
CITY_CHARACTERS_MAX: Final = 15
GUID_CHARACTERS_MAX: Final = 32
ACCOUNT_CHARACTERS_MAX: Final = 53
REFERENCE_CHARACTERS_MAX: Final = 25
STATIC_CHARACTERS_MAX: Final = 512
"""The longest payload that the standard allows (section 3.2)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MerchantAccount:
    """Where the money goes, as the payment service has told the shop. ValueError for what no code can hold."""

    guid: str
    """Of the payment service: a reversed domain name or an application id."""
    account: str
    category: str
    """ISO 18245, four digits."""
    name: str
    city: str

    def __post_init__(self) -> None:
        for value, most in (
            (self.guid, GUID_CHARACTERS_MAX),
            (self.account, ACCOUNT_CHARACTERS_MAX),
            (self.name, NAME_CHARACTERS_MAX),
            (self.city, CITY_CHARACTERS_MAX),
        ):
            if not _PLAIN.fullmatch(value) or len(value) > most:
                raise ValueError(f"expected 1 to {most} ASCII characters, found {value!r}")
        if not _CATEGORY.fullmatch(self.category):
            raise ValueError(f"expected a category of four digits, found {self.category!r}")


@dataclass(frozen=True, slots=True, kw_only=True)
class StaticCode:
    """A code that a service has made for the shop, to be shown unchanged. ValueError for one that no reader takes, or
    that is over one amount already."""

    text: str

    def __post_init__(self) -> None:
        if len(self.text) > STATIC_CHARACTERS_MAX:
            raise ValueError(f"expected a code of at most {STATIC_CHARACTERS_MAX} characters, found {len(self.text)}")
        found = dict(_objects(self.text))
        if found.get("00") != "01" or not self.text.startswith("0002"):
            raise ValueError("expected a merchant-presented code, which begins with 000201")
        if found.get("01", _STATIC) != _STATIC or _AMOUNT in found:
            raise ValueError("expected a static code; this one is over one amount")
        if list(found)[-1] != "63" or found["63"] != _checksum(self.text[:-4]):
            raise ValueError("its checksum does not fit: a character of the code is wrong or missing")


PaymentCode: TypeAlias = MerchantAccount | StaticCode
"""What a shop has for one programme: an account to make codes for, or one finished code."""


def merchant_payload(to: MerchantAccount, *, amount_won: int, reference: str) -> str:
    """The text of a code over this amount; `reference` (at most 25 characters) comes back with the payment's notice."""
    assert amount_won > 0, "a code over nothing asks the customer for the amount"
    assert 0 < len(reference) <= REFERENCE_CHARACTERS_MAX, "a reference label has 1 to 25 characters"
    objects = (
        ("00", "01"),
        ("01", _DYNAMIC),
        ("26", _object("00", to.guid) + _object("01", to.account)),
        ("52", to.category),
        ("53", WON),
        ("54", str(amount_won)),
        ("58", COUNTRY),
        ("59", to.name),
        ("60", to.city),
        ("62", _object("05", reference)),
    )
    covered = "".join(_object(name, value) for name, value in objects) + "6304"
    return covered + _checksum(covered)


def crc16(data: bytes) -> int:
    """CRC-16 with the polynomial 1021, start FFFF, nothing reflected and nothing added."""
    crc = _CRC_START
    for byte in data:
        crc ^= byte << 8
        for _ in range(8):
            crc = (crc << 1 ^ _CRC_POLYNOMIAL if crc & _CRC_TOP else crc << 1) & 0xFFFF
    return crc


def _checksum(covered: str) -> str:
    return f"{crc16(covered.encode('utf-8')):04X}"


def _objects(text: str) -> Iterator[tuple[str, str]]:
    """The data objects of a payload; ValueError where it is none."""
    at, seen = 0, set[str]()
    while at < len(text):
        name, length = text[at : at + 2], text[at + 2 : at + 4]
        value = text[at + 4 : at + 4 + int(length)] if length.isascii() and length.isdecimal() else ""
        if not (name.isascii() and name.isdecimal() and value and len(value) == int(length)) or name in seen:
            raise ValueError(f"expected an object with its length at character {at + 1}, found {text[at : at + 8]!r}")
        seen.add(name)
        yield name, value
        at += 4 + len(value)


def _object(name: str, value: str) -> str:
    assert len(value) <= _VALUE_CHARACTERS_MAX, "a value has at most 99 characters"
    return f"{name}{len(value):02}{value}"
