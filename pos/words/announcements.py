"""What a stranger at the counter may hear and read of a payment: that it was a voucher, and how much.

Whose allowance it is, and why a code was refused, is nobody's business but the customer's and the cashier's.
"""


def announced_aloud(amount_won: int, *, language: str) -> str:
    """One sentence for a voice."""
    return f"Voucher, {amount_won} won." if language == "en" else f"상품권 {amount_won}원."


def call_aloud(*, language: str) -> str:
    """An order or a payment from elsewhere waits; whose, and over what, is not for the shop to hear."""
    return "A new order." if language == "en" else "새 주문이 있습니다."


def announced_in_korean(amount_won: int) -> tuple[str, str]:
    """Two lines for a display with Hangul."""
    return "상품권", f"{amount_won:,}원"


def announced_in_ascii(amount_won: int) -> tuple[str, str]:
    """Two lines for a display without."""
    return "VOUCHER", f"{amount_won:,} WON"
