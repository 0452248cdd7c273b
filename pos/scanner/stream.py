"""Frames in, codes out: the cheap look on every frame, one dear thing more in turn.

Every frame: zxing-cpp as it is. Where that reads nothing: one grey variant, another one on each frame; and at most one
located symbol goes to the rescuer, or now and then a frame in which none was located. After a second of located and
unread, zbar now and then. Rules: most frames of a day show no code, so a scene that is known to be empty gets the cheap
look alone, and one that merely moves gets the rest seldom (`pace`). Leaves to others: repeated reads and times
(`watch`), limits and rights (`worker`).
"""

from dataclasses import dataclass, replace
from itertools import count, cycle

import numpy as np

from drivers.camera.frame import Grey
from pos.scanner import zbar
from pos.scanner.advice import Hint, hint_for
from pos.scanner.decode import SIDE_ENLARGED_MAX_PX, Findings, look
from pos.scanner.fusion import RescueJob
from pos.scanner.goods import Goods
from pos.scanner.pace import Pace
from pos.scanner.rescue import Symbol
from pos.scanner.rescuers import Rescuer
from pos.scanner.stillness import Stillness
from pos.scanner.variants import STREAM, Variant

ZBAR_AFTER_FRAMES = 15
_ZBAR_EVERY_FRAMES = 10
_OWN_LOOK_EVERY, _OWN_LOOK_AGAIN_EVERY = 4, 2
_OWN_SYMBOL_FOLLOWED_FRAMES = 12
_GOODS_EVERY_FRAMES = 3
_CROP_MARGIN = 0.15


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameReport:
    """What a frame gave: texts, or a symbol that was located and not read (then with a hint), or nothing."""

    texts: tuple[str, ...] = ()
    is_located: bool = False
    hint: Hint | None = None
    barcodes: tuple[str, ...] = ()
    """Of goods, where they were wanted."""


class StreamDecoder:
    """Decodes one camera's frames in order."""

    def __init__(self, rescuer: Rescuer, *, variants: tuple[Variant, ...] = STREAM) -> None:
        self._rescuer = rescuer
        self._variants = cycle(variants)
        self._numbers = count()
        self._stillness = Stillness()
        self._pace = Pace()
        self._dear_looks = 0
        self._own_symbol_at = -_OWN_SYMBOL_FOLLOWED_FRAMES
        self._unread_frames = 0
        self._is_still = False
        self._goods_seen = Goods()

    def feed(self, grey: Grey, *, wants_goods: bool = False) -> FrameReport:
        """Looks at the next frame. A rescue's text may come with a later frame than the one that it was read from."""
        number = next(self._numbers)
        findings = Findings()
        look(grey, findings, scale=1.0, way="plain")
        if not findings.codes and (findings.located or self._is_worth_more(grey)):
            self._look_again(grey, findings)
            self._offer(grey, findings, number)
        symbol = _largest(findings.located)
        attempts = self._rescuer.results()
        texts = [code.text for code in findings.codes]
        texts += [attempt.text for attempt in attempts if attempt.text]
        is_located = symbol is not None or any(attempt.is_symbol for attempt in attempts)
        if is_located and symbol is None:
            self._own_symbol_at = number
        if not texts and is_located:
            texts = self._second_opinion(grey)
        report = self._report(grey, texts, symbol, is_located=is_located)
        if wants_goods and not texts and not is_located and not self._is_still and number % _GOODS_EVERY_FRAMES == 0:
            return replace(report, barcodes=self._goods(grey))
        return report

    def _goods(self, grey: Grey) -> tuple[str, ...]:
        barcodes = self._goods_seen.look(grey)
        if self._goods_seen.is_in_sight:
            # A scene with a barcode is not an empty one, however still it lies.
            self._stillness.disturb()
        return barcodes

    def _is_worth_more(self, grey: Grey) -> bool:
        """Whether more than the cheap look is spent on a frame in which that located nothing."""
        self._pace.next_frame()
        self._is_still = self._stillness.is_known(grey)
        return not self._is_still and self._pace.take()

    def _offer(self, grey: Grey, findings: Findings, number: int) -> None:
        symbol = _largest(findings.located)
        if findings.codes:
            return
        if symbol is not None:
            self._rescuer.offer(_job(grey, symbol, number))
        elif self._dear_looks % self._own_look_every(number) == 1:
            self._rescuer.offer(RescueJob(grey=grey.copy(), symbol=None, frame=number))

    def _own_look_every(self, number: int) -> int:
        """How many dear looks there are to one with the own locator: more of those where it just saw a symbol."""
        is_followed = number - self._own_symbol_at < _OWN_SYMBOL_FOLLOWED_FRAMES
        return _OWN_LOOK_AGAIN_EVERY if is_followed else _OWN_LOOK_EVERY

    def _look_again(self, grey: Grey, findings: Findings) -> None:
        variant = next(self._variants)
        self._dear_looks += 1
        if variant.scale > 1 and max(grey.shape) > SIDE_ENLARGED_MAX_PX:
            return
        picture = np.ascontiguousarray(variant.make(grey))
        look(picture, findings, scale=variant.scale, way=variant.name)

    def _second_opinion(self, grey: Grey) -> list[str]:
        late = self._unread_frames - ZBAR_AFTER_FRAMES
        return [code.text for code in zbar.read(grey)] if late >= 0 and late % _ZBAR_EVERY_FRAMES == 0 else []

    def _report(self, grey: Grey, texts: list[str], symbol: Symbol | None, *, is_located: bool) -> FrameReport:
        self._unread_frames = self._unread_frames + 1 if is_located and not texts else 0
        if is_located:
            self._stillness.disturb()
            self._pace.fill()
        if texts:
            return FrameReport(texts=tuple(dict.fromkeys(texts)), is_located=True)
        return FrameReport(is_located=is_located, hint=hint_for(grey, symbol) if symbol else None)


def _largest(symbols: list[Symbol]) -> Symbol | None:
    return max(symbols, key=lambda symbol: float(np.prod(np.ptp(symbol.corners, axis=0))), default=None)


def _job(grey: Grey, symbol: Symbol, number: int) -> RescueJob:
    """The symbol with a copy of only its surroundings: the frame's memory is used again before a rescue ends."""
    low, high = symbol.corners.min(axis=0), symbol.corners.max(axis=0)
    margin = _CROP_MARGIN * float((high - low).max()) + 8
    left, top = np.maximum(low - margin, 0).astype(int)
    right, bottom = (high + margin).astype(int) + 1
    moved = symbol.moved(-np.array((left, top), dtype=np.float64))
    return RescueJob(grey=grey[top:bottom, left:right].copy(), symbol=moved, frame=number)
