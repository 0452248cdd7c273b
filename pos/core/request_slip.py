"""A payment request on paper, or the shop's own payment code, for a counter without a screen for the customer. Pure.

What the code is over stands beside it; whose voucher will answer is not known yet.
"""

from typing import Final

from pos.link.calls import MerchantQrAnswer, PrintRow
from pos.money import format_won
from pos.till.receipt.words import ReceiptWords

MODULE_DOTS: Final = 5
"""At 203 dpi 0.6 mm: as large as a phone likes it; narrow paper makes it smaller by itself."""


def request_slip(text: str, amount_won: int, words: ReceiptWords) -> tuple[PrintRow, ...]:
    """The slip's rows."""
    amount = words.request_amount.format(amount=format_won(amount_won))
    return (
        PrintRow(kind="text", text=words.request_title, align="centre", bold=True, tall=True, wide=True),
        PrintRow(kind="text", text=amount, align="centre", bold=True, tall=True, wide=True),
        PrintRow(kind="qr", text=text, rows=MODULE_DOTS),
        PrintRow(kind="text", text=words.request_caption, align="centre"),
        PrintRow(kind="cut"),
    )


def merchant_slip(code: MerchantQrAnswer, words: ReceiptWords) -> tuple[PrintRow, ...]:
    """The rows of the shop's own payment code."""
    amount = words.request_amount.format(amount=format_won(code.amount_won))
    name = (PrintRow(kind="text", text=code.name, align="centre", bold=True, tall=True),) if code.name else ()
    typed = () if code.has_amount else (PrintRow(kind="text", text=words.merchant_qr_typed, align="centre"),)
    return (
        *name,
        PrintRow(kind="text", text=words.merchant_qr, align="centre", bold=True, tall=True),
        PrintRow(kind="text", text=amount, align="centre", bold=True, tall=True, wide=True),
        PrintRow(kind="qr", text=code.text, rows=MODULE_DOTS),
        *typed,
        PrintRow(kind="cut"),
    )
