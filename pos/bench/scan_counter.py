"""Generated pictures and sequences of the counter, and what a frame costs when there is nothing or little to do."""

import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import zxingcpp

from drivers.camera.frame import Grey
from pos.bench.optics import render
from pos.bench.scan_peers import OWN, Peer
from pos.bench.scan_photos import Score
from pos.bench.scenes import MODULE_SIZES_PX, Kind, idle_scenes, pictures, sequences
from pos.bench.synth import Scene
from pos.scanner.rescuers import InlineRescuer
from pos.scanner.stillness import STILL_FRAMES
from pos.scanner.stream import StreamDecoder

SEED = 20261122  # of the published numbers; the scanner was built with others
BY_FRAMES = (1, 3, 8, 12)
_IDLE_SCENES = 12
_MOVING_ROUNDS = 5  # four seconds of a camera
_QR_ONLY = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)

Feed = Callable[[Grey], tuple[str, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class CounterScores:
    """For each kind of picture ("small modules 1.5 px" and so on by size) the result of each decoder by name."""

    kinds: dict[str, dict[str, Score]]
    wrong: dict[str, int]

    def total(self, name: str) -> Score:
        whole = Score()
        for scores in self.kinds.values():
            whole.read += scores[name].read
            whole.symbols += scores[name].symbols
            whole.cpu_ms += scores[name].cpu_ms
        return whole


@dataclass(frozen=True, slots=True, kw_only=True)
class SequenceScores:
    """The share of sequences (percent) read by each frame of `BY_FRAMES`, and texts that were not shown."""

    by_frame: dict[str, tuple[float, ...]]
    wrong: dict[str, int]
    cpu_ms: dict[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameCosts:
    """Mean processor time of a 1280x720 frame: an easy code, the still empty counter, and a scene that changes."""

    easy_ms: float
    easy_ratio: float
    idle_ms: float
    idle_ratio: float
    moving_ms: float
    moving_ratio: float


def measure_pictures(peers: Sequence[Peer], *, per_kind: int, seed: int = SEED) -> CounterScores:
    """Reads generated pictures with every decoder."""
    kinds: dict[str, dict[str, Score]] = defaultdict(lambda: {peer.name: Score() for peer in peers})
    wrong = dict.fromkeys((peer.name for peer in peers), 0)
    for number, picture in enumerate(pictures(seed, per_kind)):
        grey, shown = render(picture.scene)
        kind = _kind_name(picture.kind, number, per_kind)
        for peer in peers:
            score = kinds[kind][peer.name]
            started_ns = time.thread_time_ns()
            texts = {read.text for read in peer.first(grey)}
            score.cpu_ms.append((time.thread_time_ns() - started_ns) / 1e6)
            score.symbols += 1
            score.read += shown.text in texts
            wrong[peer.name] += len(texts - {shown.text})
    return CounterScores(kinds=dict(kinds), wrong=wrong)


def measure_sequences(peers: Sequence[Peer], *, per_story: int, seed: int = SEED) -> SequenceScores:
    """Shows hand-held sequences to the stream decoder, and frame by frame to the others."""
    first_read: dict[str, list[int]] = {peer.name: [] for peer in peers}
    wrong = dict.fromkeys(first_read, 0)
    cpu_ms: dict[str, list[float]] = {peer.name: [] for peer in peers}
    for sequence in sequences(seed, per_story):
        rendered = [render(scene) for scene in sequence.frames]
        text = rendered[0][1].text
        for peer in peers:
            feed, first = _feed(peer), len(rendered) + 1
            for number, (grey, _) in enumerate(rendered, 1):
                started_ns = time.thread_time_ns()
                texts = feed(grey)
                cpu_ms[peer.name].append((time.thread_time_ns() - started_ns) / 1e6)
                first = min(first, number) if text in texts else first
                wrong[peer.name] += sum(read != text for read in texts)
            first_read[peer.name].append(first)
    by_frame = {
        name: tuple(100 * float(np.mean([first <= frame for first in firsts])) for frame in BY_FRAMES)
        for name, firsts in first_read.items()
    }
    return SequenceScores(
        by_frame=by_frame, wrong=wrong, cpu_ms={name: float(np.mean(times)) for name, times in cpu_ms.items()}
    )


def measure_costs(*, seed: int = SEED) -> FrameCosts:
    """What the stream decoder takes for a frame, rescues included, beside zxing-cpp on the same frames."""
    easy = [render(Scene(seed=seed + n, module_px=4.5))[0] for n in range(_IDLE_SCENES)]
    moving = [render(scene)[0] for scene in idle_scenes(seed, _IDLE_SCENES)]
    still = [_with_noise(moving[0], n) for n in range(_IDLE_SCENES)]
    easy_ms, easy_zxing_ms = _mean_ms(_stream_feed(), easy), _mean_ms(_zxing_feed, easy)
    moving_ms, moving_zxing_ms = _mean_ms(_stream_feed(), moving * _MOVING_ROUNDS), _mean_ms(_zxing_feed, moving)
    known = _stream_feed()
    for _ in range(STILL_FRAMES + 2):
        known(moving[0])
    still_ms, still_zxing_ms = _mean_ms(known, still), _mean_ms(_zxing_feed, still)
    return FrameCosts(
        easy_ms=easy_ms,
        easy_ratio=easy_ms / easy_zxing_ms,
        idle_ms=still_ms,
        idle_ratio=still_ms / still_zxing_ms,
        moving_ms=moving_ms,
        moving_ratio=moving_ms / moving_zxing_ms,
    )


def _kind_name(kind: Kind, number: int, per_kind: int) -> str:
    if kind is not Kind.SMALL:
        return str(kind)
    first = (len(Kind) - 1) * per_kind
    return f"{kind} {MODULE_SIZES_PX[(number - first) // per_kind]:g} px"


def _feed(peer: Peer) -> Feed:
    if peer.name == OWN:
        return _stream_feed()
    return lambda grey: tuple(read.text for read in peer.first(grey))


def _stream_feed() -> Feed:
    decoder = StreamDecoder(InlineRescuer())
    return lambda grey: decoder.feed(grey).texts


def _zxing_feed(grey: Grey) -> tuple[str, ...]:
    found = zxingcpp.read_barcodes(grey, formats=_QR_ONLY, text_mode=zxingcpp.TextMode.Plain)
    return tuple(code.text for code in found)


def _mean_ms(feed: Feed, frames: Iterable[Grey]) -> float:
    taken = []
    for grey in frames:
        started_ns = time.thread_time_ns()
        feed(grey)
        taken.append((time.thread_time_ns() - started_ns) / 1e6)
    return float(np.mean(taken))


def _with_noise(grey: Grey, number: int) -> Grey:
    noise = np.random.default_rng(number).normal(0, 2, grey.shape)
    return np.asarray(np.clip(grey + noise, 0, 255), dtype=np.uint8)
