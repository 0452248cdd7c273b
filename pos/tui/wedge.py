"""Tells a scanner that types from a person who types: it presses keys as a keyboard does, only faster.

Rules:

- `CHARACTERS_MIN` characters or more, each less than `GAP_S` behind the one before, are one scan: never an amount and
  never a command, whatever keys they are. Until that is decided nothing is done with any of them;
- the Enter, Tab or line feed that a scanner sends behind a scan belongs to it, unless another key came in between;
- a key that is held down repeats one character; that is a person;
- a scan that stumbles is still one: once there are enough characters, a longer pause is allowed;
- with CapsLock on, a scanner types the other case. Codes of ours have no lower case, so that one is put right.

Pure: keys are whatever the caller has, times are arguments. Leaves to others: what keys and scans mean.
"""

from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from pos.voucher.qr import TEXT_CHARS_MAX, QrKind

K = TypeVar("K")

CHARACTERS_MIN: Final = 6
GAP_S: Final = 0.035
STUMBLE_S: Final = 0.1
REPEAT_S: Final = 0.02
"""A key that is held down repeats no faster; a scanner types no slower."""
_ENDS: Final = frozenset("\r\n\t")
_PREFIXES: Final = tuple(f"{kind}1:" for kind in QrKind)


@dataclass(frozen=True, slots=True, kw_only=True)
class TypedScan:
    """A scan that came through the keyboard: its text, cut to one character more than a code of ours may have."""

    text: str
    length: int


@dataclass(frozen=True, slots=True)
class _Held(Generic[K]):
    key: K
    character: str


class Wedge(Generic[K]):
    """The keys of one keyboard, held back until it is sure who types."""

    def __init__(self) -> None:
        self._held: list[_Held[K]] = []
        self._first_s = self._last_s = 0.0
        self._scanned_s = float("-inf")

    @property
    def due_s(self) -> float | None:
        """When to call `expire`; None where nothing is held back."""
        return self._last_s + self._gap_s if self._held else None

    def take(self, key: K, character: str | None, *, at_s: float) -> list[K | TypedScan]:
        """What is to be done now, in order, on a key that types this character (None for none) and was pressed then."""
        done = self.expire(now_s=at_s)
        if character in _ENDS and at_s - self._scanned_s < STUMBLE_S:
            self._scanned_s = at_s
            return done
        self._scanned_s = float("-inf")
        if character is not None and character.isprintable():
            if not self._held:
                self._first_s = at_s
            self._held.append(_Held(key, character))
            self._last_s = at_s
            return done
        is_scan = character in _ENDS and self._is_scan
        done += self._close()
        if is_scan:
            self._scanned_s = at_s
            return done
        return [*done, key]

    def expire(self, *, now_s: float) -> list[K | TypedScan]:
        """What is to be done because nothing more was typed until now."""
        due_s = self.due_s
        is_due = due_s is not None and now_s >= due_s
        if is_due and self._is_scan:
            self._scanned_s = self._last_s
        return self._close() if is_due else []

    @property
    def _gap_s(self) -> float:
        return STUMBLE_S if self._is_scan else GAP_S

    @property
    def _is_scan(self) -> bool:
        count = len(self._held)
        if count < CHARACTERS_MIN:
            return False
        is_one_key = len({held.character for held in self._held}) == 1
        return not (is_one_key and self._last_s - self._first_s >= REPEAT_S * (count - 1))

    def _close(self) -> list[K | TypedScan]:
        held, is_scan, self._held = self._held, self._is_scan, []
        if not is_scan:
            return [one.key for one in held]
        text = _in_our_case("".join(one.character for one in held))
        return [TypedScan(text=text[: TEXT_CHARS_MAX + 1], length=len(text))]


def _in_our_case(text: str) -> str:
    is_turned = not any("A" <= character <= "Z" for character in text)
    return text.upper() if is_turned and text.upper().startswith(_PREFIXES) else text
