"""`pos bench print` measures what it says: bytes that really travel, sales that are really approved without paper."""

from __future__ import annotations

import pytest

from drivers.printer.encoder import Encoder
from drivers.printer.profile import load_profile, profile_names
from drivers.printer.raster import Typeface
from pos.bench.first_sign import measure_first_sign
from pos.bench.paper import LINES, WAYS, measure_paper
from pos.sandbox.receipts import thirty_lines


def test_the_receipt_has_thirty_lines() -> None:
    encoder = Encoder(load_profile(WAYS[0][1]), columns=42, typeface=Typeface.load())

    assert b"".join(encoder.encode(thirty_lines())).count(b"\n") == 30


def test_nothing_is_printed_faster_than_its_bytes_travel() -> None:
    reports = measure_paper([("a fast line", 400_000)])

    assert [report.way for report in reports] == ["text", "dots by rows", "dots by columns"]
    for report in reports:
        # The printer's buffer is full before its first byte is done: so much may be earned beforehand.
        assert report.printed_s >= report.limit_s - 4_096 / 400_000
        assert report.receipt_bytes == pytest.approx(report.limit_s * 400_000, rel=0.01)
    text, rows, columns = reports
    assert rows.receipt_bytes > columns.receipt_bytes > 10 * text.receipt_bytes
    assert [line for line, _ in LINES] == ["19,200 baud", "115,200 baud", "USB"]


def test_every_way_of_thirty_lines_fits_through_a_serial_line_in_three_seconds() -> None:
    bytes_per_s = dict(LINES)["115,200 baud"]
    typeface = Typeface.load()

    for profile in map(load_profile, profile_names()):
        dots_by = profile.dots_by(on_serial=True)
        encoder = Encoder(profile, columns=min(42, profile.columns), typeface=typeface, dots_by=dots_by)
        assert sum(map(len, encoder.encode(thirty_lines()))) <= 2.5 * bytes_per_s, profile.name


@pytest.mark.slow
def test_every_measured_sale_was_approved_while_its_receipt_waited() -> None:
    report = measure_first_sign(sales=3)

    assert (report.sales, report.unprinted) == (3, 3)
    assert 0 < report.median_ms <= report.most_ms
