"""Receipts as pictures, for printers with a blade and without."""

from pathlib import Path

import pytest
from PIL import Image

from pos.core.print_rows import print_row
from pos.devices.picture import draw_receipt
from pos.link.calls import ReceiptPage
from pos.till.receipt.layout import layout
from pos.words.receipt import receipt_words
from tests.support.receipt_builders import a_full_sale


@pytest.mark.parametrize(("profile", "columns", "dots"), [("simulated-58mm", 32, 384), ("simulated-80mm", 48, 576)])
def test_a_receipt_is_drawn_whole_whether_it_is_cut_or_torn_off(
    profile: str, columns: int, dots: int, tmp_path: Path
) -> None:
    rows = tuple(map(print_row, layout(a_full_sale(), columns=columns, words=receipt_words("ko"))))
    page = ReceiptPage(receipt_number="000001", columns=columns, rows=rows)

    draw_receipt(page, profile_name=profile, path=tmp_path / "receipt.png")

    with Image.open(tmp_path / "receipt.png") as picture:
        assert dots <= picture.width <= dots + 100
        assert picture.height > len(rows) * 24
