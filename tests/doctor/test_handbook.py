"""The technician's handbook says where to look for every number that an examination can tell."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pos.words.findings import FindingCode

HANDBOOK = Path(__file__).parents[2] / "firmware_config" / "README.md"


@pytest.mark.parametrize("first", sorted({code // 10 * 10 for code in FindingCode}))
def test_every_ten_numbers_have_their_place_in_the_handbook(first: int) -> None:
    rows = [line for line in HANDBOOK.read_text("utf-8").splitlines() if re.match(r"\| [0-9]{3}\b", line)]

    assert [row for row in rows if str(first) in row], first


def test_the_ranges_of_the_handbook_hold_every_number() -> None:
    ranges = re.findall(r"^\| ([0-9]{3})(?: to ([0-9]{3}))? \|", HANDBOOK.read_text("utf-8"), re.MULTILINE)

    for code in FindingCode:
        assert [first for first, last in ranges if int(first) <= code <= int(last or first)], code
