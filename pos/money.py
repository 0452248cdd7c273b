"""Won: whole numbers, no minor unit, never negative, never a float.

Rules: 1 … 100 000 000 for anything that is paid (protocol, "Money"); digits only when typed.
"""

from typing import Final

AMOUNT_MAX_WON: Final = 100_000_000
BANKNOTE_MIN_WON: Final = 1_000
"""The smallest banknote; what is less is a coin."""


class AmountError(ValueError):
    """Typed text that is not an amount; `problem` says why in one word."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem


def parse_won(text: str) -> int:
    """Read a typed amount (ASCII digits, commas between them allowed); AmountError for anything else."""
    digits = text.strip().replace(",", "")
    if not digits:
        raise AmountError("empty")
    if digits.startswith("-"):
        raise AmountError("negative")
    if not (digits.isascii() and digits.isdigit()):
        raise AmountError("letters")
    if len(digits) > len(str(AMOUNT_MAX_WON)) + 8:
        raise AmountError("too_large")
    return checked_won(int(digits))


def checked_won(amount_won: int) -> int:
    """Return the amount if it can be paid; AmountError "zero", "negative" or "too_large" otherwise."""
    if amount_won < 0:
        raise AmountError("negative")
    if amount_won == 0:
        raise AmountError("zero")
    if amount_won > AMOUNT_MAX_WON:
        raise AmountError("too_large")
    return amount_won


def format_won(amount_won: int) -> str:
    """12000 → "12,000"."""
    return f"{amount_won:,}"


def is_banknote(value_won: int) -> bool:
    """Whether a piece of cash of this value is paper and not a coin: Korean counts the two with different words."""
    return value_won >= BANKNOTE_MIN_WON
