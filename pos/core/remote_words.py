"""What an order or a payment from elsewhere says of itself, safe for screen and paper."""

from typing import Final

from pos.text import SafeText, safe_text
from pos.voucher.message_bodies import OrderTold, RemotePaymentTold

WHAT_CHARACTERS_MAX: Final = 60


def items_of(told: OrderTold | RemotePaymentTold) -> tuple[SafeText, ...]:
    """What was ordered, or what was paid for, a line each."""
    if isinstance(told, OrderTold):
        lines = tuple(f"{item.name} x {item.quantity}" for item in told.items)
    else:
        lines = (told.purpose,) if told.purpose else ()
    return tuple(safe_text(line, characters_max=WHAT_CHARACTERS_MAX) for line in lines)


def who_of(told: OrderTold | RemotePaymentTold) -> SafeText:
    """The app of an order, the payer of a payment."""
    name = told.channel if isinstance(told, OrderTold) else told.payer or ""
    return safe_text(name, characters_max=WHAT_CHARACTERS_MAX)
