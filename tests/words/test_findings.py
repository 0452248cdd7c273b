"""Every number that an examination can find has sentences in both languages, and keeps its meaning."""

import pytest

from pos.link.equipment import Condition, DeviceKind
from pos.words import Words, words_for
from pos.words.columns import columns_of
from pos.words.findings import DEVICE_CODES, NAME_COLUMNS, FindingCode, device_code
from pos.words.vocabulary import LINE_COLUMNS

ALL = (*DEVICE_CODES, *FindingCode)
BOTH = pytest.mark.parametrize("words", [words_for("ko"), words_for("en")], ids=["ko", "en"])
NOTHING_TO_DO = (Condition.OFF, Condition.READY)


@BOTH
@pytest.mark.parametrize("code", ALL)
def test_a_finding_says_what_it_is_and_what_to_do_in_one_line_each(words: Words, code: int) -> None:
    said = words.finding(code)

    assert said != words.finding(999), "nobody wrote down what this number means"
    assert said.name
    assert columns_of(said.name) <= NAME_COLUMNS
    assert said.meaning
    assert max(columns_of(said.meaning), columns_of(said.to_do)) <= LINE_COLUMNS
    if code in DEVICE_CODES:
        assert bool(said.to_do) == (DEVICE_CODES[code][1] not in NOTHING_TO_DO)


def test_numbers_do_not_change_their_meaning() -> None:
    assert device_code(DeviceKind.PRINTER, Condition.PAPER_OUT) == 103
    assert device_code(DeviceKind.SCANNER, Condition.MISSING) == 125
    assert device_code(DeviceKind.VOICE, Condition.UNHEARD) == 191
    assert len(set(ALL)) == len(ALL)
