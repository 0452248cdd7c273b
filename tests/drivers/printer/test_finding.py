"""Finding a printer, and finding out what it can do."""

import os
from dataclasses import replace
from pathlib import Path

import pytest

from drivers.printer.discovery import find_printers
from drivers.printer.document import CutRow, PairRow
from drivers.printer.encoder import Encoder
from drivers.printer.hangul import columns_of
from drivers.printer.outcome import Printed
from drivers.printer.profile import DotsBy, load_profile
from drivers.printer.raster import LINE_DOTS
from drivers.printer.simulated_faults import Hardware, RomLanguage
from drivers.printer.simulated_paper import MARGIN_DOTS
from drivers.printer.trial_page import CANDIDATES, CANDIDATES_ON_SERIAL, candidates, trial_page_segments
from tests.support.printer_counter import Counter, CounterFactory

QUESTION = "바르게 보이는 첫 줄 번호는?"
SAMPLE = "가나다라마바사 1,000"


def page_on(counter: Counter, *, on_serial: bool = False) -> list[str]:
    segments = trial_page_segments(question=QUESTION, sample=SAMPLE, typeface=counter.typeface, on_serial=on_serial)
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
    assert profile is None or CANDIDATES[(first or 0) - 1] == profile


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


def test_over_a_serial_line_the_page_also_shows_dots_by_rows(counter_with: CounterFactory) -> None:
    clone = Hardware(dots=576, language=RomLanguage.CHINA)
    usb, serial = counter_with("sewoo-lk", clone), counter_with("sewoo-lk", clone)
    page_on(usb)
    page_on(serial, on_serial=True)

    assert candidates(on_serial=False) == CANDIDATES
    assert candidates(on_serial=True)[:6] == CANDIDATES
    assert all(load_profile(name).serial_dots_by is DotsBy.ROWS for name in CANDIDATES_ON_SERIAL[6:])
    by_rows, by_columns = (counter.simulated.paper.receipts[0].picture for counter in (usb, serial))
    assert by_columns.height - by_rows.height == 3 * LINE_DOTS
    sent = trial_page_segments(question=QUESTION, sample=SAMPLE, typeface=serial.typeface, on_serial=True)
    in_dots = [part[:3] for part in sent if len(part) > 100]
    assert in_dots == [b"\x1dv0"] + [b"\x1b3\x18"] * 3 + [b"\x1dv0"] * 3, "the question, then a line for each profile"


def test_a_printer_that_spoils_columns_still_shows_its_lines_by_rows(counter_with: CounterFactory) -> None:
    clone = Hardware(dots=576, language=RomLanguage.CHINA)
    good, spoiling = (counter_with("sewoo-lk", replace(clone, has_column_images=able)) for able in (True, False))
    page_on(good, on_serial=True)
    page_on(spoiling, on_serial=True)

    pages = [counter.simulated.paper.receipts[0].picture for counter in (good, spoiling)]
    # Three lines, three that are fed and three more to the blade.
    last_lines = [page.crop((0, page.height - MARGIN_DOTS - 9 * LINE_DOTS, page.width, page.height)) for page in pages]
    assert last_lines[0].getextrema() == (0, 255)
    assert last_lines[0].tobytes() == last_lines[1].tobytes()
    assert pages[1].height > pages[0].height, "the lines by columns came out as garbage"


def test_a_printer_that_spoils_columns_is_noticed_and_the_rest_of_the_line_is_garbage(
    counter_with: CounterFactory,
) -> None:
    spoiling = counter_with("clone-80mm", Hardware(has_column_images=False))

    spoiling.printer.print_segments(
        encoder_of("clone-80mm", spoiling).encode([PairRow(left="가나다", right="1,000"), CutRow()]),
        watcher=spoiling.onlooker,
    )

    assert spoiling.simulated.observed.refused[0].data[:3] == b"\x1b*\x21"


def encoder_of(name: str, counter: Counter) -> Encoder:
    """As over a serial line."""
    profile = load_profile(name)
    dots_by = profile.dots_by(on_serial=True)
    return Encoder(profile, columns=profile.columns, typeface=counter.typeface, dots_by=dots_by)


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
