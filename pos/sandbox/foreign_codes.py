"""Codes of other systems that customers hold before a camera by mistake. All invented, all of the right form."""

import binascii
import random
from typing import Final

_NUMBERS: Final = "0123456789"
_CAPITALS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_TEXT_CHARS_MAX: Final = 800


def web_address(chance: random.Random) -> str:
    """A shop's web page; the host name is one that never resolves (RFC 2606)."""
    return f"https://shop.example/table/{_some(chance, _NUMBERS, 3)}"


def emv_merchant(chance: random.Random) -> str:
    """An EMVCo merchant-presented code in won, checksum included (EMV QRCPS MPM 4.6)."""
    name = "EXAMPLE MART"
    fields = [
        ("00", "01"),
        ("01", "11"),
        ("26", "0010KR.EXAMPLE0108" + _some(chance, _NUMBERS, 8)),
        ("52", "5411"),
        ("53", "410"),
        ("58", "KR"),
        ("59", name),
        ("60", "SIHEUNG"),
    ]
    body = "".join(f"{tag}{len(value):02d}{value}" for tag, value in fields) + "6304"
    return f"{body}{binascii.crc_hqx(body.encode('ascii'), 0xFFFF):04X}"


def health_certificate(chance: random.Random) -> str:
    """Something that begins like an EU digital certificate."""
    return "HC1:" + _some(chance, _NUMBERS + _CAPITALS, 120)


def newer_payment(chance: random.Random) -> str:
    """A payment of a version that this terminal does not know yet."""
    return "CKP2:" + _some(chance, _NUMBERS + _CAPITALS, 90)


def too_long(chance: random.Random) -> str:
    """More characters than any code of ours may have."""
    return "CKP1:" + _some(chance, _NUMBERS + _CAPITALS, _TEXT_CHARS_MAX)


def not_base45(chance: random.Random) -> str:
    """Our prefix with something behind it that is no base45: somebody's app went wrong."""
    return "CKP1:" + _some(chance, _CAPITALS.lower(), 60)


def garbage(chance: random.Random) -> str:
    """Nothing that anybody knows."""
    return _some(chance, _CAPITALS.lower() + "~^|{}\u2603 ", chance.randrange(3, 40))


def _some(chance: random.Random, characters: str, length: int) -> str:
    return "".join(chance.choices(characters, k=length))
