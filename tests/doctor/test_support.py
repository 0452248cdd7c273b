"""The support number: what was encoded is what is explained, and a slip of the tongue is noticed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos.link.examination import Colour, Finding
from pos.support_number import GROUPS, SupportFacts, SupportNumberError, decode, encode, facts_of
from pos.words.findings import DEVICE_CODES, FindingCode

FACTS = st.builds(
    SupportFacts,
    release=st.tuples(st.integers(0, 1), st.integers(0, 7), st.integers(0, 7)),
    red_groups=st.frozensets(st.integers(0, len(GROUPS) - 1)),
    queue_step=st.integers(0, 7),
)


@given(facts=FACTS)
def test_eight_digits_say_what_was_found(facts: SupportFacts) -> None:
    number = encode(facts)

    assert len(number) == 8
    assert number.isdigit()
    assert decode(f"{number[:4]} {number[4:]}") == facts


@given(facts=FACTS, at=st.integers(0, 7), more=st.integers(1, 9))
def test_one_digit_misheard_is_noticed(facts: SupportFacts, at: int, more: int) -> None:
    number = encode(facts)
    wrong = number[:at] + str((int(number[at]) + more) % 10) + number[at + 1 :]

    with pytest.raises(SupportNumberError):
        decode(wrong)


@given(facts=FACTS, at=st.integers(0, 6))
def test_two_neighbours_exchanged_are_noticed(facts: SupportFacts, at: int) -> None:
    number = encode(facts)
    exchanged = number[:at] + number[at + 1] + number[at] + number[at + 2 :]

    if exchanged != number:
        with pytest.raises(SupportNumberError):
            decode(exchanged)


@pytest.mark.parametrize("typed", ["", "1234567", "123456789", "1234567a", "１２３４５６７８"])
def test_what_is_not_eight_digits_is_no_number(typed: str) -> None:
    with pytest.raises(SupportNumberError):
        decode(typed)


def test_every_finding_but_a_failed_check_has_one_bit() -> None:
    for code in (*DEVICE_CODES, *FindingCode):
        homes = [first for first, last in GROUPS if first <= code <= last]
        assert len(homes) == (0 if code == FindingCode.CHECK_FAILED else 1), code


def test_an_examination_is_summed_up_by_what_is_red_and_how_long_something_waits() -> None:
    found = (
        Finding(code=103, colour=Colour.RED),
        Finding(code=FindingCode.MIRROR_MISSING, colour=Colour.RED),
        Finding(code=FindingCode.POWER_UNKNOWN, colour=Colour.UNKNOWN),
        Finding(code=FindingCode.LEDGER_AWAY, colour=Colour.UNKNOWN),
    )

    facts = facts_of(found, release=(0, 1, 0), queue_age_s=400 * 60)

    assert {GROUPS[group] for group in facts.red_groups} == {(100, 119), (220, 229)}
    assert facts.queue_step == 3, "between six hours and a day"
