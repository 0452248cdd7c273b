"""What may leave the shop: text without anything that pays, opens or names somebody. Pure.

Rules: taken away is everything that could be one (a code, a key, a number of a person, a password in an address), and
not only what is known to be one; that a log becomes harder to read is the lesser harm.
"""

import re
from typing import Final
from urllib.parse import urlsplit, urlunsplit

HIDDEN: Final = "[-]"
_CODE: Final = re.compile(r"\bCK[A-Z][0-9]:\S+")
"""Payments, requests, enrolments: our own QR codes."""
_ADDRESS: Final = re.compile(r"\b[a-z][a-z0-9+.-]*://[^\s\"'<>]+")
_WIFI: Final = re.compile(r"\bWIFI:\S+", re.IGNORECASE)
_LONG: Final = re.compile(r"(?<![\w/.+-])(?=[\w+/=-]*[0-9])[A-Za-z0-9+/_=-]{20,}(?![\w/.])")
"""Keys, hashes, tokens, Base64: long words with a digit in them."""
_HEX: Final = re.compile(r"(?<![0-9A-Za-z])[0-9a-fA-F]{12,}(?![0-9A-Za-z])")
_PERSONAL: Final = re.compile(r"(?<![0-9])(?:[0-9]{2,6}[ .-]){1,4}[0-9]{3,}(?![0-9])|(?<![0-9])[0-9]{6,}(?![0-9])")
"""Telephone and card numbers however they are grouped, PINs, identifiers: six digits and more."""
_MAIL: Final = re.compile(r"[\w.+-]+@[\w-]+\.[\w.]+")
_MOMENT: Final = re.compile(r"\b(?:[0-9]{4}-[0-9]{2}-[0-9]{2}[T ])?[0-9]{2}:[0-9]{2}:[0-9]{2}(?:[+Z][0-9:]*)?")


def redacted(text: str) -> str:
    """`text` without what must not leave."""
    for pattern in (_CODE, _WIFI):
        text = pattern.sub(HIDDEN, text)
    text = _ADDRESS.sub(lambda found: bare_address(found[0]), text)
    for pattern in (_MAIL, _LONG, _HEX):
        text = pattern.sub(HIDDEN, text)
    # A moment looks like a grouped number, and a log without moments is worth nothing.
    parts, last = [], 0
    for moment in _MOMENT.finditer(text):
        parts += [_PERSONAL.sub(HIDDEN, text[last : moment.start()]), moment[0]]
        last = moment.end()
    return "".join((*parts, _PERSONAL.sub(HIDDEN, text[last:])))


def bare_address(url: str) -> str:
    """An address without user, password, question and fragment."""
    try:
        parts = urlsplit(url)
        place = parts.hostname or ""
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return HIDDEN
    return urlunsplit((parts.scheme, place + port, parts.path, "", ""))
