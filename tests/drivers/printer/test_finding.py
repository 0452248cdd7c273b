"""Finding a printer, and finding out what it can do."""

import os
from pathlib import Path

import pytest

from drivers.printer.discovery import find_printers
from drivers.printer.hangul import columns_of
from drivers.printer.outcome import Printed
from drivers.printer.profile import load_profile
from drivers.printer.simulated_faults import Hardware, RomLanguage
from drivers.printer.trial_page import CANDIDATES, profile_of_line, trial_page_segments
from tests.support.printer_counter import Counter, CounterFactory

QUESTION = "바르게 보이는 첫 줄 번호는?"
SAMPLE = "가나다라마바사 1,000"


def page_on(counter: Counter) -> list[str]:
    segments = trial_page_segments(question=QUESTION, sample=SAMPLE, typeface=counter.typeface)
    assert counter.printer.print_segments(segments, watcher=counter.onlooker) == Printed()
    return list(counter.simulated.paper.receipts[0].lines)


def first_right_text_line(lines: list[str]) -> int | None:
    for line in lines:
        if line[:1].isdecimal() and line[2:].startswith(SAMPLE[:4]) and line.endswith("]"):
            return int(line[0])
    return None


@pytest.mark.parametrize(
    ("hardware", "first", "profile"),
    [
        (Hardware(dots=576), 1, "epson-tm-t20-korean"),
        (Hardware(dots=512), 2, "epson-tm-t88-korean"),
        (Hardware(dots=384), 3, "korean-58mm"),
        (Hardware(dots=576, language=RomLanguage.CHINA), None, None),
        (Hardware(dots=576, language=RomLanguage.NONE), None, None),
    ],
)
def test_the_first_right_line_names_the_profile(
    hardware: Hardware, first: int | None, profile: str | None, counter_with: CounterFactory
) -> None:
    lines = page_on(counter_with("sewoo-lk", hardware))

    assert first_right_text_line(lines) == first
    assert profile is None or profile_of_line(first or 0) == profile


def test_every_line_of_text_is_as_wide_as_its_profile_says(counter_with: CounterFactory) -> None:
    lines = [line for line in page_on(counter_with("sewoo-lk", Hardware(dots=576))) if line]

    assert [columns_of(line) for line in lines] == [load_profile(name).columns for name in CANDIDATES[:3]]


def test_a_chinese_printer_prints_its_dots_right(counter_with: CounterFactory) -> None:
    papers = []
    for language in (RomLanguage.KOREA, RomLanguage.CHINA):
        counter = counter_with("sewoo-lk", Hardware(dots=576, language=language))
        page_on(counter)
        papers.append(counter.simulated.paper.receipts[0].picture)

    dots_top = papers[0].height - 32 - 3 * 30 - 3 * 30 - 3 * 30
    boxes = [picture.crop((0, dots_top, picture.width, picture.height)).tobytes() for picture in papers]
    assert boxes[0] == boxes[1]
    assert papers[0].tobytes() != papers[1].tobytes()


def test_there_is_no_line_beyond_the_last() -> None:
    assert profile_of_line(0) is None
    assert profile_of_line(len(CANDIDATES) + 1) is None
    assert profile_of_line(len(CANDIDATES)) == "clone-58mm"


def test_what_is_plugged_in_is_offered_as_urls(tmp_path: Path) -> None:
    dev, sys, serial = tmp_path / "dev", tmp_path / "sys", tmp_path / "by-id"
    for folder in (dev, sys, serial):
        folder.mkdir()
    os.mkfifo(dev / "lp0")
    (serial / "usb-Prolific-if00-port0").touch()

    found = find_printers(dev_dir=dev, sys_dir=sys, serial_dirs=(serial, tmp_path / "nowhere"))

    assert [(printer.url, printer.is_certain) for printer in found] == [
        (f"usb:{dev}/lp0", True),
        (f"serial://{serial}/usb-Prolific-if00-port0", False),
    ]


def test_nothing_plugged_in_is_nothing(tmp_path: Path) -> None:
    assert find_printers(dev_dir=tmp_path, sys_dir=tmp_path, serial_dirs=()) == ()
