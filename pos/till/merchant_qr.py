"""The shop's own code of a payment service, which the customer photographs (EMV QRCPS, merchant-presented, 1.1). Pure.

A payload is a row of data objects, each an id of two digits, a length of two digits and a value; some hold others.
The last object is the CRC of everything before it, its own id and length included (ISO/IEC 13239, polynomial 1021,
start FFFF). What is paid with it nobody here can know: a sale over it stays unconfirmed.
"""

import re
from dataclasses import dataclass
from typing import Final

WON: Final = "410"
COUNTRY: Final = "KR"
_DYNAMIC: Final = "12"
_VALUE_CHARACTERS_MAX: Final = 99
_CRC_START, _CRC_POLYNOMIAL, _CRC_TOP = 0xFFFF, 0x1021, 0x8000
_PLAIN: Final = re.compile(r"[ -~]+")
_CATEGORY: Final = re.compile(r"[0-9]{4}")
NAME_CHARACTERS_MAX: Final = 25
CITY_CHARACTERS_MAX: Final = 15
GUID_CHARACTERS_MAX: Final = 32
ACCOUNT_CHARACTERS_MAX: Final = 53
REFERENCE_CHARACTERS_MAX: Final = 25


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
    return f"{covered}{crc16(covered.encode('ascii')):04X}"


def crc16(data: bytes) -> int:
    """CRC-16 with the polynomial 1021, start FFFF, nothing reflected and nothing added."""
    crc = _CRC_START
    for byte in data:
        crc ^= byte << 8
        for _ in range(8):
            crc = (crc << 1 ^ _CRC_POLYNOMIAL if crc & _CRC_TOP else crc << 1) & 0xFFFF
    return crc


def _object(name: str, value: str) -> str:
    assert len(value) <= _VALUE_CHARACTERS_MAX, "a value has at most 99 characters"
    return f"{name}{len(value):02}{value}"
