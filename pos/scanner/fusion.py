"""Rescue over frames: what one frame blurs another shows.

The estimates of one symbol's modules from its last frames are added, each weighted by how well it restored the modules
that are known, and corrected together. Rules: only frames of the same version, level and mask that follow each other
closely are added; of two different codes mixed up the correction makes nothing. Leaves to others: which thread it runs
in (`stream`).
"""

from collections import deque
from dataclasses import dataclass

from drivers.camera.frame import Grey
from pos.scanner.rescue import AGREEMENT_MIN, MATCH_MIN, Soft, Symbol, agreement, error_power, soft_modules, text_of
from pos.scanner.sampling import sample
from pos.scanner.symbol import Level

FRAMES_FUSED_MAX = 6
_FRAMES_APART_MAX = 12
_ROUNDS = 1

_Format = tuple[int, Level, int]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RescueJob:
    """A located symbol, the picture around it and the number of its frame."""

    grey: Grey
    symbol: Symbol
    frame: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Rescued:
    """A text that a rescue gave, and whether one frame sufficed."""

    text: str
    frames: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Estimate:
    soft: Soft
    frame: int


class FusedRescue:
    """Rescues symbols of a stream, one at a time."""

    def __init__(self) -> None:
        self._format: _Format | None = None
        self._estimates: deque[_Estimate] = deque(maxlen=FRAMES_FUSED_MAX)

    def attempt(self, job: RescueJob) -> Rescued | None:
        """The text from this frame alone, or from it and the ones before it."""
        field = sample(job.grey, job.symbol.corners, job.symbol.version, job.symbol.anchors)
        if field.match < MATCH_MIN:
            return None
        soft: Soft | None = None
        for soft in soft_modules(field, job.symbol, rounds=_ROUNDS):
            if text := text_of(soft, job.symbol):
                self._estimates.clear()
                return Rescued(text=text, frames=1)
        assert soft is not None, "there is always a plain estimate"
        return self._fuse(soft, job)

    def _fuse(self, soft: Soft, job: RescueJob) -> Rescued | None:
        if agreement(soft, job.symbol) < AGREEMENT_MIN:
            return None
        self._forget_others(job)
        self._estimates.append(_Estimate(soft=soft / (error_power(soft, job.symbol) + 0.02), frame=job.frame))
        if len(self._estimates) < 2:
            return None
        total = sum((estimate.soft for estimate in self._estimates), start=0.0 * soft)
        text, frames = text_of(total, job.symbol), len(self._estimates)
        if text is None:
            return None
        self._estimates.clear()
        return Rescued(text=text, frames=frames)

    def _forget_others(self, job: RescueJob) -> None:
        now: _Format = (job.symbol.version, job.symbol.level, job.symbol.mask)
        if now != self._format:
            self._estimates.clear()
            self._format = now
        while self._estimates and job.frame - self._estimates[0].frame > _FRAMES_APART_MAX:
            self._estimates.popleft()
