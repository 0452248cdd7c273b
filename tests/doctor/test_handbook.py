"""The technician's handbook says where to look for every number that an examination can tell."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pos.link.equipment import Condition, DeviceKind
from pos.words import Words, words_for
from pos.words.findings import DEVICE_CODES, FindingCode, device_code

HANDBOOK = Path(__file__).parents[2] / "firmware_config" / "README.md"


@pytest.mark.parametrize("first", sorted({code // 10 * 10 for code in FindingCode}))
def test_every_ten_numbers_have_their_place_in_the_handbook(first: int) -> None:
    rows = [line for line in HANDBOOK.read_text("utf-8").splitlines() if re.match(r"\| [0-9]{3}\b", line)]

    assert [row for row in rows if str(first) in row], first


def test_the_ranges_of_the_handbook_hold_every_number() -> None:
    ranges = re.findall(r"^\| ([0-9]{3})(?: to ([0-9]{3}))? \|", HANDBOOK.read_text("utf-8"), re.MULTILINE)

    for code in FindingCode:
        assert [first for first, last in ranges if int(first) <= code <= int(last or first)], code


ENGLISH, _, KOREAN = HANDBOOK.read_text("utf-8").partition("\n# 기술자 안내서\n")
BOTH = pytest.mark.parametrize(
    ("words", "page", "nothing"),
    [(words_for("en"), ENGLISH, "nothing"), (words_for("ko"), KOREAN, "없음")],
    ids=["en", "ko"],
)


@BOTH
def test_every_number_has_its_line_in_the_words_of_the_screen(words: Words, page: str, nothing: str) -> None:
    lines = page.splitlines()

    for code in FindingCode:
        said = words.finding(code)
        assert f"| {int(code)} | {said.name}: {said.meaning} | {said.to_do or nothing} |" in lines


@BOTH
def test_every_condition_of_a_device_has_its_line(words: Words, page: str, nothing: str) -> None:
    lines = page.splitlines()

    for condition in Condition:
        code = device_code(DeviceKind.PRINTER, condition)
        said = words.finding(code)
        assert f"| +{code - 100} | {said.meaning} | {said.to_do or nothing} |" in lines


@BOTH
def test_where_a_cashier_is_sent_to_the_technician_the_technician_is_told_what_to_do(
    words: Words, page: str, nothing: str
) -> None:
    sentence = words.finding(FindingCode.SPACE_SHORT).to_do.casefold()
    sent = {code for code in (*DEVICE_CODES, *FindingCode) if sentence in words.finding(code).to_do.casefold()}
    rows = re.findall(r"^\| ([0-9]{3}(?:, [0-9]{3})*) \| [^|]+ \|$", page, re.MULTILINE)

    assert len(sent) > len(DeviceKind), nothing
    assert sent <= {int(number) for row in rows for number in row.split(", ")}
