"""Identifiers as they may stand on paper: enough to recognise one's own, too little for anybody else.

Cash-receipt identifiers follow NTS notice 2025-19, section 2(4). Resident registration numbers are refused before they
get here and have no form.
"""

from typing import Final

from pos.voucher.bodies import IdentifierKind

_CARD_SHOWN_DIGITS: Final = 8
_CARD_HIDDEN_DIGITS: Final = 4
_ID_SHOWN_CHARACTERS: Final = 4


def mask_identifier(kind: IdentifierKind, digits: str) -> str:
    """Return a cash-receipt identifier as printed; `digits` holds nothing but digits."""
    assert digits.isascii()
    assert digits.isdecimal()
    match kind:
        case IdentifierKind.PHONE:
            return f"{digits[:3]} {'*' * (len(digits) - 7)} {digits[-4:]}"
        case IdentifierKind.CARD:
            hidden_end = _CARD_SHOWN_DIGITS + _CARD_HIDDEN_DIGITS
            return f"{digits[:4]} {digits[4:8]} {'*' * _CARD_HIDDEN_DIGITS} {digits[hidden_end:]}"
        case IdentifierKind.BUSINESS:
            return f"{digits[:2]}* ** *{digits[6:]}"
        case IdentifierKind.SELF:
            return digits


def mask_voucher_id(voucher_id: bytes) -> str:
    """Return the first and last characters of a voucher's id in hex: "3f9a****12cd"."""
    text = voucher_id.hex()
    assert len(text) > 2 * _ID_SHOWN_CHARACTERS
    return f"{text[:_ID_SHOWN_CHARACTERS]}****{text[-_ID_SHOWN_CHARACTERS:]}"


def mask_serial(serial: str) -> str:
    """A note's number with its last four characters: enough to find the note, too little to write it on another."""
    shown = serial[-_ID_SHOWN_CHARACTERS:]
    return f"****{shown}" if len(serial) > len(shown) else serial
