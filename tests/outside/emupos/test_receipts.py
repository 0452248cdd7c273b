"""An emulator that somebody else wrote prints our receipts; what it prints is what we meant, column by column.

It has no Kanji mode. With a single-byte page that maps every byte to itself, its text dump gives back the printed bytes
and where they stand; two of them are a Hangul cell of 24 dots, as on paper.
"""

import io
import itertools
import json
import os
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import pytest
import zxingcpp
from PIL import Image, ImageChops

from drivers.printer.encoder import Encoder
from drivers.printer.opening import open_transport
from drivers.printer.outcome import NotStarted, Printed, PrintOutcome, PrintReason
from drivers.printer.printer import DrawerState, EscposPrinter
from drivers.printer.profile import Cut, DotsBy, Fence, Profile, load_profile
from drivers.printer.raster import Typeface
from drivers.printer.simulated_faults import Hardware
from drivers.printer.status import PrinterState
from drivers.printer.transport import Transport
from pos.till.receipt.layout import layout
from pos.till.receipt.plain import plain_lines
from pos.till.receipt.receipt import Receipt
from pos.till.receipt.rows import BlankRow, CutRow, PairRow, QrRow, Row, TextRow
from pos.words.ko.receipt import RECEIPT_WORDS as KOREAN
from tests.support.printer_counter import Counter, Onlooker, paper_rows
from tests.support.process_tools import Child, free_tcp_port, wait_for_tcp
from tests.support.receipt_builders import CODE, a_full_sale, receipts_by_name

ODD_SYLLABLE: Final = "펲"
# It knows neither the country set nor Kanji spacing, and skips both.
SKIPPED: Final = {"1b 52 0d", "1c 53", "00"}
MODEL: Final = """\
type: printer
name: every byte a cell, {dots} dots
dpi: 203
width_dots: {dots}
font_a: {{ width: 12, height: 24 }}
font_b: {{ width: 9, height: 17 }}
code_pages: {{ 0: latin-1 }}
default_code_page: 0
drawer_sensor_open_level: high
printer_id: {{ model: 0x63, autocutter: true, maker: EPSON, name: TM-T20III }}
serial: {{ baud: 19200, data_bits: 8, parity: none, stop_bits: 1 }}
"""
SIDE_BY_SIDE: Final = Path(__file__).parents[3] / ".cache" / "receipts" / "side-by-side.png"


@dataclass
class Emulator:
    """The running emulator, asked over its own interface."""

    child: Child
    api: int
    ports: dict[str, int]

    def ask(self, path: str, *, device: str = "front", method: str = "GET") -> bytes:
        url = f"http://127.0.0.1:{self.api}/api/v1/devices/{device}{path}"
        with urllib.request.urlopen(urllib.request.Request(url, method=method)) as answer:
            return bytes(answer.read())

    def text(self, device: str = "front") -> list[str]:
        dump = self.ask("/receipts/latest/text", device=device).decode()
        return [line.encode("latin-1").decode("euc_kr").replace("\\", "₩").rstrip() for line in dump.splitlines()]

    def picture(self, device: str = "front") -> Image.Image:
        return Image.open(io.BytesIO(self.ask("/receipts/latest/image", device=device))).convert("L")

    def receipts(self) -> int:
        return len(json.loads(self.ask("/receipts")))

    def fault(self, name: str) -> None:
        self.ask(f"/faults/{name}", method="PUT")

    def heal(self, name: str) -> None:
        try:
            self.ask(f"/faults/{name}", method="DELETE")
        except urllib.error.HTTPError:
            return  # It was well already.

    def printer(
        self, profile: Profile, typeface: Typeface, *, device: str = "front", dots_by: DotsBy = DotsBy.ROWS
    ) -> EscposPrinter:
        return self.printer_through(lambda: self.connect(device), profile, typeface, dots_by=dots_by)

    def printer_through(
        self,
        connect: Callable[[], Transport],
        profile: Profile,
        typeface: Typeface,
        *,
        dots_by: DotsBy = DotsBy.ROWS,
    ) -> EscposPrinter:
        encoder = Encoder(profile, columns=profile.columns, typeface=typeface, dots_by=dots_by)
        return EscposPrinter(connect=connect, profile=profile, encoder=encoder, monotonic_s=time.monotonic)

    def connect(self, device: str = "front") -> Transport:
        return open_transport(f"tcp://127.0.0.1:{self.ports[device]}")


@pytest.fixture(scope="module")
def typeface() -> Typeface:
    return Typeface.load()


