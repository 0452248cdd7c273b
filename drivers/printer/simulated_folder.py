"""`sim:<folder>`: a simulated printer whose paper lies in a folder and whose faults are a file in it.

    receipt-0001.png   each receipt as it was cut, as a picture
    receipt-0001.txt   and as a grid of characters
    roll.txt           all of them, one after the other, only ever appended to
    faults.json        what is wrong with the printer; anybody may write it, at any time: {"paper": "out"}
    printer.json       what can be seen of the printer: receipts, drawer openings, bytes not understood, free paper

Rules:
- the printer outlives its connections, as hardware does: within one process a folder is one printer;
- a `faults.json` that cannot be read changes nothing and is named in `printer.json`; no file means no fault;
- files appear whole: they are written under another name and renamed.

Leaves printing to `simulated`.
"""

import threading
import time
from collections.abc import Mapping
from dataclasses import fields, replace
from pathlib import Path
from typing import Final

import msgspec

from drivers.errors import DeviceIoError, DeviceMissingError, DeviceSetupError
from drivers.printer.raster import Typeface
from drivers.printer.simulated import SimulatedPrinter
from drivers.printer.simulated_faults import Faults, Hardware
from drivers.printer.simulated_paper import PrintedReceipt

LOOK_S: Final = 0.05
"""How often the faults are looked at while somebody waits for the printer."""
NARROW_DOTS: Final = 384

_printers: Final[dict[Path, "FolderPrinter"]] = {}
_printers_lock: Final = threading.Lock()


class FolderState(msgspec.Struct, frozen=True, kw_only=True):
    """`printer.json`."""

    receipts: int
    drawer_openings: int
    refused: tuple[str, ...]
    """Bytes that were not understood, in hex."""
    paper: str
    faults_problem: str


class FolderPrinter:
    """The printer of one folder."""

    def __init__(self, folder: Path, *, hardware: Hardware | None = None) -> None:
        self._folder = folder
        _make_folder(folder)
        self.printer = SimulatedPrinter(monotonic_s=time.monotonic, typeface=Typeface.load(), hardware=hardware)
        self._number = max((_number_of(path) for path in folder.glob("receipt-*.png")), default=0)
        self._faults_read = b""
        self._faults_problem = ""
        self._written: FolderState | None = None

    def look(self) -> None:
        """Take over the faults from the folder, let the printer work, put new paper into the folder."""
        self._read_faults()
        self.printer.work()
        self.save()

    def save(self) -> None:
        """Put what is new into the folder."""
        receipts = self.printer.paper.receipts
        while receipts:
            # What is in the folder need not be kept in memory: the demonstration prints thousands.
            self._save_receipt(receipts.pop(0))
        self._save_state()

    def _read_faults(self) -> None:
        try:
            raw = (self._folder / "faults.json").read_bytes()
        except FileNotFoundError:
            raw = b"{}"
        if raw == self._faults_read:
            return
        self._faults_read = raw
        try:
            self.printer.faults = msgspec.json.decode(raw, type=Faults)
            self._faults_problem = ""
        except (msgspec.DecodeError, UnicodeDecodeError) as wrong:
            self._faults_problem = str(wrong)

    def _save_receipt(self, receipt: PrintedReceipt) -> None:
        self._number += 1
        name = f"receipt-{self._number:04d}"
        _write_whole(self._folder / f"{name}.txt", receipt.text.encode())
        _write_whole(self._folder / f"{name}.png", receipt.png())
        with (self._folder / "roll.txt").open("a", encoding="utf-8") as roll:
            roll.write(f"{receipt.text}{'- ' * 12}{name}\n")

    def _save_state(self) -> None:
        observed = self.printer.observed
        state = FolderState(
            receipts=self._number,
            drawer_openings=observed.drawer_openings,
            refused=tuple(refusal.data.hex() for refusal in observed.refused),
            paper=self.printer.faults.paper,
            faults_problem=self._faults_problem,
        )
        if state != self._written:
            self._written = state
            _write_whole(self._folder / "printer.json", msgspec.json.format(msgspec.json.encode(state)))


class FolderTransport:
    """A Transport to the printer of a folder."""

    closes_when_idle = False

    def __init__(self, folder_printer: FolderPrinter) -> None:
        self._owner = folder_printer
        self._never = threading.Event()
        self._is_open = True

    def write(self, data: bytes, *, timeout_s: float) -> int:
        """Send what the printer takes within `timeout_s`."""
        end_s = time.monotonic() + timeout_s
        while True:
            self._look()
            taken = self._owner.printer.receive(data)
            self._owner.save()
            if taken or not self._wait_until(end_s):
                return taken

    def read(self, *, timeout_s: float) -> bytes:
        """Return what the printer said within `timeout_s`."""
        end_s = time.monotonic() + timeout_s
        while True:
            self._look()
            replies = self._owner.printer.take_replies()
            if replies or not self._wait_until(end_s):
                return replies

    def close(self) -> None:
        """Unplug on this side."""
        self._is_open = False

    def _look(self) -> None:
        if not self._is_open:
            raise DeviceIoError("simulated printer: the connection is closed")
        self._owner.look()

    def _wait_until(self, end_s: float) -> bool:
        left_s = end_s - time.monotonic()
        if left_s <= 0:
            return False
        self._never.wait(min(LOOK_S, left_s))
        return True


def open_folder(folder: Path, *, hardware: Hardware | None = None) -> FolderTransport:
    """Connect to the printer of `folder`, which is made if it is not there; DeviceMissingError while unplugged."""
    with _printers_lock:
        place = folder.absolute()
        if place not in _printers:
            _printers[place] = FolderPrinter(place, hardware=hardware)
        owner = _printers[place]
    owner.look()
    if owner.printer.faults.unplugged:
        raise DeviceMissingError(f"sim:{folder}: the cable is out")
    return FolderTransport(owner)


def hardware_of(options: Mapping[str, str]) -> Hardware:
    """Return the model that a URL's options ask for, by `Hardware`'s names: `dots`, `language`, …

    Paper of 58 mm (384 dots) comes without a blade unless `has_cutter` says otherwise.
    """
    unknown = sorted(set(options) - {field.name for field in fields(Hardware)})
    if unknown:
        raise DeviceSetupError(f"sim: unknown option {unknown[0]!r}")
    try:
        hardware = msgspec.convert(dict(options), Hardware, strict=False)
    except msgspec.ValidationError as wrong:
        raise DeviceSetupError(f"sim: {wrong}") from wrong
    is_narrow = hardware.dots <= NARROW_DOTS and "has_cutter" not in options
    return replace(hardware, has_cutter=False) if is_narrow else hardware


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as fault:
        raise DeviceMissingError(f"sim:{folder}: {fault.strerror}") from fault


def _number_of(path: Path) -> int:
    number = path.stem.removeprefix("receipt-")
    return int(number) if number.isdecimal() else 0


def _write_whole(path: Path, data: bytes) -> None:
    fresh = path.with_name(f".{path.name}.part")
    fresh.write_bytes(data)
    fresh.replace(path)
