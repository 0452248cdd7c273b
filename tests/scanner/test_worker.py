"""The jail: what the worker cannot do, and that nothing is lost when it dies, hangs or lies."""

import os
import random
import signal
import struct
import subprocess
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest

from drivers.camera.camera import CameraState
from drivers.camera.frame import Frame, Grey
from drivers.camera.opening import open_camera
from drivers.presence import Presence
from pos.bench.optics import render
from pos.bench.synth import Scene, draw_symbol, payload
from pos.scanner.messages import QR_CHARS_MAX
from pos.scanner.paths import scan_paths
from pos.scanner.scanner import Scanner
from pos.scanner.seccomp import filter_code
from pos.scanner.watch import Scanned, ScannedOverlong, Sighting
from pos.scanner.worker import DecodingWorker

SOURCE = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def worker() -> Iterator[DecodingWorker]:
    """A worker for tests that leave it as they found it."""
    worker = DecodingWorker()
    assert worker.wait_ready()
    yield worker
    worker.close()


@pytest.fixture
def own_worker() -> Iterator[DecodingWorker]:
    """A worker that may be killed."""
    worker = DecodingWorker()
    assert worker.wait_ready()
    yield worker
    worker.close()


def code(chars: int = 400, seed: int = 1) -> tuple[Grey, str]:
    text = payload(random.Random(seed), chars)
    return np.pad(draw_symbol(text), 40, constant_values=120), text


def frame(grey: Grey, captured_s: float = 1.0) -> Frame:
    return Frame(grey=grey, captured_s=captured_s, source="test")