@pytest.fixture(scope="module")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    folder = tmp_path_factory.mktemp("emupos")
    api, ports = free_tcp_port(), {"front": free_tcp_port(), "small": free_tcp_port()}
    devices = []
    for device, dots in (("front", 576), ("small", 384)):
        profile = folder / f"{device}.yaml"
        profile.write_text(MODEL.format(dots=dots))
        connection = {"tcp": {"port": ports[device]}}
        devices.append({"id": device, "type": "printer", "profile": str(profile), "connections": [connection]})
    configuration = folder / "emupos.yaml"
    configuration.write_text(json.dumps({"schema": 1, "api": {"host": "127.0.0.1", "port": api}, "devices": devices}))
    with Child([os.environ["CHAK_EMUPOS"], "run", "--config", configuration], cwd=folder) as child:
        for port in (api, *ports.values()):
            wait_for_tcp(port, child=child)
        yield Emulator(child=child, api=api, ports=ports)


def provable(name: str) -> Profile:
    """A shipped profile, proven by GS r: the emulator has no GS ( H."""
    return replace(load_profile(name), fence=Fence.PAPER_SENSOR, asb=True)


def expected_lines(receipt: Receipt, columns: int) -> list[str]:
    return [line for row in layout(receipt, columns=columns, words=KOREAN) for line in _lines(row, columns)]


def _lines(row: Row, columns: int) -> tuple[str, ...]:
    match row:
        case QrRow() | CutRow():
            return ()
        case BlankRow():
            return ("",) * row.lines
        case TextRow() | PairRow() if row.size.width == 2:
            # The dump writes wide letters side by side, after half the blanks.
            return ("".join("".join(plain_lines([row], columns=columns)).split()),)
        case _:
            return plain_lines([row], columns=columns)


def printed_lines(dump: list[str], expected: list[str]) -> list[str]:
    """The dump without codes and the blanks around them; lines of wide letters and of dots made comparable."""
    lines = [line for line in dump if not line.startswith("[qr ")]
    wide = {line for line in expected if line}
    return [squeezed if (squeezed := "".join(line.split())) in wide else line for line in lines]


def runs(are_such: Iterable[bool]) -> int:
    """How many stretches of such lines there are."""
    return sum(is_such for is_such, _ in itertools.groupby(are_such))


@pytest.mark.parametrize("name", sorted(receipts_by_name()))
@pytest.mark.parametrize(("device", "profile"), [("front", "epson-tm-t20-korean"), ("small", "simulated-58mm")])
def test_the_text_on_paper_is_the_receipts_text(
    device: str, profile: str, name: str, emulator: Emulator, typeface: Typeface
) -> None:
    receipt = receipts_by_name()[name]
    # The emulator ends a receipt with the cut, so the narrow printer is given a blade.
    loaded = replace(provable(profile), cut=Cut.PARTIAL, escpos="TM-T20II")
    printer = emulator.printer(loaded, typeface, device=device)

    outcome = printer.print_rows(paper_rows(layout(receipt, columns=loaded.columns, words=KOREAN)), watcher=Onlooker())

    expected = expected_lines(receipt, loaded.columns)
    printed = printed_lines(emulator.text(device), expected)
    assert outcome == Printed()
    assert [line for line in printed if line and not line.startswith("[image")] == [
        line for line in expected if line and ODD_SYLLABLE not in line
    ]
    # A line of dots comes in bands, one picture each: neighbours belong together.
    assert runs(line.startswith("[image") for line in printed) == runs(ODD_SYLLABLE in line for line in expected)


@pytest.mark.parametrize("name", ["epson-tm-t20-korean", "epson-tm-t88-korean", "epson-raster-80mm", "clone-80mm"])
def test_the_code_on_paper_is_read_by_a_decoder_that_drew_nothing(
    name: str, emulator: Emulator, typeface: Typeface
) -> None:
    profile = provable(name)
    rows = paper_rows(layout(a_full_sale(), columns=profile.columns, words=KOREAN))

    assert emulator.printer(profile, typeface).print_rows(rows, watcher=Onlooker()) == Printed()

    assert [code.text for code in zxingcpp.read_barcodes(emulator.picture())] == [CODE]


