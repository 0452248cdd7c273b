"""The voucher application on a smart card: what is sent to it and what it answers (PROTOCOL.md, section 9).

The card is a wallet like a phone: the same payment request goes in, the same payment comes out. Rules: only a bound
payment is asked for; what comes out is as untrusted as a picture, and goes the same way. Leaves to others: how bytes
get to a card and back.
"""

from enum import IntEnum
from typing import Final

from pos.voucher.labels import OBJECT_BYTES_MAX
from pos.voucher.qr import QrKind, decode_text, encode_text

APPLICATION: Final = bytes.fromhex("f04348414b01")
"""Proprietary and unregistered (ISO 7816-5): F0, "CHAK", and the version of this protocol."""
VERSION: Final = b"\x01"
"""What the application answers to being selected."""
CLASS: Final = 0x80
PAY: Final = 0x10


class CardStatus(IntEnum):
    """The status words that the application has a meaning for."""

    DONE = 0x9000
    NOT_TRUSTED = 0x6982
    """The request is not one that this card believes."""
    WILL_NOT_PAY = 0x6985
    """The card pays nothing now, such as before its owner has agreed."""
    NO_REQUEST = 0x6A80
    """What was sent is no payment request."""
    NO_APPLICATION = 0x6A82
    NOT_ENOUGH = 0x6A84
    """No voucher on the card has that much left."""


def request_bytes(text: str) -> bytes:
    """What is sent for a request's text (`CKR1:…`). Raises MalformedError."""
    return decode_text(text).data


def payment_text(data: bytes) -> str | None:
    """The text that a card's answer is presented as; None where no payment has such a length."""
    if not 0 < len(data) <= OBJECT_BYTES_MAX:
        return None
    return encode_text(QrKind.PAYMENT, data)
