"""A second chance for a symbol that was located and could not be corrected.

Blur mixes each module with its neighbours. About a tenth of a symbol's modules is known beforehand, so a linear filter
that best restores those is fitted on each symbol itself, then once more on the modules that it is sure of. What it is
least sure of becomes erasures for the correction. Rules: correction is never spent to the last syndrome where erasures
were guessed, so that a wrong text does not leave. Leaves to others: locating, and which symbols are worth the time.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from drivers.camera.frame import Grey
from pos.scanner.reed_solomon import Corrected, correct
from pos.scanner.sampling import (
    MARGIN_MODULES,
    NO_ANCHORS,
    STEP,
    Anchors,
    Field,
    Plane,
    Points,
    normalised,
    sample_shifted,
    splined,
    straighten,
)
from pos.scanner.segments import read_segments
from pos.scanner.symbol import UNKNOWN, Block, Level, blocks, known_modules, layout, mask_pattern, size_of
from pos.scanner.unbend import unbent

Soft: TypeAlias = npt.NDArray[np.float64]  # a square of modules, dark positive, sure ones far from zero

VERSION_RESCUED_MAX = 40
MATCH_MIN = 0.3
AGREEMENT_MIN = 0.75
_REACH = 3  # samples to each side of a module's centre that the filter looks at
_RIDGE = 0.02
_SURE = 0.25
_UNSPENT_MIN = 4


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Symbol:
    """What a locator found: outer corners (clockwise from the top left, in pixels), the format it read, and anchors."""

    corners: Points
    version: int
    level: Level
    mask: int
    anchors: Anchors = NO_ANCHORS

    def scaled(self, scale: float) -> "Symbol":
        """The same in a picture that is `scale` times as large."""
        return replace(self, corners=self.corners * scale, anchors=self.anchors.scaled(scale))

    def moved(self, by_px: Points) -> "Symbol":
        """The same in a picture that begins elsewhere."""
        return replace(self, corners=self.corners + by_px, anchors=self.anchors.moved(by_px))


def rescue(grey: Grey, symbol: Symbol, *, rounds: int = 3) -> str | None:
    """The text of a located symbol, or None."""
    straightened = straighten(grey, symbol.corners, symbol.version, symbol.anchors)
    if straightened.match < MATCH_MIN:
        return None
    for shifts in (splined, unbent):
        field = sample_shifted(straightened, shifts(straightened))
        for number, soft in enumerate(soft_modules(field, symbol, rounds=rounds)):
            if text := text_of(soft, symbol):
                return text
            if number == 1 and agreement(soft, symbol) < AGREEMENT_MIN:
                break
    return None


def soft_modules(field: Field, symbol: Symbol, *, rounds: int) -> Iterator[Soft]:
    """Ever better estimates of the modules: plain, then filtered by the known ones, then by `rounds` of sure ones."""
    samples = normalised(field.values)
    yield _plain(samples, field.version)
    known = known_modules(symbol.version, symbol.level, symbol.mask).ravel()
    inputs, is_known = _neighbourhoods(samples, field.version), known != UNKNOWN
    ideal = known.astype(np.float64) * 2 - 1
    soft = _filtered(inputs, ideal, is_known)
    for _ in range(rounds):
        yield soft.reshape(size_of(field.version), -1)
        sure = is_known | (np.abs(soft) > _SURE)
        soft = _filtered(inputs, np.where(is_known, ideal, np.sign(soft)), sure)
    yield soft.reshape(size_of(field.version), -1)


def plain_modules(field: Field) -> Soft:
    """The modules as they were sampled."""
    return _plain(normalised(field.values), field.version)


def agreement(soft: Soft, symbol: Symbol) -> float:
    """The share of known modules that an estimate got right; about a half means that there is no symbol."""
    known = known_modules(symbol.version, symbol.level, symbol.mask)
    there = known != UNKNOWN
    return float(np.mean((soft[there] > 0) == (known[there] > 0)))


def error_power(soft: Soft, symbol: Symbol) -> float:
    """The mean square by which an estimate misses the known modules."""
    known = known_modules(symbol.version, symbol.level, symbol.mask)
    there = known != UNKNOWN
    return float(np.mean((soft[there] - (2.0 * known[there] - 1.0)) ** 2))


def text_of(soft: Soft, symbol: Symbol) -> str | None:
    """The text in estimated modules, or None where they cannot be corrected or no encoder would have written them."""
    drawn = layout(symbol.version)
    unmasked = np.where(mask_pattern(symbol.version, symbol.mask), -soft, soft)[drawn.data_rows, drawn.data_columns]
    bits = unmasked[: len(unmasked) // 8 * 8].reshape(-1, 8)
    codewords, certainty = np.packbits(bits > 0, axis=1)[:, 0], np.abs(bits).min(axis=1)
    data, unspent = bytearray(), 0
    for block in blocks(symbol.version, symbol.level):
        corrected = _corrected(block, codewords, certainty)
        if corrected is None:
            return None
        data += corrected.data
        unspent += block.correction - 2 * corrected.errors - corrected.erasures
    content = read_segments(bytes(data), symbol.version)
    if content is None or (unspent < _UNSPENT_MIN and not content.is_padded):
        return None
    return content.text


def _corrected(block: Block, codewords: npt.NDArray[np.uint8], certainty: Soft) -> Corrected | None:
    """Corrects a block, erasing ever more of what is least certain."""
    places = np.array(block.places)
    doubtful = [int(place) for place in np.argsort(certainty[places], kind="stable")]
    for erased in (0, *range(2, block.correction - _UNSPENT_MIN + 1, 3)):
        corrected = correct(codewords[places], block.correction, doubtful[:erased])
        if corrected is None:
            continue
        unspent = block.correction - 2 * corrected.errors - corrected.erasures
        if not erased or unspent >= _UNSPENT_MIN:
            return corrected
    return None


def _plain(samples: Plane, version: int) -> Soft:
    first = MARGIN_MODULES * STEP
    inside = samples[first : first + size_of(version) * STEP, first : first + size_of(version) * STEP]
    return np.asarray(inside.reshape(size_of(version), STEP, -1, STEP).mean(axis=(1, 3)), dtype=np.float64)


def _neighbourhoods(samples: Plane, version: int) -> Soft:
    """A row for each module: the samples around its centre, and one for the filter's constant."""
    size = size_of(version)
    first = MARGIN_MODULES * STEP + STEP // 2
    offsets = range(-_REACH, _REACH)
    views = [
        samples[first + dy : first + dy + size * STEP : STEP, first + dx : first + dx + size * STEP : STEP].ravel()
        for dy in offsets
        for dx in offsets
    ]
    return np.column_stack([*views, np.ones(size * size)]).astype(np.float64)


def _filtered(inputs: Soft, ideal: Soft, trusted: npt.NDArray[np.bool_]) -> Soft:
    """The ridge regression of `ideal` on `inputs`, fitted where trusted and applied everywhere."""
    rows = inputs[trusted]
    gram = rows.T @ rows + _RIDGE * len(rows) * np.eye(rows.shape[1])
    return np.asarray(inputs @ np.linalg.solve(gram, rows.T @ ideal[trusted]))
