"""An enrolment code to be typed on a number pad: eighteen digits, where no camera reads the code.

    sixteen digits, drawn at random | two check digits (ISO 7064, MOD 97-10)

Rules:

- the digits carry the secret and nothing else: which ledger they are for is known beforehand, from a *ledger card*, an
  enrolment code whose secret is sixteen zero bytes, in the terminal's configuration or on a stick;
- the secret is the first sixteen bytes of SHA-256 over the ledger's id and the digits, so the ledger keeps and redeems
  it like any other: once, within fifteen minutes; 10^16 numbers are too many to try in that time;
- one wrong digit, or two neighbours exchanged, is noticed before anybody is asked.
"""

import hashlib
from typing import Final

from pos.voucher.fields import ID16_BYTES

TYPED_DIGITS: Final = 18
CARD_SECRET: Final = bytes(ID16_BYTES)
"""In the place of a secret: the code only says which ledger it is."""
_CHECK_DIGITS: Final = 2
_MODULUS: Final = 97
_DOMAIN: Final = b"chak-pos/typed-code/1"


def typed_number(drawn: int) -> str:
    """The digits for a number drawn at random below 10^16."""
    body = f"{drawn:0{TYPED_DIGITS - _CHECK_DIGITS}d}"
    assert len(body) == TYPED_DIGITS - _CHECK_DIGITS, "a number of sixteen digits"
    return f"{body}{(_MODULUS + 1 - int(body) * 100 % _MODULUS) % _MODULUS:02d}"


def is_typed_number(digits: str) -> bool:
    """Whether these digits can have been given out."""
    return len(digits) == TYPED_DIGITS and digits.isascii() and digits.isdigit() and int(digits) % _MODULUS == 1


def typed_secret(digits: str, *, ledger: str) -> bytes:
    """The secret that the digits stand for at this ledger."""
    assert is_typed_number(digits), "checked by whoever took them"
    text = ledger.encode() + b"\x00" + digits.encode("ascii")
    return hashlib.sha256(_DOMAIN + b"\x00" + text).digest()[:ID16_BYTES]
