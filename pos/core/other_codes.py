"""Codes that are no payment: a receipt that comes back, a number for a cash receipt.

Rules:

- they count only while no sale is open: in a sale the camera is for paying;
- a number is taken only where somebody has just asked for one, and only by the screen that asked;
- nothing here is recorded: what is done with them is.
"""

import re
from dataclasses import dataclass
from typing import Final

from pos.core.receipt_codes import PREFIX, ReceiptCodes
from pos.link.state import NumberSeenView, ReceiptSeenView
from pos.till.reasons import Refusal

_NUMBER_DIGITS: Final = range(10, 20)


@dataclass(slots=True, kw_only=True)
class OtherCodes:
    """What the camera saw last that is no payment."""

    codes: ReceiptCodes
    number_pattern: re.Pattern[str] | None = None
    """Of codes whose one group is a buyer's number; bare digits are always taken."""
    wants_number: bool = False
    receipt: ReceiptSeenView | None = None
    number: NumberSeenView | None = None
    _serial: int = 0

    def take(self, text: str) -> bool:
        """Take a code, if it is one of these."""
        digits = self._number_in(text) if self.wants_number else ""
        if digits:
            self._serial += 1
            self.number = NumberSeenView(serial=self._serial, digits=digits)
            return True
        if not text.startswith(PREFIX):
            return False
        if self.receipt is not None and self.receipt.code == text:
            # Still held in front of the camera.
            return True
        found = self.codes.read(text)
        self._serial += 1
        number, cause = ("", found.value) if isinstance(found, Refusal) else (found, "")
        till = self.codes.till_of(text) if found is Refusal.OTHER_TILL else ""
        self.receipt = ReceiptSeenView(serial=self._serial, receipt_number=number, cause=cause, code=text, till=till)
        return True

    def _number_in(self, text: str) -> str:
        """The buyer's number that a code stands for; empty where it stands for none."""
        match = None if self.number_pattern is None else self.number_pattern.fullmatch(text)
        digits = text if match is None else match[1] or ""
        return digits if digits.isascii() and digits.isdecimal() and len(digits) in _NUMBER_DIGITS else ""

    def begin_number(self) -> None:
        """A number is asked for."""
        self.wants_number = True
        self.number = None

    def forget(self) -> None:
        """Something else goes on at the counter."""
        self.wants_number = False
        self.receipt = None
        self.number = None
