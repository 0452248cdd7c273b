"""Paper notes and their change: what the ordinance says, note by note."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos.till.change import ChangeBasis, change_on, has_spare_note
from pos.till.notes import (
    Handed,
    NoteAsk,
    NotePolicy,
    NoteQuestion,
    NoteSituation,
    TakeableNotes,
    expiry_of,
    judge_notes,
    longest_run,
    lowest_readable,
)
from pos.till.reasons import Refusal
from pos.voucher.bodies import NoteMark

POLICY = NotePolicy(
    denominations_won=(1_000, 5_000, 10_000, 50_000),
    ratio_percent=60,
    basis=ChangeBasis.SUM,
    is_number_later=True,
    check_from_won=50_000,
    features=("watermark",),
    issued_from_year=2018,
    blank_issue_year=2018,
    life_years=5,
    expired_until=None,
    consecutive_from=5,
)
AT_TILL = NoteSituation(
    remaining_won=30_000,
    earlier_faces_won=(),
    today="2026-11-22",
    earlier_serials=(),
    is_first_of_shift=False,
    wants_check=False,
    known_serials=frozenset(),
    agreed=frozenset(),
)


def judge(handed: Handed, policy: NotePolicy = POLICY, **changed: object) -> TakeableNotes | NoteQuestion | Refusal:
    return judge_notes(handed, policy, replace(AT_TILL, **changed))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("due_won", "ratio", "basis", "is_duty"),
    [
        (6_000, 60, ChangeBasis.SUM, True),
        (5_999, 60, ChangeBasis.SUM, False),
        (7_000, 70, ChangeBasis.SUM, True),
        (6_999, 70, ChangeBasis.SUM, False),
        (8_000, 80, ChangeBasis.NOTE, True),
        (7_999, 80, ChangeBasis.NOTE, False),
    ],
)
def test_change_is_owed_from_the_share_of_the_ordinance_on(
    due_won: int, ratio: int, basis: ChangeBasis, is_duty: bool
) -> None:
    assert change_on((10_000,), 10_000 - due_won, ratio_percent=ratio, basis=basis).is_duty is is_duty


def test_the_basis_decides_when_several_notes_are_handed_over() -> None:
    of_sum = change_on((50_000, 10_000), 6_000, ratio_percent=80, basis=ChangeBasis.SUM)
    of_note = change_on((50_000, 10_000), 6_000, ratio_percent=80, basis=ChangeBasis.NOTE)

    assert (of_sum.used_won, of_sum.face_won, of_sum.is_duty) == (54_000, 60_000, True)
    assert (of_note.used_won, of_note.face_won, of_note.is_duty) == (4_000, 10_000, False)


def test_change_below_the_share_is_asked_about_and_marked_by_its_ruling() -> None:
    handed = Handed(denomination_won=10_000, count=1)

    asked = judge(handed, remaining_won=5_000)
    assert isinstance(asked, NoteQuestion)
    assert (asked.ask, asked.change and asked.change.change_won) == (NoteAsk.CHANGE, 5_000)
    agreed = judge(handed, remaining_won=5_000, agreed=frozenset({NoteAsk.CHANGE}))
    assert isinstance(agreed, TakeableNotes)
    assert agreed.change is not None
    assert not agreed.change.is_duty


def test_a_note_that_is_not_needed_goes_back() -> None:
    assert judge(Handed(denomination_won=10_000, count=4)) is Refusal.NOTE_NOT_NEEDED
    assert judge(Handed(denomination_won=10_000, count=1), remaining_won=10_000) == TakeableNotes(change=None, marks=())
    assert (
        judge(Handed(denomination_won=50_000, count=1), remaining_won=44_000, earlier_faces_won=(5_000,),
              agreed=frozenset({NoteAsk.CHECK}))
        is Refusal.NOTE_NOT_NEEDED
    )  # fmt: skip


def test_numbers_are_taken_once_and_rows_of_them_are_asked_about() -> None:
    five = tuple(f"A{number:07}" for number in range(11, 16))
    handed = Handed(denomination_won=1_000, count=5, serials=five)

    assert judge(handed, known_serials=frozenset({five[3]})) is Refusal.SERIAL_TAKEN
    assert judge(replace(handed, serials=(five[0], five[0]))) is Refusal.SERIAL_TWICE
    question = judge(handed)
    assert isinstance(question, NoteQuestion)
    assert question.ask is NoteAsk.CONSECUTIVE
    taken = judge(handed, agreed=frozenset({NoteAsk.CONSECUTIVE}))
    assert isinstance(taken, TakeableNotes)
    assert taken.marks == (NoteMark.CONSECUTIVE,)
    assert isinstance(judge(replace(handed, serials=five[:4])), TakeableNotes)


def test_numbers_may_wait_only_where_the_issuer_says_so_and_never_for_a_torn_note() -> None:
    handed = Handed(denomination_won=10_000, count=2)

    assert isinstance(judge(handed), TakeableNotes)
    assert judge(handed, replace(POLICY, is_number_later=False)) is Refusal.SERIAL_NEEDED
    assert judge(replace(handed, is_damaged=True)) is Refusal.SERIAL_NEEDED


def test_a_torn_note_counts_at_its_lowest_readable_value() -> None:
    assert lowest_readable(POLICY) == 1_000
    assert lowest_readable(POLICY, {1_000, 5_000}) == 10_000
    assert lowest_readable(POLICY, set(POLICY.denominations_won)) is None
    torn = judge(Handed(denomination_won=1_000, count=1, serials=("77",), is_damaged=True))
    assert isinstance(torn, TakeableNotes)
    assert torn.marks == (NoteMark.DAMAGED,)


def test_large_notes_and_the_first_of_a_shift_are_looked_at() -> None:
    large = judge(Handed(denomination_won=50_000, count=1), remaining_won=50_000)
    assert isinstance(large, NoteQuestion)
    assert large.ask is NoteAsk.CHECK
    first = judge(Handed(denomination_won=1_000, count=1), is_first_of_shift=True)
    assert isinstance(first, NoteQuestion)
    looked = judge(Handed(denomination_won=1_000, count=1), is_first_of_shift=True, agreed=frozenset({NoteAsk.CHECK}))
    assert isinstance(looked, TakeableNotes)
    assert looked.marks == (NoteMark.CHECKED,)


@pytest.mark.parametrize(
    ("year", "until", "found"),
    [
        (None, None, None),
        (2021, None, None),
        (2020, None, Refusal.NOTE_EXPIRED),
        (2020, "2026-12-31", NoteMark.EXPIRED),
        (2020, "2026-11-21", Refusal.NOTE_EXPIRED),
        (0, None, Refusal.NOTE_EXPIRED),
        (0, "2026-12-31", NoteMark.EXPIRED),
        (2027, None, Refusal.NOTE_YEAR_WRONG),
        (2017, "2026-12-31", Refusal.NOTE_YEAR_WRONG),
    ],
)
def test_years_and_the_issuers_exceptions(year: int | None, until: str | None, found: object) -> None:
    handed = Handed(denomination_won=10_000, count=1, issue_year=year)

    assert expiry_of(replace(POLICY, expired_until=until), handed, AT_TILL.today) == found


def test_no_other_denomination_is_taken_and_nothing_once_all_is_paid() -> None:
    assert judge(Handed(denomination_won=3_000, count=1)) is Refusal.NOT_A_DENOMINATION
    assert judge(Handed(denomination_won=5_000, count=1), remaining_won=0) is Refusal.NOTHING_DUE


def test_rows_are_found_in_any_order_and_around_letters() -> None:
    assert longest_run(()) == 0
    assert longest_run(("AB-12", "AB-14", "AB-13", "AB-20")) == 3
    assert longest_run(("x", "7")) == 1


@given(st.lists(st.sampled_from(POLICY.denominations_won), min_size=1, max_size=12), st.integers(0, 60_000))
def test_what_is_used_and_what_goes_back_are_the_notes(faces_won: list[int], change_won: int) -> None:
    if has_spare_note(faces_won, change_won):
        return
    of_sum = change_on(faces_won, change_won, ratio_percent=60, basis=ChangeBasis.SUM)
    of_note = change_on(faces_won, change_won, ratio_percent=60, basis=ChangeBasis.NOTE)

    assert of_sum.used_won + change_won == sum(faces_won)
    assert 0 < of_note.used_won <= min(faces_won)
    assert of_sum.is_duty or not of_note.is_duty, "the note alone is never used more than all of them"