def jailed(attempt: str) -> str:
    """What becomes of an attempt by a process that gave up its rights."""
    program = f"""
import ctypes, os, socket, subprocess, sys
from pos.scanner.jail import confine
libc = ctypes.CDLL(None, use_errno=True)
inherited = os.open("/dev/null", os.O_WRONLY)
confinement = confine(memory_bytes=64 << 20)
def attempt():
    {attempt}
try:
    os.write(1, f"did: {{attempt()}}".encode())
except BaseException as refusal:
    os.write(1, type(refusal).__name__.encode())
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, cwd=SOURCE, check=False)
    return done.stdout.decode()


def test_the_worker_says_which_jail_holds_it(worker: DecodingWorker) -> None:
    jail = worker.health().jail
    assert jail is not None
    assert jail.no_new_privileges
    assert jail.filtered
    assert jail.opens_nothing
    assert jail.connects_nowhere


@pytest.mark.parametrize(
    "attempt",
    [
        "return os.open('/etc/passwd', os.O_RDONLY)",
        "return os.open('/tmp/escaped', os.O_WRONLY | os.O_CREAT)",
        "return os.unlink('/tmp/escaped')",
        "return socket.socket(socket.AF_INET)",
        "return socket.socket(socket.AF_UNIX)",
        "return os.pipe()",
        "return os.dup(1)",
        "return os.fork()",
        "return subprocess.run(['/bin/true'])",
        "return os.execv('/bin/true', ['/bin/true'])",
        "return os.kill(os.getppid(), 0)",
        "return os.listdir('/')",
        "return os.stat('/etc/passwd')",
        "return __import__('resource').setrlimit(7, (10, 10))",
        "return bytearray(900 << 20)",
    ],
)
def test_a_jailed_process_is_refused(attempt: str) -> None:
    assert jailed(attempt) in {"PermissionError", "OSError", "BlockingIOError", "MemoryError", "ValueError"}


def test_memory_cannot_be_made_executable() -> None:
    attempt = "return libc.mmap(None, 4096, 7, 0x22, -1, 0) & 0xFFFFFFFF, ctypes.get_errno()"
    assert jailed(attempt) == "did: (4294967295, 1)"


def test_a_jailed_process_can_still_compute_and_answer() -> None:
    assert jailed("return sum(range(10)), len(bytearray(8 << 20))") == "did: (45, 8388608)"


def test_the_filter_of_the_other_architecture_has_the_same_shape() -> None:
    assert len(filter_code(0xC000003E, 0)) == len(filter_code(0xC00000B7, 1))


def test_a_code_passes_through_the_worker(worker: DecodingWorker) -> None:
    grey, text = code()
    assert worker.look(frame(grey, 7.5)) == Sighting(captured_s=7.5, texts=(text,), is_located=True)


def test_a_code_that_needs_every_way_of_reading_is_read_in_the_jail(own_worker: DecodingWorker) -> None:
    """Nothing on the slow ways is loaded from a file after files are out of reach."""
    picture, shown = render(Scene(seed=1, module_px=4.0, blur_px=2.3, noise=1.0))
    while (sighting := own_worker.look(frame(picture))) and not sighting.texts:
        pass
    assert sighting is not None
    assert sighting.texts == (shown.text,)
    assert own_worker.health().replaced == 0


def test_eight_hundred_characters_leave_and_one_more_does_not(worker: DecodingWorker) -> None:
    longest, text = code(800)
    assert worker.look(frame(longest)) == Sighting(captured_s=1.0, texts=(text,), is_located=True)
    too_long, _ = code(801)
    assert worker.look(frame(too_long)) == Sighting(captured_s=1.0, overlong_chars=(801,), is_located=True)


def test_a_worker_that_is_killed_is_replaced_and_the_next_frames_are_read(own_worker: DecodingWorker) -> None:
    grey, text = code()
    killed = own_worker.process_id()
    assert killed is not None
    os.kill(killed, signal.SIGKILL)
    assert own_worker.look(frame(grey)) is None
    assert own_worker.wait_ready()
    assert own_worker.process_id() != killed
    sighting = own_worker.look(frame(grey))
    assert sighting is not None
    assert sighting.texts == (text,)
    assert own_worker.health().replaced == 1
    assert own_worker.health().last_fault == "ended by itself (-9)"


def test_a_stopped_worker_is_given_up_after_its_time() -> None:
    worker = DecodingWorker(frame_s_max=0.2)
    try:
        assert worker.wait_ready()
        stopped = worker.process_id()
        assert stopped is not None
        os.kill(stopped, signal.SIGSTOP)
        assert worker.look(frame(code()[0])) is None
        assert worker.health().last_fault == "did not answer in time"
        assert worker.wait_ready()
        assert worker.look(frame(code()[0])) is not None
    finally:
        worker.close()


@pytest.mark.parametrize(
    ("answer", "fault"),
    [
        (b"", "ended by itself (0)"),
        (b"\0\0\0\0", "announced an answer of 0 bytes"),
        (b"\xff\xff\xff\xff", "announced an answer of 4294967295 bytes"),
        (b"\0\0\0\x05hello", "answered what was not agreed"),
        (b"\0\0\0\x0d\x82\xa4type\xa6looked", "answered what was not agreed"),
    ],
)
def test_a_worker_that_lies_from_the_start_is_replaced_ever_more_slowly(answer: bytes, fault: str) -> None:
    now_s = 0.0
    program = f"import os; os.write(1, {answer!r})"
    worker = DecodingWorker(program=("-c", program), clock=lambda: now_s)
    try:
        for _ in range(3):
            now_s += 10
            assert not worker.wait_ready()
            assert worker.look(frame(code()[0])) is None
            assert fault in worker.health().last_fault
    finally:
        worker.close()


@pytest.mark.parametrize("shape", [(1, 1), (7, 1300), (480, 640), (2160, 3840)])
def test_garbage_frames_of_any_size_are_nothing(worker: DecodingWorker, shape: tuple[int, int]) -> None:
    noise = np.random.default_rng(1).integers(0, 256, shape, dtype=np.uint8)
    sighting = worker.look(frame(noise))
    assert sighting is not None
    assert sighting.texts == ()


def test_a_frame_larger_than_the_shared_memory_is_thinned_and_still_looked_at(worker: DecodingWorker) -> None:
    text = payload(random.Random(1), 60)
    huge = np.full((6000, 6000), 120, dtype=np.uint8)
    symbol = draw_symbol(text, module_px=20)
    huge[: symbol.shape[0], : symbol.shape[1]] = symbol
    sighting = worker.look(frame(huge))
    assert sighting is not None
    assert sighting.texts == (text,)


@pytest.mark.parametrize("data", [b"", b"\x89PNG\r\n\x1a\n", b"GIF89a" + b"\xff" * 40, bytes(1000)])
def test_bytes_that_are_no_picture_are_refused_with_a_sentence(worker: DecodingWorker, data: bytes) -> None:
    report = worker.decode(data)
    assert report.texts == ()
    assert report.fault.startswith("is not a picture") or "a picture has 1 to" in report.fault
    assert worker.health().replaced == 0


class StillCamera:
    """A camera before which nothing moves, with a clock of its own."""

    def __init__(self, grey: Grey) -> None:
        self.grey = grey
        self._now_s = 0.0

    def read(self) -> Frame | None:
        self._now_s += 1 / 15
        return frame(self.grey, self._now_s)

    def state(self) -> CameraState:
        return CameraState(presence=Presence.READY)

    def close(self) -> None:
        pass


def test_the_scanner_tells_one_scan_even_if_its_worker_is_killed_meanwhile(own_worker: DecodingWorker) -> None:
    grey, text = code()
    scanner = Scanner(StillCamera(grey), own_worker)
    events = [event for _ in range(5) for event in scanner.step()]
    killed = own_worker.process_id()
    assert killed is not None
    os.kill(killed, signal.SIGKILL)
    assert scanner.step() == ()
    assert own_worker.wait_ready()
    events += [event for _ in range(5) for event in scanner.step()]
    assert [event.text for event in events if isinstance(event, Scanned)] == [text]


def test_an_overlong_code_is_told_by_its_length_only(worker: DecodingWorker) -> None:
    scanner = Scanner(StillCamera(code(900)[0]), worker)
    events = [event for _ in range(5) for event in scanner.step()]
    assert [event.chars for event in events if isinstance(event, ScannedOverlong)] == [900]
    assert not [event for event in events if isinstance(event, Scanned)]


def test_pictures_dropped_into_a_folder_are_scanned(worker: DecodingWorker, tmp_path: Path) -> None:
    now_s = 0.0
    scanner = Scanner(open_camera(f"sim:{tmp_path}", clock=lambda: now_s), worker)
    assert scanner.step() == ()
    grey, text = code()
    cv2.imwrite(str(tmp_path / "shown.png"), grey)
    now_s += 1
    assert scanner.step() == (Scanned(text=text, captured_s=1.0),)
    (tmp_path / "shown.png").unlink()
    now_s += 1
    assert scanner.step() == ()


def test_a_folder_with_pictures_and_a_video_is_scanned_file_by_file(tmp_path: Path) -> None:
    grey, text = code()
    long, long_text = code(900)
    cv2.imwrite(str(tmp_path / "a.png"), grey)
    (tmp_path / "b.png").write_bytes(b"not a picture")
    cv2.imwrite(str(tmp_path / "c.png"), long)
    cv2.imwrite(str(tmp_path / "d.png"), np.full((100, 100), 90, np.uint8))
    writer = cv2.VideoWriter(str(tmp_path / "e.avi"), cv2.VideoWriter.fourcc(*"MJPG"), 15, grey.shape[::-1])
    for shown in (np.full_like(grey, 90), grey, grey):
        writer.write(cv2.cvtColor(shown, cv2.COLOR_GRAY2BGR))
    writer.release()
    results = list(scan_paths([tmp_path, tmp_path / "absent.png"]))
    assert [(Path(result.file).name, result.text) for result in results] == [
        ("a.png", text),
        ("b.png", None),
        ("c.png", long_text),
        ("d.png", None),
        ("e.avi", text),
        ("absent.png", None),
    ]
    assert [result.fault.rpartition("/")[2] for result in results] == [
        "",
        "b.png is not a picture",
        "",
        "",
        "",
        "absent.png is not there",
    ]
    assert all(result.decode_ms > 0 for result in results if result.text)
    assert len(long_text) <= QR_CHARS_MAX


def test_only_the_scanner_loads_opencv() -> None:
    """The rest of the program stays small: the till and the link load neither numpy nor a decoder."""
    loaded = "print([name for name in ('cv2', 'numpy', 'zxingcpp') if name in sys.modules])"
    program = f"import sys, pos.errors, pos.money, pos.text; {loaded}"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=SOURCE, check=True)
    assert done.stdout.strip() == "[]"


def test_what_libraries_say_while_decoding_reaches_nobody(capfd: pytest.CaptureFixture[str]) -> None:
    """zbar and others write warnings from within; on a till they would be drawn into the cashier's screen."""
    chatty = (
        "import os, sys, runpy; sys.argv[0:1] = ['worker']; "
        "os.write(2, b'WARNING: Assertion failed'); "
        "runpy.run_module('pos.scanner.worker_main', run_name='__main__', alter_sys=False)"
    )
    worker = DecodingWorker(program=("-c", chatty))
    grey, text = code()
    try:
        assert worker.wait_ready()
        assert worker.look(frame(grey)) == Sighting(captured_s=1.0, texts=(text,), is_located=True)
        for broken in (b"\x89PNG\r\n\x1a\n" + b"\0" * 60, b"\xff\xd8\xff\xe0" + b"\0" * 60):
            assert worker.decode(broken).texts == ()
    finally:
        worker.close()
    assert capfd.readouterr() == ("", "")


def test_a_picture_that_unpacks_to_more_memory_than_there_is_costs_no_more_than_a_worker() -> None:
    """A few kilobytes of PNG can hold pixels for gigabytes."""
    side = 60_000
    rows = zlib.compressobj(9)
    pixels = b"".join(rows.compress(bytes(1 + side // 8)) for _ in range(side)) + rows.flush()
    header = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", pixels), (b"IEND", b""))
    picture = b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    )
    worker = DecodingWorker()
    grey, text = code()
    try:
        assert worker.wait_ready()
        assert worker.decode(picture).texts == ()
        assert worker.wait_ready()
        assert worker.look(frame(grey)) == Sighting(captured_s=1.0, texts=(text,), is_located=True)
    finally:
        worker.close()
