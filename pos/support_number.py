"""The support number: eight digits that a shop reads over the telephone, and any machine can explain.

    value = release (7 bits) | what is red (13 bits) | age of what waits (3 bits);  then a check digit

Rules: a bit never changes its meaning. It says where to look, not what was sold: no number of it identifies a shop, a
terminal or a person. A slip of the tongue is noticed: one wrong digit, or two neighbours exchanged, does not decode.
"""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import Final

from pos.link.examination import Colour, Finding

DIGITS: Final = 8
GROUPS: Final[tuple[tuple[int, int], ...]] = (
    *((100, 119), (120, 139), (140, 199)),
    *((200, 219), (220, 229), (230, 239)),
    *((300, 399), (400, 499)),
    *((500, 529), (530, 539)),
    *((600, 609), (610, 619), (620, 699)),
)
"""First and last finding of each bit, the lowest bit first."""
QUEUE_BOUNDS_S: Final = (1, 3600, 6 * 3600, 24 * 3600, 3 * 24 * 3600, 7 * 24 * 3600, 30 * 24 * 3600)
"""Where the steps of the queue's age begin; at step 0 nothing has waited for a second."""
_PART_MAX: Final = (1, 7, 7)
"""Releases 0.0.0 to 1.7.7 have numbers of their own; what lies beyond is told as the nearest."""
_RED_BITS: Final = len(GROUPS)
_AGE_BITS: Final = 3


class SupportNumberError(ValueError):
    """These digits are no support number: something was misheard."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SupportFacts:
    """What the eight digits say."""

    release: tuple[int, int, int]
    red_groups: frozenset[int]
    """Indices in `GROUPS`."""
    queue_step: int
    """How long the oldest entry has waited for the ledger: 0 to 7, see `QUEUE_BOUNDS_S`."""


def facts_of(findings: Iterable[Finding], *, release: tuple[int, int, int], queue_age_s: int) -> SupportFacts:
    """Sum up an examination."""
    red = {group_of(finding.code) for finding in findings if finding.colour is Colour.RED}
    return SupportFacts(
        release=release,
        red_groups=frozenset(group for group in red if group is not None),
        queue_step=bisect_right(QUEUE_BOUNDS_S, queue_age_s),
    )


def own_release() -> tuple[int, int, int]:
    """Of the installed program; zeros where it runs from its sources alone."""
    try:
        parts = [int(part) for part in version("chak-pos").split(".")[:3]]
    except (PackageNotFoundError, ValueError):
        return (0, 0, 0)
    major, minor, patch = (*parts, 0, 0, 0)[:3]
    return (major, minor, patch)


def encode(facts: SupportFacts) -> str:
    major, minor, patch = (min(part, most) for part, most in zip(facts.release, _PART_MAX, strict=True))
    value = (major << 6) | (minor << 3) | patch
    value = (value << _RED_BITS) | sum(1 << group for group in facts.red_groups)
    value = (value << _AGE_BITS) | facts.queue_step
    digits = f"{value:0{DIGITS - 1}d}"
    return digits + str(_check_digit(digits))


def decode(number: str) -> SupportFacts:
    """What the digits say, blanks left aside. Raises SupportNumberError."""
    digits = number.replace(" ", "").replace("-", "")
    if not (len(digits) == DIGITS and digits.isascii() and digits.isdigit()):
        raise SupportNumberError(f"{number!r} has not {DIGITS} digits")
    value = int(digits[:-1])
    if _check_digit(digits[:-1]) != int(digits[-1]) or value >> (7 + _RED_BITS + _AGE_BITS):
        raise SupportNumberError(f"{number!r} is not a support number; have it read again")
    release, red = value >> (_RED_BITS + _AGE_BITS), (value >> _AGE_BITS) % (1 << _RED_BITS)
    return SupportFacts(
        release=(release >> 6, (release >> 3) % 8, release % 8),
        red_groups=frozenset(group for group in range(_RED_BITS) if red >> group & 1),
        queue_step=value % (1 << _AGE_BITS),
    )


def group_of(code: int) -> int | None:
    """The bit that a finding belongs to; None where it has none."""
    return next((index for index, (first, last) in enumerate(GROUPS) if first <= code <= last), None)


_DAMM: Final = (
    *("0317598642", "7092154863", "4206871359", "1750983426", "6123045978"),
    *("3674209581", "5869720134", "8945362017", "9438617205", "2581436790"),
)
"""Damm's quasigroup of order ten: every wrong digit and every exchange of neighbours changes the result."""


def _check_digit(digits: str) -> int:
    interim = 0
    for digit in digits:
        interim = int(_DAMM[interim][int(digit)])
    return interim
