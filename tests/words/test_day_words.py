"""Words about people, the day and reports: fit for paper, with the same figures in both languages."""

import re
from dataclasses import astuple

import pytest

from pos.till.receipt.plain import plain_lines
from pos.till.receipt.width import columns_of
from pos.till.report.cheat_sheet import cheat_sheet_rows
from pos.words.en.day import DAY_LABELS as ENGLISH
from pos.words.ko.day import DAY_LABELS as KOREAN
from pos.words.report import cheat_sheet_words


@pytest.mark.parametrize("language", ["ko", "en"])
@pytest.mark.parametrize("columns", [32, 42, 48])
def test_the_key_card_fits_every_paper(language: str, columns: int) -> None:
    lines = plain_lines(cheat_sheet_rows(cheat_sheet_words(language), columns=columns), columns=columns)

    assert [line for line in lines if columns_of(line) > columns] == []
    assert any("* 6" in line for line in lines)


def test_both_languages_fill_in_the_same_figures() -> None:
    for korean, english in zip(astuple(KOREAN), astuple(ENGLISH), strict=True):
        assert re.findall(r"\{[a-z]+\}", str(korean)) == re.findall(r"\{[a-z]+\}", str(english))
