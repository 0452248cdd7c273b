"""A hand scanner on a real pseudo terminal: one device, one reader, unplugged and plugged in again."""

import os
import pty
import subprocess
import sys
import tty
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event
from typing import TypeVar, cast

import pytest

from drivers.errors import DeviceSetupError
from drivers.presence import Presence
from drivers.scanner.framing import ScannedText
from drivers.scanner.scanner import REOPEN_AFTER_S, HandScanner, open_hand_scanner
from pos.devices.hand_scanner import serve_hand_scanner
from pos.link.calls import AnyPush, Call, Done, ReportScanner, ScanSeen
from pos.link.state import ScannerState

R = TypeVar("R")
CODE = "CKP1:0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:" * 8


class Plug:
    """A scanner that a hand plugs into the link that udev would make, and pulls out again."""

    def __init__(self, folder: Path) -> None:
        self.device = folder / "scanner"
        self._scanner = -1

    def plug_in(self) -> None:
        self._scanner, terminal = pty.openpty()
        tty.setraw(terminal)
        self.device.symlink_to(os.ttyname(terminal))
        os.close(terminal)

    def send(self, data: bytes) -> None:
        os.write(self._scanner, data)

    def pull_out(self) -> None:
        self.device.unlink()
        os.close(self._scanner)


class Seconds:
    def __init__(self) -> None:
        self.now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def plug(tmp_path: Path) -> Plug:
    return Plug(tmp_path)


@pytest.fixture
def clock() -> Seconds:
    return Seconds()


@pytest.fixture
def scanner(plug: Plug, clock: Seconds) -> Iterator[HandScanner]:
    scanner = open_hand_scanner(f"serial://{plug.device}?baud=115200", clock=clock)
    yield scanner
    scanner.close()


def scanned(scanner: HandScanner) -> tuple[ScannedText, ...]:
    """The next scans; the pseudo terminal delivers at once, but not always all at once."""
    for _ in range(10_000):
        if found := scanner.read():
            return found
    raise AssertionError("nothing was scanned")


def test_a_scan_goes_through_a_serial_line(plug: Plug, scanner: HandScanner) -> None:
    plug.plug_in()
    assert scanner.read() == ()
    plug.send(CODE.encode() + b"\r")
    assert scanned(scanner) == (ScannedText(text=CODE, length=len(CODE)),)


def test_without_an_end_of_line_silence_ends_the_scan(plug: Plug, scanner: HandScanner, clock: Seconds) -> None:
    plug.plug_in()
    scanner.read()
    plug.send(b"CKP1:QUIET")
    while not (found := scanner.read()):
        clock.now_s += 0.02
    assert found == (ScannedText(text="CKP1:QUIET", length=10),)


def test_a_scanner_that_is_not_there_comes_when_it_is_plugged_in(
    plug: Plug, scanner: HandScanner, clock: Seconds
) -> None:
    assert scanner.read() == ()
    assert scanner.state().presence is Presence.MISSING
    plug.plug_in()
    assert scanner.read() == (), "it is not looked for at every moment"
    clock.now_s += REOPEN_AFTER_S
    scanner.read()
    assert scanner.state().presence is Presence.READY


def test_half_a_scan_dies_with_the_plug_and_the_next_is_whole(plug: Plug, scanner: HandScanner, clock: Seconds) -> None:
    plug.plug_in()
    scanner.read()
    plug.send(b"CKP1:HALF")
    scanner.read()
    plug.pull_out()
    scanner.read()
    scanner.read()
    assert scanner.state().presence is Presence.MISSING
    plug.plug_in()
    clock.now_s += REOPEN_AFTER_S
    scanner.read()
    plug.send(b"CKP1:WHOLE\r\n")
    assert scanned(scanner) == (ScannedText(text="CKP1:WHOLE", length=10),)


def test_what_was_scanned_before_the_line_was_opened_is_nobodys(plug: Plug, scanner: HandScanner) -> None:
    plug.plug_in()
    plug.send(b"CKP1:STALE\r")
    assert scanner.read() == ()
    plug.send(b"CKP1:FRESH\r")
    assert scanned(scanner) == (ScannedText(text="CKP1:FRESH", length=10),)


def test_the_line_has_one_reader(plug: Plug, scanner: HandScanner) -> None:
    """Of two readers each would get half a code."""
    plug.plug_in()
    scanner.read()
    assert scanner.state().presence is Presence.READY
    program = f"import serial; serial.Serial({str(plug.device)!r}, exclusive=True)"
    other = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert other.returncode == 1
    assert "lock" in other.stderr or "busy" in other.stderr


@pytest.mark.parametrize(
    ("address", "problem"),
    [
        ("serial:COM1", "serial:///dev"),
        ("serial://dev/ttyACM0", "serial:///dev"),
        ("serial:///dev/ttyACM0?baud=fast", "baud is a speed"),
        ("serial:///dev/ttyACM0?baud=1", "baud is a speed"),
        ("serial:///dev/ttyACM0?parity=even", "unknown option 'parity'"),
    ],
)
def test_an_address_with_a_mistake_is_refused_at_once(address: str, problem: str) -> None:
    with pytest.raises(DeviceSetupError, match=problem):
        open_hand_scanner(address)


class Core:
    """Core as a hand scanner's thread sees it; each look at the link plays the next step."""

    def __init__(self, *steps: Callable[[], None]) -> None:
        self.calls: list[object] = []
        self.stopping = Event()
        self._steps = list(steps)

    def call(self, call: Call[R]) -> R:
        if isinstance(call, ReportScanner | ScanSeen):
            self.calls.append(call)
        return cast("R", Done())

    def next_push(self, timeout_s: float) -> AnyPush | None:
        if self._steps:
            self._steps.pop(0)()
        elif any(isinstance(call, ScanSeen) for call in self.calls):
            self.stopping.set()
        return None


def test_core_hears_of_the_scanner_and_of_its_scans(plug: Plug, scanner: HandScanner, clock: Seconds) -> None:
    def plugged_in_later() -> None:
        plug.plug_in()
        clock.now_s += REOPEN_AFTER_S

    core = Core(plugged_in_later, lambda: plug.send(CODE.encode() + b"\r"))
    serve_hand_scanner(core, scanner, core.stopping)
    assert core.calls == [
        ReportScanner(state=ScannerState.MISSING, is_camera=False),
        ReportScanner(state=ScannerState.READY, is_camera=False),
        ScanSeen(text=CODE, length=len(CODE)),
    ]


def test_what_was_scanned_while_core_was_away_is_dropped(plug: Plug, scanner: HandScanner) -> None:
    plug.plug_in()
    scanner.read()
    plug.send(b"CKP1:AWAY\r")
    core = Core(lambda: None, lambda: plug.send(b"CKP1:" + b"X" * 2_000 + b"\r"))
    serve_hand_scanner(core, scanner, core.stopping)
    assert [call for call in core.calls if isinstance(call, ScanSeen)] == [
        ScanSeen(text="CKP1:" + "X" * 796, length=2_005)
    ]
