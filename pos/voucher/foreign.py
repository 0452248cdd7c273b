"""Codes that are not ours, named from their data alone, so that the cashier can be told what was shown.

Known: EMVCo merchant and consumer codes, web addresses, the tax office's cash-receipt card, EU health certificates,
our own prefixes miswritten, and later versions of ours. Everything else is unknown: no pattern of any real voucher
service is guessed. Nothing here is trusted, opened or followed.
"""

import base64
import binascii
import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from pos.text import SafeText, safe_text

EXCERPT_CHARACTERS_MAX: Final = 24

# EMVCo merchant-presented codes hold at most 512 characters (EMV QRCPS merchant-presented mode, section 3).
_EMV_CHARACTERS_MAX: Final = 512
_EMV_MERCHANT_START: Final = "000201"
_EMV_CRC: Final = re.compile(r"6304([0-9A-F]{4})")
# EMVCo consumer-presented codes: base64 of the tag 85 with the value "CPV01".
_EMV_CONSUMER_START: Final = b"\x85\x05CPV01"
_WEB_ADDRESS: Final = re.compile(r"https?://[^\s/?#]+", re.IGNORECASE)
# The serial of a cash-receipt card has 18 digits after the notice's own example, 1544 2020 **** 123456
# (National Tax Service notice 2025-19, article 2, paragraph 4).
_CASH_RECEIPT_CARD: Final = re.compile(r"15442020[0-9]{10}")
_HEALTH_CERTIFICATE: Final = re.compile(r"HC1:[0-9A-Z $%*+\-./:]+")
_OWN_FORM: Final = re.compile(r"CK[A-Z][0-9]:")
_OWN_FORM_MISWRITTEN: Final = re.compile(r"\s*CK[A-Z][0-9]\s*:", re.IGNORECASE)
_OWN_KINDS: Final = frozenset("VPRCSTE")


class ForeignKind(StrEnum):
    """What a code that is not ours is. Members are added, never renamed."""

    NEWER_VERSION = "newer_version"
    OWN_MISWRITTEN = "own_miswritten"
    EMV_MERCHANT = "emv_merchant"
    EMV_CONSUMER = "emv_consumer"
    CASH_RECEIPT_CARD = "cash_receipt_card"
    HEALTH_CERTIFICATE = "health_certificate"
    WEB_ADDRESS = "web_address"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeignCode:
    """A recognised code and the facts about it that are safe to show."""

    kind: ForeignKind
    length_characters: int
    excerpt: SafeText
    """The first characters, made printable; empty for a card serial, which is personal."""


def recognise(text: str) -> ForeignCode:
    """Say what `text` is, given that it is not one of our version 1 codes."""
    kind = _kind_of(text)
    shown = "" if kind is ForeignKind.CASH_RECEIPT_CARD else text
    return ForeignCode(
        kind=kind,
        length_characters=len(text),
        excerpt=safe_text(shown, characters_max=EXCERPT_CHARACTERS_MAX),
    )


def is_newer_version(text: str) -> bool:
    """Whether `text` starts with a prefix of our form that version 1 does not have."""
    return _OWN_FORM.match(text) is not None and not is_own_version(text)


def is_own_version(text: str) -> bool:
    """Whether `text` starts with one of version 1's prefixes."""
    return text.startswith("CK") and text[2:3] in _OWN_KINDS and text[3:5] == "1:"


def _kind_of(text: str) -> ForeignKind:
    if is_newer_version(text):
        return ForeignKind.NEWER_VERSION
    if _OWN_FORM_MISWRITTEN.match(text):
        return ForeignKind.OWN_MISWRITTEN
    if _is_emv_merchant(text):
        return ForeignKind.EMV_MERCHANT
    if _is_emv_consumer(text):
        return ForeignKind.EMV_CONSUMER
    if _CASH_RECEIPT_CARD.fullmatch(text):
        return ForeignKind.CASH_RECEIPT_CARD
    if _HEALTH_CERTIFICATE.fullmatch(text):
        return ForeignKind.HEALTH_CERTIFICATE
    if _WEB_ADDRESS.match(text):
        return ForeignKind.WEB_ADDRESS
    return ForeignKind.UNKNOWN


def _is_emv_merchant(text: str) -> bool:
    if not text.startswith(_EMV_MERCHANT_START) or len(text) > _EMV_CHARACTERS_MAX:
        return False
    # The checksum is the last field and covers everything before its own four digits.
    checksum = _EMV_CRC.fullmatch(text[-8:])
    if checksum is None:
        return False
    covered = text[:-4].encode("utf-8", "replace")
    return binascii.crc_hqx(covered, 0xFFFF) == int(checksum[1], 16)


def _is_emv_consumer(text: str) -> bool:
    try:
        return base64.b64decode(text, validate=True).startswith(_EMV_CONSUMER_START)
    except ValueError:
        return False
