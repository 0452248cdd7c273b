"""The support number: eight digits that a shop reads over the telephone, and any machine can explain.

    value = release (7 bits) | what is red (13 bits) | how long the ledger has been away (3 bits);  then a check digit

Rules: a bit never changes its meaning. It says where to look, not what was sold: no number of it identifies a shop, a
terminal or a person. A slip of the tongue is noticed: one wrong digit, or two neighbours exchanged, does not decode.
"""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from pos.doctor.check import Colour, Finding
from pos.words.findings import FindingCode

DIGITS: Final = 8
GROUPS: Final[tuple[tuple[int, int], ...]] = (
    *((100, 119), (120, 139), (140, 199)),
    *((200, 219), (220, 229), (230, 239)),
    *((300, 399), (400, 499)),
    *((500, 529), (530, 539)),
    *((600, 609), (610, 619), (620, 699)),
)
"""First and last finding of each bit, the lowest bit first."""
AWAY_BOUNDS_S: Final = (1, 3600, 6 * 3600, 24 * 3600, 3 * 24 * 3600, 7 * 24 * 3600, 30 * 24 * 3600)
"""Where the steps of the ledger's absence begin; step 0 is no absence."""
_PART_MAX: Final = (1, 7, 7)
"""Releases 0.0.0 to 1.7.7 have numbers of their own; what lies beyond is told as the nearest."""
_RED_BITS: Final = len(GROUPS)
_AWAY_BITS: Final = 3


class SupportNumberError(ValueError):
    """These digits are no support number: something was misheard."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SupportFacts:
    """What the eight digits say."""

    release: tuple[int, int, int]
    red_groups: frozenset[int]
    """Indices in `GROUPS`."""
    away_step: int
    """0 to 7, see `AWAY_BOUNDS_S`."""


def facts_of(findings: Iterable[Finding], *, release: tuple[int, int, int]) -> SupportFacts:
    """Sum up an examination."""
    found = list(findings)
    red = {_group(finding.code) for finding in found if finding.colour is Colour.RED}
    away_s = max((_away_s(finding) for finding in found), default=0)
    return SupportFacts(
        release=release,
        red_groups=frozenset(group for group in red if group is not None),
        away_step=bisect_right(AWAY_BOUNDS_S, away_s),
    )


def encode(facts: SupportFacts) -> str:
    major, minor, patch = (min(part, most) for part, most in zip(facts.release, _PART_MAX, strict=True))
    value = (major << 6) | (minor << 3) | patch
    value = (value << _RED_BITS) | sum(1 << group for group in facts.red_groups)
    value = (value << _AWAY_BITS) | facts.away_step
    digits = f"{value:0{DIGITS - 1}d}"
    return digits + str(_check_digit(digits))


def decode(number: str) -> SupportFacts:
    """What the digits say, blanks left aside. Raises SupportNumberError."""
    digits = number.replace(" ", "").replace("-", "")
    if not (len(digits) == DIGITS and digits.isascii() and digits.isdigit()):
        raise SupportNumberError(f"{number!r} has not {DIGITS} digits")
    value = int(digits[:-1])
    if _check_digit(digits[:-1]) != int(digits[-1]) or value >> (7 + _RED_BITS + _AWAY_BITS):
        raise SupportNumberError(f"{number!r} is not a support number; have it read again")
    release, red = value >> (_RED_BITS + _AWAY_BITS), (value >> _AWAY_BITS) % (1 << _RED_BITS)
    return SupportFacts(
        release=(release >> 6, (release >> 3) % 8, release % 8),
        red_groups=frozenset(group for group in range(_RED_BITS) if red >> group & 1),
        away_step=value % (1 << _AWAY_BITS),
    )


def _group(code: int) -> int | None:
    return next((index for index, (first, last) in enumerate(GROUPS) if first <= code <= last), None)


def _away_s(finding: Finding) -> int:
    if finding.code != FindingCode.LEDGER_AWAY:
        return 0
    minutes = finding.answered.partition(" ")[0]
    return max(int(minutes) * 60, 1) if minutes.isdigit() else 1


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
