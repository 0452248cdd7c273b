"""Reed-Solomon correction of one block, with erasures (ISO/IEC 18004:2015, 7.5.2 and annex A).

The field is GF(256) modulo x^8 + x^4 + x^3 + x^2 + 1; the generator's roots are a^0 .. a^(n-1). A block that cannot be
corrected is a value (None), not a fault. Leaves to others: which codewords to distrust, and how much correction may
be spent before the result is not believed.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

_POLYNOMIAL = 0x11D


def _tables() -> tuple[list[int], list[int]]:
    exp, log = [1] * 512, [0] * 256
    value = 1
    for power in range(255):
        exp[power], log[value] = value, power
        value = value << 1 ^ (_POLYNOMIAL if value & 0x80 else 0)
    exp[255:510] = exp[:255]
    return exp, log


_EXP, _LOG = _tables()
_EXP_ARRAY = np.array(_EXP, dtype=np.uint8)
_LOG_ARRAY = np.array(_LOG, dtype=np.int32)


@dataclass(frozen=True, slots=True, kw_only=True)
class Corrected:
    """A block's data codewords; `errors` counts wrong codewords that were not declared erased."""

    data: bytes
    errors: int
    erasures: int


def correct(codewords: npt.NDArray[np.uint8], correction: int, erased: Sequence[int] = ()) -> Corrected | None:
    """Corrects a block whose last `correction` codewords are check codewords; `erased` are places not to be believed.

    None where errors twice and erasures once are more than `correction`.
    """
    if len(erased) > correction:
        return None
    syndromes = _syndromes(codewords, correction)
    if not any(syndromes):
        return Corrected(data=codewords[:-correction].tobytes(), errors=0, erasures=len(erased))
    length = len(codewords)
    erasure_locator = _locator([length - 1 - place for place in erased])
    locator = _error_locator(_product(syndromes, erasure_locator)[:correction], len(erased), correction)
    if locator is None:
        return None
    both = _product(locator, erasure_locator)
    places = _roots(both, length)
    if len(places) != len(both) - 1:
        return None
    repaired = codewords.copy()
    for place, value in zip(places, _magnitudes(syndromes, both, places, length, correction), strict=True):
        repaired[place] ^= value
    if any(_syndromes(repaired, correction)):
        return None
    return Corrected(data=repaired[:-correction].tobytes(), errors=len(locator) - 1, erasures=len(erased))


def _syndromes(codewords: npt.NDArray[np.uint8], correction: int) -> list[int]:
    powers = np.arange(len(codewords) - 1, -1, -1, dtype=np.int32)
    exponents = _LOG_ARRAY[codewords] + np.arange(correction, dtype=np.int32)[:, None] * powers
    terms = np.where(codewords == 0, 0, _EXP_ARRAY[exponents % 255])
    return [int(syndrome) for syndrome in np.bitwise_xor.reduce(terms, axis=1)]


def _multiply(a: int, b: int) -> int:
    return _EXP[_LOG[a] + _LOG[b]] if a and b else 0


def _product(left: Sequence[int], right: Sequence[int]) -> list[int]:
    """Polynomials, lowest power first."""
    result = [0] * (len(left) + len(right) - 1)
    for i, a in enumerate(left):
        if a:
            log_a = _LOG[a]
            for j, b in enumerate(right):
                if b:
                    result[i + j] ^= _EXP[log_a + _LOG[b]]
    return result


def _locator(powers: Sequence[int]) -> list[int]:
    locator = [1]
    for power in powers:
        locator = _product(locator, [1, _EXP[power % 255]])
    return locator


def _error_locator(syndromes: Sequence[int], erasures: int, correction: int) -> list[int] | None:
    """Berlekamp and Massey, from the syndromes that the erasures left over; None where there are too many errors."""
    current, previous = [1], [1]
    degree, gap, last = 0, 1, 1
    for n, syndrome in enumerate(syndromes[erasures:]):
        discrepancy = syndrome
        for i in range(1, min(degree, len(current) - 1) + 1):
            discrepancy ^= _multiply(current[i], syndromes[erasures + n - i])
        if not discrepancy:
            gap += 1
            continue
        scale = _multiply(discrepancy, _EXP[255 - _LOG[last]])
        updated = _sum(current, [0] * gap + [_multiply(scale, value) for value in previous])
        if 2 * degree <= n:
            previous, last, gap, degree = current, discrepancy, 1, n + 1 - degree
        else:
            gap += 1
        current = updated
    while len(current) > 1 and current[-1] == 0:
        current.pop()
    return current if len(current) - 1 == degree and 2 * degree + erasures <= correction else None


def _sum(left: Sequence[int], right: Sequence[int]) -> list[int]:
    longer, shorter = (left, right) if len(left) >= len(right) else (right, left)
    result = list(longer)
    for i, value in enumerate(shorter):
        result[i] ^= value
    return result


def _roots(locator: Sequence[int], length: int) -> list[int]:
    """The places in a block of `length` whose inverse powers are the locator's roots."""
    powers = np.arange(length - 1, -1, -1, dtype=np.int32)
    value = np.zeros(length, dtype=np.uint8)
    for i, coefficient in enumerate(locator):
        if coefficient:
            value ^= _EXP_ARRAY[(_LOG[coefficient] - i * powers) % 255]
    return [int(place) for place in np.flatnonzero(value == 0)]


def _magnitudes(
    syndromes: Sequence[int], locator: Sequence[int], places: Sequence[int], length: int, correction: int
) -> list[int]:
    """Forney's formula for roots from a^0."""
    evaluator = _product(syndromes, locator)[:correction]
    values = []
    for place in places:
        power = length - 1 - place
        numerator = _evaluate(evaluator, -power)
        derivative = 0
        for i in range(1, len(locator), 2):
            derivative ^= _multiply(locator[i], _EXP[(-power * (i - 1)) % 255])
        assert derivative, "a locator with distinct roots has a derivative there"
        values.append(_multiply(_multiply(numerator, _EXP[255 - _LOG[derivative]]), _EXP[power % 255]))
    return values


def _evaluate(polynomial: Sequence[int], power: int) -> int:
    value = 0
    for i, coefficient in enumerate(polynomial):
        value ^= _multiply(coefficient, _EXP[(power * i) % 255])
    return value
