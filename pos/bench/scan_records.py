"""The scan measurement as records, one for each number of its tables: `pos bench scan --json`."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from pos.bench.scan import PhotoScores, ScanReport, mean_of_marked, percent_of_labelled
from pos.bench.scan_counter import BY_FRAMES
from pos.bench.scan_photos import Score


@dataclass(frozen=True, slots=True, kw_only=True)
class PicturesRead:
    """What a decoder read of some pictures; `side_max_px` None is their own size, times are of the processor."""

    table: str
    side_max_px: int | None = None
    pictures: str
    decoder: str
    symbols: int
    read: int
    percent: float
    others: int
    cpu_ms_median: float
    cpu_ms_p95: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """One percentage over all folders at one size: `what` is "mean of marked folders" or "labelled texts"."""

    table: str
    side_max_px: int | None
    what: str
    decoder: str
    percent: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadByFrame:
    """The share of hand-held sequences that a decoder read by a frame, counted from 1."""

    table: str
    decoder: str
    frame: int
    percent: float
    wrong: int
    cpu_ms_mean: float


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameCost:
    """What a 1280x720 frame takes, and how many times zxing-cpp alone on the same frames."""

    table: str
    frame: str
    cpu_ms: float
    ratio: float


@dataclass(frozen=True, slots=True, kw_only=True)
class NotInstalled:
    """A decoder that is missing here."""

    table: str
    decoder: str


def records(
    report: ScanReport,
) -> Iterator[PicturesRead | Summary | ReadByFrame | FrameCost | NotInstalled]:
    """Every number of the report, in the order of its tables."""
    for scores in report.photos:
        yield from _photos(scores, report.decoders)
    for kind, by_decoder in report.counter.kinds.items():
        for name in report.decoders:
            yield _pictures("counter", kind, name, by_decoder[name])
    for name in report.decoders:
        yield _pictures("counter", "all", name, report.counter.total(name), others=report.counter.wrong[name])
    for name in report.decoders:
        for place, frame in enumerate(BY_FRAMES):
            yield ReadByFrame(
                table="sequences",
                decoder=name,
                frame=frame,
                percent=round(report.sequences.by_frame[name][place], 1),
                wrong=report.sequences.wrong[name],
                cpu_ms_mean=round(report.sequences.cpu_ms[name], 2),
            )
    costs = report.costs
    for frame_kind, cpu_ms, ratio in (
        ("easy", costs.easy_ms, costs.easy_ratio),
        ("idle", costs.idle_ms, costs.idle_ratio),
        ("moving", costs.moving_ms, costs.moving_ratio),
    ):
        yield FrameCost(table="costs", frame=frame_kind, cpu_ms=round(cpu_ms, 3), ratio=round(ratio, 2))
    for name in report.missing:
        yield NotInstalled(table="missing", decoder=name)


def _photos(scores: PhotoScores, decoders: tuple[str, ...]) -> Iterator[PicturesRead | Summary]:
    for folder in scores.folders:
        for name in decoders:
            yield _pictures("photographs", folder.folder, name, folder.scores[name], side_max_px=scores.side_max_px)
    for name in decoders:
        for what, percent in (
            ("mean of marked folders", mean_of_marked(scores, name)),
            ("labelled texts", percent_of_labelled(scores, name)),
        ):
            yield Summary(
                table="photographs",
                side_max_px=scores.side_max_px,
                what=what,
                decoder=name,
                percent=round(percent, 1),
            )


def _pictures(
    table: str, pictures: str, name: str, score: Score, *, side_max_px: int | None = None, others: int | None = None
) -> PicturesRead:
    return PicturesRead(
        table=table,
        side_max_px=side_max_px,
        pictures=pictures,
        decoder=name,
        symbols=score.symbols,
        read=score.read,
        percent=round(score.percent(), 1),
        others=score.others if others is None else others,
        cpu_ms_median=round(float(np.median(score.cpu_ms)), 2),
        cpu_ms_p95=round(float(np.percentile(score.cpu_ms, 95)), 2),
    )
