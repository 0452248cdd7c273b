"""The number pad: seventeen keys, with NumLock on or off, and nothing else.

With NumLock off a terminal sends Home, Up, PgUp … for the digits, Begin for 5, Insert for 0 and Delete for the point;
those names are taken as the digits, so that a cashier never has to know of NumLock. The arrow keys of a full keyboard
thereby mean 8, 2, 4 and 6; nothing is moved with them.
"""

from enum import StrEnum
from typing import Final


class PadKey(StrEnum):
    """What a key means; the value of a digit is the digit."""

    D0 = "0"
    D1 = "1"
    D2 = "2"
    D3 = "3"
    D4 = "4"
    D5 = "5"
    D6 = "6"
    D7 = "7"
    D8 = "8"
    D9 = "9"
    DOUBLE_ZERO = "00"
    BACK = "-"
    MENU = "*"
    NOTES = "/"
    TENDER = "+"
    ENTER = "enter"

    @property
    def digits(self) -> str:
        """What the key adds to an amount; empty for the others."""
        return self.value if self.value.isdigit() else ""

    @property
    def number(self) -> int | None:
        """The digit pressed, as a choice from a list."""
        return int(self.value) if len(self.digits) == 1 else None


_CHARACTERS: Final = {
    **{key.value: key for key in PadKey if len(key.value) == 1},
    ".": PadKey.DOUBLE_ZERO,
    "\r": PadKey.ENTER,
    # Digits as a Korean input method sends them in full width.
    **{chr(0xFF10 + number): PadKey(str(number)) for number in range(10)},
    # Begin in the kitty keyboard protocol, which the toolkit passes on as a private-use character.
    "\ue053": PadKey.D5,
}
_NAMES: Final = {
    "insert": PadKey.D0,
    "end": PadKey.D1,
    "down": PadKey.D2,
    "pagedown": PadKey.D3,
    "left": PadKey.D4,
    "kp_begin": PadKey.D5,
    "right": PadKey.D6,
    "home": PadKey.D7,
    "up": PadKey.D8,
    "pageup": PadKey.D9,
    "delete": PadKey.DOUBLE_ZERO,
    "decimal": PadKey.DOUBLE_ZERO,
    "separator": PadKey.DOUBLE_ZERO,
    "subtract": PadKey.BACK,
    "backspace": PadKey.BACK,
    "escape": PadKey.BACK,
    "multiply": PadKey.MENU,
    "divide": PadKey.NOTES,
    "add": PadKey.TENDER,
    "enter": PadKey.ENTER,
}


def pad_key(name: str, character: str | None) -> PadKey | None:
    """What a key of this name that types this character means; None for any key outside the pad."""
    if name in _NAMES:
        return _NAMES[name]
    return _CHARACTERS.get(character) if character is not None else None
