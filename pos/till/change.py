"""Change on paper notes: when the shop owes it, and when giving it would look like exchanging notes for cash. Pure.

Rules (LLV Act sections 10(1) and 10(2), decree section 3):

- whoever buys for at least a share of the face value gets the rest in cash, at once; the share is set by ordinance,
  between 60 and 80 per cent;
- whether the share is of all notes handed over or of the note that is broken is not settled in the Act: the issuer
  says (`ChangeBasis`). The note that is broken is the smallest that covers the change;
- below the share nobody owes change. Giving it is recorded, because notes turned into cash are what the Act forbids;
- a note that is not needed at all goes back, and no change is given on it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class ChangeBasis(StrEnum):
    """What the share is of. Add members, never rename."""

    SUM = "sum"
    NOTE = "note"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Cash that would go back, and whether it is owed."""

    change_won: int
    face_won: int
    """What the share is of."""
    used_won: int
    ratio_percent: int
    is_duty: bool


def change_on(faces_won: Sequence[int], change_won: int, *, ratio_percent: int, basis: ChangeBasis) -> Change:
    """Judge change on these notes; it is less than each of them."""
    assert change_won < min(faces_won), "a note that is not needed goes back first"
    face_won = sum(faces_won) if basis is ChangeBasis.SUM else min(faces_won)
    used_won = face_won - change_won
    return Change(
        change_won=change_won,
        face_won=face_won,
        used_won=used_won,
        ratio_percent=ratio_percent,
        is_duty=used_won * 100 >= face_won * ratio_percent,
    )


def has_spare_note(faces_won: Sequence[int], change_won: int) -> bool:
    """Whether one of the notes could go back instead of its change."""
    return change_won >= min(faces_won)
