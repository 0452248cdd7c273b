"""Paper notes: whether they are taken, what is asked first, and what is written beside them. Pure.

Rules:

- denominations, number rules, years and security features are the issuer's; nothing here knows a note by heart;
- a number is taken once; numbers in a row are asked about, because bundles of new notes are what is exchanged for cash;
- a note is good for its years to the last day of the last; the issuer may take older ones until a date;
- a torn note counts as the lowest denomination that what is left of it could be (LLV Act section 12), and only where
  its number can be read;
- notes from an amount on are looked at, the first of each shift, and whenever somebody wants to: what was looked at is
  recorded with the note;
- numbers are in a row across all notes of a sale, one scanned after the other as well as a bundle at once.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from typing import Final

from pos.till.change import Change, ChangeBasis, change_on, has_spare_note
from pos.till.reasons import Refusal
from pos.voucher.bodies import NoteMark

_DIGITS: Final = re.compile(r"[0-9]+")


class NoteAsk(StrEnum):
    """What a person has to say before notes are taken."""

    CHECK = "check"
    """Have the security features been looked at?"""
    CONSECUTIVE = "consecutive"
    CHANGE = "change"
    """Nobody owes this change: give it all the same?"""


@dataclass(frozen=True, slots=True, kw_only=True)
class NotePolicy:
    """What an issuer says of its notes."""

    denominations_won: tuple[int, ...]
    ratio_percent: int
    basis: ChangeBasis
    is_number_later: bool
    """Numbers may be written down after the sale, before the bank trip."""
    check_from_won: int
    """0: only the first of a shift, and on demand."""
    features: tuple[str, ...]
    issued_from_year: int
    blank_issue_year: int | None
    life_years: int
    expired_until: str | None
    """YYYY-MM-DD."""
    consecutive_from: int

    def oldest_year(self, today: str) -> int:
        """Notes of this year and later are good on that day."""
        return max(int(today[:4]) - self.life_years, self.issued_from_year)


@dataclass(frozen=True, slots=True, kw_only=True)
class Handed:
    """Notes of one denomination, as the customer hands them over."""

    denomination_won: int
    count: int
    serials: tuple[str, ...] = ()
    issue_year: int | None = None
    """As printed; 0 for a note without a year, None where nobody looked."""
    is_damaged: bool = False

    @property
    def face_won(self) -> int:
        return self.denomination_won * self.count


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteSituation:
    """Everything outside the notes that a decision depends on."""

    remaining_won: int
    earlier_faces_won: tuple[int, ...]
    """Notes of the same programme that this sale has taken."""
    today: str
    """YYYY-MM-DD."""
    earlier_serials: tuple[str, ...]
    """Of those notes."""
    is_first_of_shift: bool
    wants_check: bool
    """Somebody wants to look at these notes, whatever they are worth."""
    known_serials: Collection[str]
    agreed: Collection[NoteAsk]
    """What a person has already said yes to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeableNotes:
    """The notes can be recorded."""

    change: Change | None
    marks: tuple[NoteMark, ...]
    features_checked: tuple[str, ...] = ()
    """The security features that were looked at, as the issuer calls them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteQuestion:
    """A person has to agree first."""

    ask: NoteAsk
    change: Change | None = None


def judge_notes(handed: Handed, policy: NotePolicy, situation: NoteSituation) -> TakeableNotes | NoteQuestion | Refusal:
    """Decide over notes of one denomination."""
    refusal = _refusal(handed, policy, situation)
    if refusal is not None:
        return refusal
    change_won = max(handed.face_won - situation.remaining_won, 0)
    faces_won = (*situation.earlier_faces_won, *[handed.denomination_won] * handed.count)
    if change_won and has_spare_note(faces_won, change_won):
        return Refusal.NOTE_NOT_NEEDED
    change = (
        change_on(faces_won, change_won, ratio_percent=policy.ratio_percent, basis=policy.basis) if change_won else None
    )
    for ask, is_open in (
        (NoteAsk.CHECK, _wants_check(handed, policy, situation)),
        (NoteAsk.CONSECUTIVE, _is_in_a_row(handed, policy, situation)),
        (NoteAsk.CHANGE, change is not None and not change.is_duty),
    ):
        if is_open and ask not in situation.agreed:
            return NoteQuestion(ask=ask, change=change)
    is_checked = NoteAsk.CHECK in situation.agreed
    return TakeableNotes(
        change=change,
        marks=_marks(handed, policy, situation),
        features_checked=policy.features if is_checked else (),
    )


def lowest_readable(policy: NotePolicy, ruled_out_won: Collection[int] = ()) -> int | None:
    """What a torn note counts as, when it certainly is none of the denominations ruled out."""
    return min((value for value in policy.denominations_won if value not in ruled_out_won), default=None)


def longest_run(serials: Sequence[str], earlier: Sequence[str] = ()) -> int:
    """How many numbers follow one another in a row that at least one of `serials` is in; `earlier` ones count too."""
    new = _numbers(serials)
    longest, run, has_new = 0, 0, False
    for before, number in pairwise((None, *sorted(new | _numbers(earlier)))):
        is_next = before is not None and number == before + 1
        run, has_new = (run + 1 if is_next else 1), number in new or (is_next and has_new)
        longest = max(longest, run if has_new else 0)
    return longest


def expiry_of(policy: NotePolicy, handed: Handed, today: str) -> NoteMark | Refusal | None:
    """Whether the notes are over their time, as far as anybody looked at the year."""
    year = policy.blank_issue_year if handed.issue_year == 0 else handed.issue_year
    if handed.issue_year is None:
        return None
    if year is None or year > int(today[:4]) or year < policy.issued_from_year:
        return Refusal.NOTE_YEAR_WRONG
    if year + policy.life_years >= int(today[:4]):
        return None
    is_still_taken = policy.expired_until is not None and today <= policy.expired_until
    return NoteMark.EXPIRED if is_still_taken else Refusal.NOTE_EXPIRED


def _numbers(serials: Sequence[str]) -> set[int]:
    return {int(found[-1]) for serial in serials if (found := _DIGITS.findall(serial))}


def _is_in_a_row(handed: Handed, policy: NotePolicy, situation: NoteSituation) -> bool:
    return longest_run(handed.serials, situation.earlier_serials) >= policy.consecutive_from


def _refusal(handed: Handed, policy: NotePolicy, situation: NoteSituation) -> Refusal | None:
    if handed.denomination_won not in policy.denominations_won or handed.count < 1:
        return Refusal.NOT_A_DENOMINATION
    if situation.remaining_won <= 0:
        return Refusal.NOTHING_DUE
    if len(handed.serials) > handed.count or len(set(handed.serials)) != len(handed.serials):
        return Refusal.SERIAL_TWICE
    if any(serial in situation.known_serials for serial in handed.serials):
        return Refusal.SERIAL_TAKEN
    if len(handed.serials) < handed.count and (handed.is_damaged or not policy.is_number_later):
        return Refusal.SERIAL_NEEDED
    expiry = expiry_of(policy, handed, situation.today)
    return expiry if isinstance(expiry, Refusal) else None


def _wants_check(handed: Handed, policy: NotePolicy, situation: NoteSituation) -> bool:
    is_large = policy.check_from_won > 0 and handed.denomination_won >= policy.check_from_won
    return bool(policy.features) and (is_large or situation.is_first_of_shift or situation.wants_check)


def _marks(handed: Handed, policy: NotePolicy, situation: NoteSituation) -> tuple[NoteMark, ...]:
    expiry = expiry_of(policy, handed, situation.today)
    marked = {
        NoteMark.CHECKED: NoteAsk.CHECK in situation.agreed,
        NoteMark.DAMAGED: handed.is_damaged,
        NoteMark.CONSECUTIVE: _is_in_a_row(handed, policy, situation),
        NoteMark.EXPIRED: expiry is NoteMark.EXPIRED,
    }
    return tuple(mark for mark, is_set in marked.items() if is_set)
