"""Folders of photographs, each with a `manifest.csv`: file, expected texts or the marked corners of its symbols.

Rules of counting: a marked symbol is read when the middle of a code lies in its mark; an expected text is read when its
ASCII part is, whatever the line ends. Some pictures were turned after they had been marked; where the codes that any
decoder read lie in the marks turned by a quarter and not in the marks as they are, the turned ones count, for all
decoders alike, and the table says how often.
"""

import csv
import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from drivers.camera.frame import Grey
from drivers.camera.pictures import read_picture
from pos.bench.scan_peers import Peer, Read

MANIFEST = "manifest.csv"

Marks = npt.NDArray[np.float64]  # symbols, four corners, (x, y)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Photo:
    """A picture with what is known of it: the texts on it, or where its symbols are."""

    grey: Grey
    expected: tuple[str, ...]
    marks: Marks


@dataclass(slots=True, kw_only=True)
class Score:
    """What one decoder read of a folder; `others` counts texts that nobody expected."""

    read: int = 0
    symbols: int = 0
    others: int = 0
    cpu_ms: list[float] = field(default_factory=list)

    def percent(self) -> float:
        return 100 * self.read / self.symbols if self.symbols else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderScores:
    """A folder's result for each decoder by name."""

    folder: str
    has_marks: bool
    pictures: int
    turned: int
    scores: dict[str, Score]


def folders(directory: Path) -> tuple[Path, ...]:
    """The folders with a manifest: the directory itself or the ones directly in it."""
    if (directory / MANIFEST).is_file():
        return (directory,)
    return tuple(sorted(path.parent for path in directory.glob(f"*/{MANIFEST}")))


def measure_folder(folder: Path, peers: Sequence[Peer], *, side_max_px: int | None) -> FolderScores:
    """Reads every picture of a folder with every decoder; pictures larger than `side_max_px` are made that large."""
    scores = {peer.name: Score() for peer in peers}
    turned = pictures = 0
    has_marks = False
    for photo in photos(folder, side_max_px=side_max_px):
        reads = {peer.name: _timed(peer, photo.grey, scores[peer.name]) for peer in peers}
        marks = _fitting_marks(photo, [read for found in reads.values() for read in found])
        turned += marks is not photo.marks
        pictures += 1
        has_marks = has_marks or len(marks) > 0
        for name, found in reads.items():
            _count(scores[name], found, photo.expected, marks)
    return FolderScores(folder=folder.name, has_marks=has_marks, pictures=pictures, turned=turned, scores=scores)


def photos(folder: Path, *, side_max_px: int | None) -> Iterator[Photo]:
    """The pictures that a folder's manifest lists."""
    with (folder / MANIFEST).open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            grey = read_picture(folder / row["file"])
            expected = tuple(str(text) for text in json.loads(row["expected"])) if row.get("expected") else ()
            marks = np.array(json.loads(row["quads"]) if row.get("quads") else [], dtype=np.float64).reshape(-1, 4, 2)
            scale = min(1.0, side_max_px / max(grey.shape)) if side_max_px else 1.0
            if scale < 1:
                small = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
                grey = np.asarray(small, dtype=np.uint8)
            yield Photo(grey=grey, expected=expected, marks=marks * scale)


def _timed(peer: Peer, grey: Grey, score: Score) -> list[Read]:
    started_ns = time.thread_time_ns()
    found = peer.every(grey)
    score.cpu_ms.append((time.thread_time_ns() - started_ns) / 1e6)
    return found


def _fitting_marks(photo: Photo, found: Sequence[Read]) -> Marks:
    """The marks as they are, or turned by a quarter with the picture where only so they hold the codes."""
    if not len(photo.marks):
        return photo.marks
    turned = np.stack([photo.grey.shape[1] - photo.marks[..., 1], photo.marks[..., 0]], axis=-1)
    held, held_turned = (sum(bool(_holding(read, marks)) for read in found) for marks in (photo.marks, turned))
    return turned if held_turned > held else photo.marks


def _holding(read: Read, marks: Marks) -> list[int]:
    """The numbers of the marks that a code lies in."""
    corners = marks.astype(np.float32)
    return [n for n, mark in enumerate(corners) if cv2.pointPolygonTest(mark, read.place, False) >= 0]


def _count(score: Score, found: Sequence[Read], expected: tuple[str, ...], marks: Marks) -> None:
    if len(marks):
        held = {number for read in found for number in _holding(read, marks)}
        score.symbols += len(marks)
        score.read += len(held)
        return
    texts = {_comparable(read.text) for read in found}
    wanted = {_comparable(text) for text in expected}
    score.symbols += len(wanted)
    score.read += len(wanted & texts)
    score.others += len(texts - wanted)


def _comparable(text: str) -> str:
    return "".join(c for c in text.replace("\r\n", "\n").replace("\r", "\n") if c.isascii()).strip()
