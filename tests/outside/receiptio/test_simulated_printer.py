"""A printing client that somebody else wrote prints on our simulated printer, and believes what it says."""

import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
import zxingcpp

from drivers.printer.raster import Typeface
from drivers.printer.simulated import SimulatedPrinter
from drivers.printer.simulated_wire import ServedPrinter
from drivers.printer.status import Paper
from tests.support.process_tools import Child, run

PORT: Final = 9100
"""The client knows no other."""
CODE: Final = "CKS1:HELLO-WORLD"
PAGE: Final = f"""\
^^^행복한 빵집
사업자 220-81-62517

단팥빵 | 9,000
한우 국거리 | 29,000
---
합계 | 38,000
{{c:{CODE}; o:qrcode,4,m}}
"""
# Kanji code system, for Japanese models only: the client sends it before every rule, a Korean printer has it not.
NOT_KOREAN: Final = b"\x1cC0"


@pytest.fixture
def address() -> str:
    """A loopback address of this process's own: the port is fixed, and tests run side by side."""
    return f"127.{os.getpid() >> 16 & 0x7F | 0x40}.{os.getpid() >> 8 & 0xFF}.{os.getpid() & 0xFF or 1}"


@pytest.fixture
def printer(address: str) -> Iterator[SimulatedPrinter]:
    simulated = SimulatedPrinter(monotonic_s=time.monotonic, typeface=Typeface.load())
    with ServedPrinter.on_tcp(simulated, host=address, port=PORT):
        yield simulated


@pytest.fixture
def page(tmp_path: Path) -> Path:
    path = tmp_path / "page.receipt"
    path.write_text(PAGE, encoding="utf-8")
    return path


def client(address: str, *arguments: str | Path) -> Child:
    command = [os.environ["CHAK_RECEIPTIO"], "-d", address, "-p", "escpos", "-l", "ko", "-c", "48", "-t", "10"]
    return run([*command, *arguments])


def test_it_prints_hangul_amounts_and_a_code(printer: SimulatedPrinter, address: str, page: Path) -> None:
    done = client(address, page)

    assert "success" in done.stdout + done.stderr, done.report()
    (receipt,) = printer.paper.receipts
    lines = [line for line in receipt.lines if line]
    assert lines == [
        "             행  복  한    빵  집",
        "              사업자 220-81-62517",
        "단팥빵                                     9,000",
        "한우 국거리                               29,000",
        "─" * 48,
        "합계                                      38,000",
    ]
    assert [code.text for code in zxingcpp.read_barcodes(receipt.picture.convert("L"))] == [CODE]
    assert {refusal.data for refusal in printer.observed.refused} <= {NOT_KOREAN}


def test_it_believes_what_the_printer_says_of_itself(printer: SimulatedPrinter, address: str, page: Path) -> None:
    said = [client(address, "-q", "printer")]
    printer.faults.paper = Paper.OUT
    said.append(client(address, page))
    printer.faults.paper = Paper.OK
    printer.faults.cover_open = True
    said.append(client(address, page))

    assert [(done.stdout + done.stderr).strip() for done in said] == ["online", "paperempty", "coveropen"]
    assert printer.paper.receipts == []


def test_it_sees_the_drawer(printer: SimulatedPrinter, address: str) -> None:
    # "drawer2" is its word for a switch that is high while the drawer is open.
    closed = client(address, "-q", "drawer2")
    printer.receive(b"\x10\x14\x01\x00\x01")
    opened = client(address, "-q", "drawer2")

    assert "drawerclosed" in closed.stdout + closed.stderr, closed.report()
    assert "draweropen" in opened.stdout + opened.stderr, opened.report()


def test_it_brings_the_printer_back_from_half_an_image(printer: SimulatedPrinter, address: str, page: Path) -> None:
    printer.receive(b"\x1dv0\x00\x48\x00\x1e\x00" + bytes(100))

    done = client(address, page)

    assert "success" in done.stdout + done.stderr, done.report()
    assert "단팥빵" in printer.paper.receipts[-1].text
