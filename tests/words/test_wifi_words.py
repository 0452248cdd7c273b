"""What is said of a wireless network fits the screen, in both languages."""

import pytest

from pos.link.wifi import WifiState
from pos.words import Words, words_for
from pos.words.columns import columns_of

LINE_COLUMNS_MAX = 76
"""A full line of the smallest screen within the installation's margins."""


@pytest.mark.parametrize("words", [words_for("ko"), words_for("en")], ids=["ko", "en"])
def test_every_state_says_what_is_the_matter_and_what_to_do_in_a_line_each(words: Words) -> None:
    assert set(words.wifi.states) == set(WifiState)
    lines = [line for pair in words.wifi.states.values() for line in pair]
    for line in (*lines, *words.wifi.how, words.wifi.hint, words.wifi.title):
        assert line
        assert columns_of(line) <= LINE_COLUMNS_MAX, line


@pytest.mark.parametrize("language", ["ko", "en"])
def test_the_four_ends_that_somebody_can_do_something_about_are_told_apart(language: str) -> None:
    states = words_for(language).wifi.states
    ends = (WifiState.JOINED, WifiState.WRONG_PASSWORD, WifiState.NOT_FOUND, WifiState.NO_ADDRESS, WifiState.WEP)

    assert len({states[end][0] for end in ends}) == len(ends)
    assert len({states[end][1] for end in ends}) == len(ends)
