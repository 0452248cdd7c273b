"""Typed amounts: digits or a clear word about what is wrong."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos.money import AMOUNT_MAX_WON, AmountError, checked_won, format_won, parse_won


@pytest.mark.parametrize(("text", "won"), [("12000", 12_000), ("12,000", 12_000), (" 1 ", 1)])
def test_digits_are_read(text: str, won: int) -> None:
    assert parse_won(text) == won


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "empty"),
        ("-5", "negative"),
        ("12k", "letters"),
        ("1_000", "letters"),
        ("١٢", "letters"),
        ("1.5", "letters"),
        ("9" * 40, "too_large"),
        ("000", "zero"),
    ],
)
def test_anything_else_is_named(text: str, problem: str) -> None:
    with pytest.raises(AmountError) as caught:
        parse_won(text)
    assert caught.value.problem == problem


@pytest.mark.parametrize(("won", "problem"), [(0, "zero"), (-1, "negative"), (AMOUNT_MAX_WON + 1, "too_large")])
def test_what_cannot_be_paid_is_named(won: int, problem: str) -> None:
    with pytest.raises(AmountError) as caught:
        checked_won(won)
    assert caught.value.problem == problem


@given(st.integers(1, AMOUNT_MAX_WON))
def test_what_is_shown_can_be_typed(won: int) -> None:
    assert checked_won(parse_won(format_won(won))) == won


@given(st.text())
def test_any_text_is_a_number_or_an_amount_error(text: str) -> None:
    with contextlib.suppress(AmountError):
        assert 0 < parse_won(text) <= AMOUNT_MAX_WON
