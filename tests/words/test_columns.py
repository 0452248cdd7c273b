"""Columns, cuts and Korean time."""

from hypothesis import given
from hypothesis import strategies as st

from pos.words.columns import columns_of, cut, fitted, short_number, wrapped
from pos.words.moments import clock_text, moment_text, since_text

NOON_S = 1_763_780_580


def test_hangul_takes_two_columns_and_marks_none() -> None:
    assert columns_of("시루 12,000원") == 4 + 1 + 8
    assert columns_of("e\u0301") == 1


def test_a_cut_never_splits_a_wide_character() -> None:
    assert cut("시루상품권", 7) == "시루.."
    assert cut("시루상품권", 10) == "시루상품권"
    assert cut("시루", 1) == "."


@given(st.text(max_size=40), st.integers(min_value=0, max_value=40))
def test_a_cut_text_fits_and_a_fitted_one_fills(text: str, columns: int) -> None:
    assert columns_of(cut(text, columns)) <= columns
    assert columns_of(fitted(text, columns)) == columns


@given(st.text(max_size=80), st.integers(min_value=4, max_value=30))
def test_wrapped_rows_fit(text: str, columns: int) -> None:
    assert all(columns_of(row) <= columns for row in wrapped(text, columns))


def test_words_are_wrapped_between_blanks() -> None:
    assert wrapped("새 판매를 적을 곳이 없습니다", 16) == ("새 판매를 적을", "곳이 없습니다")


def test_people_compare_what_follows_the_last_hyphen() -> None:
    assert short_number("t1-1122-0123") == "0123"
    assert short_number("0123") == "0123"
    assert short_number("000001") == "0001"
    assert short_number("012345") == "12345"
    assert short_number("A7") == "A7"


def test_time_is_korean_and_another_day_is_named() -> None:
    assert clock_text(NOON_S) == "12:03"
    assert moment_text(NOON_S - 86_400, now_s=NOON_S) == "11-21 12:03"
    assert moment_text(NOON_S - 3 * 3_600, now_s=NOON_S) == "09:03"
    assert since_text(NOON_S - 86_400, now_s=NOON_S) == "11-21"
    assert clock_text(253_402_300_799) == "23:59"