@pytest.mark.parametrize("dots_by", list(DotsBy))
@pytest.mark.parametrize("name", ["full-sale", "refund"])
def test_a_receipt_of_dots_is_the_same_on_its_paper_and_on_ours(
    name: str, dots_by: DotsBy, emulator: Emulator, typeface: Typeface
) -> None:
    """Long names, exempt goods, three tenders, a cash receipt; and a cancellation. Ours is printed by rows."""
    profile = provable("clone-80mm")
    rows = paper_rows(layout(receipts_by_name()[name], columns=48, words=KOREAN))
    ours = Counter(typeface, profile, Hardware())

    printer = emulator.printer(profile, typeface, dots_by=dots_by)
    assert printer.print_rows(rows, watcher=Onlooker()) == Printed()
    ours.print(rows)

    theirs, mine = emulator.picture(), ours.simulated.paper.receipts[0].picture.convert("L")
    _keep_side_by_side(f"{name}-{dots_by}", mine, theirs)
    dots = [picture.crop(ImageChops.invert(picture).getbbox()) for picture in (theirs, mine)]
    assert dots[0].size == dots[1].size
    assert ImageChops.difference(*dots).getbbox() is None


def _keep_side_by_side(name: str, ours: Image.Image, theirs: Image.Image) -> None:
    sheet = Image.new("L", (ours.width + theirs.width + 40, max(ours.height, theirs.height)), 160)
    sheet.paste(ours, (0, 0))
    sheet.paste(theirs, (ours.width + 40, 0))
    SIDE_BY_SIDE.parent.mkdir(parents=True, exist_ok=True)
    sheet.save(SIDE_BY_SIDE.with_stem(f"{SIDE_BY_SIDE.stem}-{name}"))


def test_it_understands_every_byte_but_those_that_only_korean_printers_have(emulator: Emulator) -> None:
    said = [line.partition("skipped unknown bytes") for line in emulator.child.stdout.splitlines()]
    unknown = [what.strip() for _, found, what in said if found]

    assert unknown
    assert set(unknown) <= SKIPPED


@pytest.mark.parametrize(
    ("fault", "reason"), [("paper-out", PrintReason.PAPER_OUT), ("cover-open", PrintReason.COVER_OPEN)]
)
def test_its_faults_are_understood_and_nothing_is_sent(
    fault: str, reason: PrintReason, emulator: Emulator, typeface: Typeface
) -> None:
    before = emulator.receipts()
    emulator.fault(fault)
    try:
        outcome = _print_full_sale(emulator.printer(provable("epson-tm-t20-korean"), typeface))
    finally:
        emulator.heal(fault)

    assert outcome == NotStarted(reason=reason)
    assert emulator.receipts() == before


def test_its_drawer_opens_while_its_paper_is_out(emulator: Emulator, typeface: Typeface) -> None:
    emulator.ask("/drawer/close", method="POST")
    emulator.fault("paper-out")
    try:
        assert emulator.printer(provable("epson-tm-t20-korean"), typeface).open_drawer() is DrawerState.OPEN
    finally:
        emulator.heal("paper-out")


class LosingPaper:
    """A connection on which the paper runs out when so many bytes have gone out."""

    def __init__(self, emulator: Emulator, *, after_bytes: int) -> None:
        self._emulator = emulator
        self._inner = emulator.connect()
        self._left = after_bytes
        self.closes_when_idle = True

    def write(self, data: bytes, *, timeout_s: float) -> int:
        taken = self._inner.write(data, timeout_s=timeout_s)
        if 0 < self._left <= taken:
            self._emulator.fault("paper-out")
        self._left -= taken
        return taken

    def read(self, *, timeout_s: float) -> bytes:
        return self._inner.read(timeout_s=timeout_s)

    def close(self) -> None:
        self._inner.close()


class Loading(Onlooker):
    """Loads paper when the job says that it waits for it."""

    def __init__(self, emulator: Emulator) -> None:
        super().__init__()
        self._emulator = emulator

    def state_changed(self, state: PrinterState) -> None:
        super().state_changed(state)
        if state.fault is not None:
            self._emulator.heal("paper-out")


def test_paper_that_runs_out_on_it_gives_one_receipt(emulator: Emulator, typeface: Typeface) -> None:
    before = emulator.receipts()
    printer = emulator.printer_through(
        lambda: LosingPaper(emulator, after_bytes=900), provable("epson-tm-t20-korean"), typeface
    )
    watcher = Loading(emulator)

    outcome = _print_full_sale(printer, watcher)

    assert outcome == Printed()
    assert watcher.faults == ["paper_out"]
    assert emulator.receipts() == before + 1


def _print_full_sale(printer: EscposPrinter, watcher: Onlooker | None = None) -> PrintOutcome:
    rows = paper_rows(layout(a_full_sale(), columns=48, words=KOREAN))
    return printer.print_rows(rows, watcher=watcher or Onlooker())
