"""Text from strangers: names, memos, scanned codes.

`SafeText` is the only such text that the printer and the screen accept. It is NFC and holds no control, format,
surrogate, private-use or line-breaking character, so it can neither steer a printer (ESC p opens a drawer) nor
turn writing direction around. Markup is the screen's matter: widgets show `SafeText` with markup off.
"""

import unicodedata
from typing import Final, NewType

SafeText = NewType("SafeText", str)

REPLACEMENT: Final = "?"
_UNSAFE_CATEGORIES: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def safe_text(raw: str, *, characters_max: int = 200) -> SafeText:
    """Return `raw` in NFC, cut to `characters_max`, with every unsafe character replaced by "?"."""
    composed = unicodedata.normalize("NFC", raw[: characters_max * 4].encode("utf-8", "replace").decode("utf-8"))
    return SafeText("".join(map(_safe_character, composed))[:characters_max])


def is_safe(text: str) -> bool:
    """Whether `text` could have come out of `safe_text` unchanged."""
    return unicodedata.is_normalized("NFC", text) and not any(
        unicodedata.category(character) in _UNSAFE_CATEGORIES for character in text
    )


def _safe_character(character: str) -> str:
    return REPLACEMENT if unicodedata.category(character) in _UNSAFE_CATEGORIES else character
