"""The npm printing client runs and makes the bytes that a Korean printer expects."""

import os
from pathlib import Path

from tests.support.process_tools import run


def test_it_writes_hangul_in_a_korean_printers_encoding(tmp_path: Path) -> None:
    page, out = tmp_path / "page.receipt", tmp_path / "page.bin"
    page.write_text("합계|12,000\n")

    done = run([os.environ["CHAK_RECEIPTIO"], "-p", "escpos", "-l", "ko", "-o", out, page])

    assert done.exit_status == 0, done.report()
    assert "합계".encode("euc-kr") in out.read_bytes()
