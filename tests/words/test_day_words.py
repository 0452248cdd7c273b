"""Words about people, the day and reports: plain Korean, nothing of the machinery, fit for paper and screen."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import astuple

import pytest

from pos.till.receipt.plain import plain_lines
from pos.till.receipt.width import columns_of
from pos.till.report.cheat_sheet import cheat_sheet_rows
from pos.words.en.day import DAY_LABELS as ENGLISH
from pos.words.ko.day import DAY_LABELS as KOREAN
from pos.words.report import cheat_sheet_words, evidence_words, report_words

FORBIDDEN = ("동기화", "서명", "논스", "큐", "프로토콜", "노드", "해시", "세션", "토큰", "페이로드", "싱크", "오프셋")
FORBIDDEN_IN_ENGLISH = ("sync", "signature", "nonce", "queue", "protocol", "node", "hash", "token", "payload")
LATIN_ALLOWED = {"QR", "Enter", "Z", "X"}
AMBIGUOUS = re.compile("[\u2500-\u259f]")


def texts(value: object) -> Iterator[str]:
    """Every text in a tree of tuples."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple | list):
        for item in value:
            yield from texts(item)


def words_of(language: str) -> list[str]:
    labels = KOREAN if language == "ko" else ENGLISH
    papers = (report_words(language), evidence_words(language), cheat_sheet_words(language))
    return [text for words in (labels, *papers) for text in texts(astuple(words))]


@pytest.mark.parametrize("text", words_of("ko"))
def test_korean_is_plain(text: str) -> None:
    assert [word for word in FORBIDDEN if word in text] == []
    latin = set(re.findall(r"[A-Za-z]+", re.sub(r"\{[a-z]+\}", "", text)))
    assert latin <= LATIN_ALLOWED


@pytest.mark.parametrize("text", words_of("en"))
def test_english_is_plain(text: str) -> None:
    assert [word for word in FORBIDDEN_IN_ENGLISH if re.search(rf"\b{word}", text.lower())] == []


@pytest.mark.parametrize("language", ["ko", "en"])
def test_no_character_is_of_ambiguous_width(language: str) -> None:
    characters = {character for text in words_of(language) for character in text}

    wide = {character for character in characters if unicodedata.east_asian_width(character) == "A"}
    assert {character for character in wide if not AMBIGUOUS.match(character)} == set()


@pytest.mark.parametrize("language", ["ko", "en"])
@pytest.mark.parametrize("columns", [32, 42, 48])
def test_the_key_card_fits_every_paper(language: str, columns: int) -> None:
    lines = plain_lines(cheat_sheet_rows(cheat_sheet_words(language), columns=columns), columns=columns)

    assert [line for line in lines if columns_of(line) > columns] == []
    assert any("* 6" in line for line in lines)


def test_both_languages_fill_in_the_same_figures() -> None:
    for korean, english in zip(astuple(KOREAN), astuple(ENGLISH), strict=True):
        assert re.findall(r"\{[a-z]+\}", str(korean)) == re.findall(r"\{[a-z]+\}", str(english))
