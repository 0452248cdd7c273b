"""`pos bench scan [DIR]`: what the scanner reads beside other decoders, in the same run on the same pictures.

With a directory: its folders of photographs (`scan_photos`), at most 1280 pixels along a side and, where some are
larger, as they are. Always: generated counter pictures and hand-held sequences, and what a frame costs. Times are the
processor's, of one thread. Rules: nothing is left out of the table that was measured; what could not be measured is
named.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from pos.bench.scan_counter import (
    BY_FRAMES,
    CounterScores,
    FrameCosts,
    SequenceScores,
    measure_costs,
    measure_pictures,
    measure_sequences,
)
from pos.bench.scan_peers import Peer, peers
from pos.bench.scan_photos import FolderScores, folders, measure_folder, photos

SIDE_USUAL_PX = 1280


@dataclass(frozen=True, slots=True, kw_only=True)
class PhotoScores:
    """All folders at one size; `side_max_px` None is the pictures' own size."""

    side_max_px: int | None
    folders: tuple[FolderScores, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanReport:
    """Everything that was measured, and the names of peers that are not installed."""

    decoders: tuple[str, ...]
    missing: tuple[str, ...]
    photos: tuple[PhotoScores, ...]
    counter: CounterScores
    sequences: SequenceScores
    costs: FrameCosts


def run(directory: Path | None, *, per_kind: int = 10, per_story: int = 6) -> ScanReport:
    """Measures. `per_kind` pictures of each kind and `per_story` sequences of each story are generated."""
    found, missing = peers()
    costs = measure_costs()
    return ScanReport(
        decoders=tuple(peer.name for peer in found),
        missing=missing,
        photos=_photo_scores(directory, found) if directory else (),
        counter=measure_pictures(found, per_kind=per_kind),
        sequences=measure_sequences(found, per_story=per_story),
        costs=costs,
    )


def lines(report: ScanReport) -> Iterator[str]:
    """The report as tables in Markdown."""
    for scores in report.photos:
        yield from _photo_lines(scores, report.decoders)
    yield from _counter_lines(report.counter, report.decoders)
    yield from _sequence_lines(report.sequences, report.decoders)
    yield from _cost_lines(report.costs)
    for name in report.missing:
        yield f"Not installed here: {name}."


def _photo_scores(directory: Path, found: Sequence[Peer]) -> tuple[PhotoScores, ...]:
    listed = folders(directory)
    larger = (max(photo.grey.shape) > SIDE_USUAL_PX for each in listed for photo in photos(each, side_max_px=None))
    sides = (SIDE_USUAL_PX, None) if any(larger) else (SIDE_USUAL_PX,)
    return tuple(
        PhotoScores(
            side_max_px=side_px, folders=tuple(measure_folder(each, found, side_max_px=side_px) for each in listed)
        )
        for side_px in sides
    )


def mean_of_marked(scores: PhotoScores, name: str) -> float:
    """The mean of the folders' percentages, of those whose pictures carry marks."""
    return _mean([folder.scores[name].percent() for folder in scores.folders if folder.has_marks])


def percent_of_labelled(scores: PhotoScores, name: str) -> float:
    """The percentage of expected texts read, over all folders whose pictures carry texts."""
    labelled = [folder.scores[name] for folder in scores.folders if not folder.has_marks]
    symbols = sum(score.symbols for score in labelled)
    return 100 * sum(score.read for score in labelled) / symbols if symbols else 0.0


def _photo_lines(scores: PhotoScores, decoders: Sequence[str]) -> Iterator[str]:
    size = f"at most {scores.side_max_px} px" if scores.side_max_px else "their own size"
    turned = sum(folder.turned for folder in scores.folders)
    yield f"Photographs at {size}, percent read ({turned} pictures' marks counted turned by a quarter)"
    yield ""
    yield from _head(("folder", "symbols"), decoders)
    for folder in scores.folders:
        read = [folder.scores[name] for name in decoders]
        yield _row((folder.folder, str(read[0].symbols)), [f"{score.percent():.1f}" for score in read])
    if any(folder.has_marks for folder in scores.folders):
        yield _row(("**mean of marked folders**", ""), [f"{mean_of_marked(scores, name):.1f}" for name in decoders])
    if not all(folder.has_marks for folder in scores.folders):
        yield _row(("**labelled texts**", ""), [f"{percent_of_labelled(scores, name):.1f}" for name in decoders])
    times = [[ms for folder in scores.folders for ms in folder.scores[name].cpu_ms] for name in decoders]
    yield from _time_rows(times)
    others = [sum(folder.scores[name].others for folder in scores.folders) for name in decoders]
    yield _row(("texts that the labels do not have", ""), [str(count) for count in others])
    yield ""


def _counter_lines(counter: CounterScores, decoders: Sequence[str]) -> Iterator[str]:
    yield "Generated counter pictures, percent read"
    yield ""
    yield from _head(("kind", "pictures"), decoders)
    for kind, scores in counter.kinds.items():
        read = [scores[name] for name in decoders]
        yield _row((kind, str(read[0].symbols)), [f"{score.percent():.0f}" for score in read])
    totals = [counter.total(name) for name in decoders]
    yield _row(("**all**", str(totals[0].symbols)), [f"{score.percent():.1f}" for score in totals])
    yield from _time_rows([score.cpu_ms for score in totals])
    yield _row(("wrong texts", ""), [str(counter.wrong[name]) for name in decoders])
    yield ""


def _sequence_lines(sequences: SequenceScores, decoders: Sequence[str]) -> Iterator[str]:
    yield "Hand-held sequences, percent read by a frame"
    yield ""
    yield from _head(("frame", ""), decoders)
    for place, frame in enumerate(BY_FRAMES):
        yield _row((str(frame), ""), [f"{sequences.by_frame[name][place]:.0f}" for name in decoders])
    yield _row(("mean CPU ms per frame", ""), [f"{sequences.cpu_ms[name]:.1f}" for name in decoders])
    yield _row(("wrong texts", ""), [str(sequences.wrong[name]) for name in decoders])
    yield ""


def _cost_lines(costs: FrameCosts) -> Iterator[str]:
    yield "A 1280x720 frame in the stream, rescues included: CPU ms, and times zxing-cpp alone on the same frames"
    yield ""
    yield "| frame | ms | ratio |"
    yield "|---|---:|---:|"
    yield f"| easy code | {costs.easy_ms:.2f} | {costs.easy_ratio:.2f} |"
    yield f"| still empty counter | {costs.idle_ms:.2f} | {costs.idle_ratio:.2f} |"
    yield f"| another scene on every frame, no code | {costs.moving_ms:.2f} | {costs.moving_ratio:.2f} |"
    yield ""


def _head(first: Sequence[str], decoders: Sequence[str]) -> Iterator[str]:
    yield _row(first, decoders)
    yield "|---" * len(first) + "|---:" * len(decoders) + "|"


def _row(first: Sequence[str], values: Sequence[str]) -> str:
    return "| " + " | ".join((*first, *values)) + " |"


def _time_rows(times_ms: Sequence[Sequence[float]]) -> Iterator[str]:
    yield _row(("median CPU ms", ""), [f"{np.median(times):.1f}" for times in times_ms])
    yield _row(("p95 CPU ms", ""), [f"{np.percentile(times, 95):.1f}" for times in times_ms])


def _mean(values: Sequence[float]) -> float:
    return float(np.mean(values)) if values else 0.0
