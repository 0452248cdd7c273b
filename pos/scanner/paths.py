"""Codes in files: the scanner's own pipeline on pictures, folders and videos.

Pictures are decoded in the jailed worker, bytes and all, because they may come from anywhere; a video's frames are
unpacked here and looked at there. The whole text is given, up to what a QR symbol holds: what is read from files goes
to a person, and the till checks lengths for itself. Leaves to others: printing the results.
"""

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from drivers.camera.frame import Frame
from drivers.camera.pictures import PICTURE_SUFFIXES, VIDEO_SUFFIXES, picture_bytes, video_frames
from drivers.errors import DeviceError
from pos.scanner.messages import QR_CHARS_MAX
from pos.scanner.watch import Scanned, Watch
from pos.scanner.worker import DecodingWorker

VIDEO_FRAME_S = 1 / 15


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanResult:
    """What a file showed: the first code's text or None, every text that was asked for, and what was wrong with it.

    `decode_ms` is the processor's time from the grey picture to the text; of a video, the longest frame's.
    """

    file: str
    text: str | None
    decode_ms: float
    texts: tuple[str, ...] = ()
    fault: str = ""


def scan_paths(paths: Iterable[Path], *, every_code: bool = False) -> Iterator[ScanResult]:
    """A result for each picture and video, in the order of the paths; folders by name and with their subfolders."""
    worker = DecodingWorker(chars_max=QR_CHARS_MAX)
    try:
        for path in paths:
            for file in _files(path):
                yield _scan_video(file, worker) if _is_video(file) else _scan_picture(file, worker, every_code)
    finally:
        worker.close()


def _files(path: Path) -> Iterator[Path]:
    """A file itself, whatever its name, or the pictures and videos below a folder."""
    if not path.is_dir():
        yield path
        return
    yield from sorted(file for file in path.rglob("*") if file.suffix.lower() in PICTURE_SUFFIXES | VIDEO_SUFFIXES)


def _is_video(file: Path) -> bool:
    return file.suffix.lower() in VIDEO_SUFFIXES


def _scan_picture(file: Path, worker: DecodingWorker, every_code: bool) -> ScanResult:
    try:
        report = worker.decode(picture_bytes(file), every_code=every_code)
    except DeviceError as fault:
        return ScanResult(file=str(file), text=None, decode_ms=0.0, fault=str(fault))
    return _result(file, report.texts, report.cpu_ms, f"{file} {report.fault}" if report.fault else "")


def _scan_video(file: Path, worker: DecodingWorker) -> ScanResult:
    watch, texts, longest_ms = Watch(), [], 0.0
    if not worker.wait_ready():
        return _result(file, (), 0.0, f"{file} is not decoded: {worker.health().last_fault}")
    try:
        for number, grey in enumerate(video_frames(file)):
            started_s = time.perf_counter()
            frame = Frame(grey=grey, captured_s=number * VIDEO_FRAME_S, source=str(file))
            sighting = worker.look(frame, recorded_frame=number)
            longest_ms = max(longest_ms, (time.perf_counter() - started_s) * 1000)
            events = watch.follow(sighting) if sighting else ()
            texts += [event.text for event in events if isinstance(event, Scanned)]
    except DeviceError as fault:
        return _result(file, tuple(texts), longest_ms, str(fault))
    return _result(file, tuple(texts), longest_ms, "")


def _result(file: Path, texts: tuple[str, ...], decode_ms: float, fault: str) -> ScanResult:
    first = texts[0] if texts else None
    return ScanResult(file=str(file), text=first, decode_ms=round(decode_ms, 3), texts=texts, fault=fault)
