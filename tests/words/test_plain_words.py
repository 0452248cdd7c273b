"""Every file of words: plain for whoever stands at the till, and as wide as it looks."""

from pathlib import Path

import pytest

from tests.support.plain_words import doubtful_characters, faults_in_english, faults_in_korean, texts_in, word_files


def named(file: Path) -> str:
    return f"{file.parent.name}-{file.stem}"


@pytest.mark.parametrize("file", word_files("ko"), ids=named)
def test_korean_says_nothing_of_the_machinery(file: Path) -> None:
    assert [(text, faults) for text in texts_in(file) if (faults := faults_in_korean(text))] == []


@pytest.mark.parametrize("file", word_files("en"), ids=named)
def test_english_says_nothing_of_the_machinery(file: Path) -> None:
    assert [(text, faults) for text in texts_in(file) if (faults := faults_in_english(text))] == []


@pytest.mark.parametrize("file", [*word_files("ko"), *word_files("en")], ids=named)
def test_no_character_is_wide_on_one_terminal_and_narrow_on_another(file: Path) -> None:
    assert [text for text in texts_in(file) if doubtful_characters(text)] == []


def test_both_languages_have_the_same_files() -> None:
    assert [file.name for file in word_files("ko")] == [file.name for file in word_files("en")] != []
