"""The sheet for setting hand scanners up: what is printed is what was meant, by two decoders."""

from pathlib import Path

import numpy as np
import pytest
import zxingcpp
from PIL import Image
from pyzbar import pyzbar

from pos.cli import main
from pos.devices.scanner_sheet import NEWLAND, TRIALS, draw_sheet
from pos.exits import Exit


def test_every_code_on_the_page_is_read_by_two_decoders(tmp_path: Path) -> None:
    page = tmp_path / "sheet.png"
    assert main(["scanner-sheet", str(page)]) == Exit.DONE
    with Image.open(page) as picture:
        grey = np.asarray(picture.convert("L"))
    wanted = {code.text for code in (*NEWLAND, *TRIALS)}
    assert {code.text for code in zxingcpp.read_barcodes(grey)} == wanted
    kinds = [pyzbar.ZBarSymbol.CODE128, pyzbar.ZBarSymbol.QRCODE]
    assert {code.data.decode() for code in pyzbar.decode(Image.fromarray(grey), symbols=kinds)} == wanted


def test_nothing_on_the_page_lies_over_something_else() -> None:
    page = np.asarray(draw_sheet())
    assert page.shape == (1754, 1240)
    assert (page[:, :50] == 255).all()
    assert (page[:, -20:] == 255).all()


def test_a_page_that_cannot_be_written_is_a_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["scanner-sheet", str(tmp_path / "none" / "sheet.png")]) == Exit.USAGE
    assert "cannot be written" in capsys.readouterr().err
