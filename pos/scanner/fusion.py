"""Rescue over frames: what one frame blurs another shows.

The estimates of one symbol's modules from its last frames are added, each weighted by how well it restored the modules
that are known, and corrected together. Rules: only frames of the same version, level and mask that follow each other
closely are added; of two different codes mixed up the correction makes nothing. Leaves to others: which thread it runs
in (`rescuers`).
"""

from collections import deque
from dataclasses import dataclass
from itertools import cycle

import numpy as np

from drivers.camera.frame import Grey
from pos.scanner.locate import locate
from pos.scanner.rescue import AGREEMENT_MIN, MATCH_MIN, Soft, Symbol, agreement, error_power, soft_modules, text_of
from pos.scanner.sampling import sample_shifted, splined, straighten
from pos.scanner.symbol import Level
from pos.scanner.unbend import unbent
from pos.scanner.variants import STREAM_OWN_LOOKS

FRAMES_FUSED_MAX = 6
_FRAMES_APART_MAX = 12
_OWN_SYMBOLS_MAX = 2
_ROUNDS = 1

_Format = tuple[int, Level, int]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RescueJob:
    """A located symbol with the picture around it, or a whole frame in which nothing was located; and its number."""

    grey: Grey
    symbol: Symbol | None
    frame: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """What became of a job: a text, or whether there is a symbol at all."""

    text: str | None
    is_symbol: bool


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Estimate:
    soft: Soft
    frame: int


class FusedRescue:
    """Rescues symbols of a stream, one at a time."""

    def __init__(self) -> None:
        self._format: _Format | None = None
        self._estimates: deque[_Estimate] = deque(maxlen=FRAMES_FUSED_MAX)
        self._own_looks = cycle(STREAM_OWN_LOOKS)

    def attempt(self, job: RescueJob) -> Attempt:
        """The text from this frame alone, or from it and the ones before it."""
        symbols = [job.symbol] if job.symbol else self._locate(job.grey)
        attempts = [self._read(job.grey, symbol, job.frame) for symbol in symbols]
        text = next((attempt.text for attempt in attempts if attempt.text), None)
        return Attempt(text=text, is_symbol=any(attempt.is_symbol for attempt in attempts))

    def _locate(self, grey: Grey) -> list[Symbol]:
        variant, window_px = next(self._own_looks)
        symbols = locate(np.ascontiguousarray(variant.make(grey)), window_px=window_px)
        return [symbol.scaled(1 / variant.scale) for symbol in symbols[:_OWN_SYMBOLS_MAX]]

    def _read(self, grey: Grey, symbol: Symbol, frame: int) -> Attempt:
        straightened = straighten(grey, symbol.corners, symbol.version, symbol.anchors)
        estimates: list[Soft] = []
        if straightened.match < MATCH_MIN:
            return Attempt(text=None, is_symbol=False)
        for shifts in (splined, unbent):
            for soft in soft_modules(sample_shifted(straightened, shifts(straightened)), symbol, rounds=_ROUNDS):
                if text := text_of(soft, symbol):
                    self._estimates.clear()
                    return Attempt(text=text, is_symbol=True)
                estimates.append(soft)
            if agreement(estimates[-1], symbol) < AGREEMENT_MIN:
                return Attempt(text=None, is_symbol=False)
        best = min(estimates, key=lambda soft: error_power(soft, symbol))
        return Attempt(text=self._fused(best, symbol, frame), is_symbol=True)

    def _fused(self, soft: Soft, symbol: Symbol, frame: int) -> str | None:
        self._forget_others(symbol, frame)
        self._estimates.append(_Estimate(soft=soft / (error_power(soft, symbol) + 0.02), frame=frame))
        if len(self._estimates) < 2:
            return None
        text = text_of(sum((estimate.soft for estimate in self._estimates), start=0.0 * soft), symbol)
        if text:
            self._estimates.clear()
        return text

    def _forget_others(self, symbol: Symbol, frame: int) -> None:
        now: _Format = (symbol.version, symbol.level, symbol.mask)
        if now != self._format:
            self._estimates.clear()
            self._format = now
        while self._estimates and frame - self._estimates[0].frame > _FRAMES_APART_MAX:
            self._estimates.popleft()
