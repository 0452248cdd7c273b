"""Receipt numbers: a plain count of this terminal's receipts, without gaps and never used twice.

With six digits a number can be read out on the telephone; after 999 999 it simply grows longer.
"""

DIGITS_MAX = 15
"""Longer texts are not numbers of ours, and would not fit the database's integers."""


def receipt_number(ordinal: int) -> str:
    """The number of the terminal's `ordinal`-th receipt, counted from 1."""
    return f"{ordinal:06d}"


def receipt_ordinal(number: str) -> int | None:
    """Which receipt a number stands for; None where it is no number of ours."""
    if not (number.isascii() and number.isdigit() and len(number) <= DIGITS_MAX):
        return None
    ordinal = int(number)
    return ordinal if receipt_number(ordinal) == number else None
