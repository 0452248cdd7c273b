"""The shop's own payment codes in the configuration: a section for each programme, `[merchant_qr.PROGRAMME]`.

Off where there is none. Either the account that codes are made for, or the one finished code that its service gave out.
"""

from dataclasses import dataclass
from typing import Final

SHOP_CODES_MAX: Final = 5
"""As many as the cashier is asked to choose from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShopCodeSection:
    """A code of a payment service (EMV, merchant-presented)."""

    text: str = ""
    """What stands in the finished code; without it one is made over each sale from the keys below."""
    guid: str = ""
    account: str = ""
    category: str = "5999"
    name: str = ""
    """In Latin letters, as the payment service has it."""
    city: str = ""
