"""A picture in the pieces that take the fewest bytes: bands by rows, and stripes by columns for lines of text.

A row of dots travels from the paper's left edge to its last ink, so a price at the right margin takes the white between
it and the name along. A stripe is 24 rows high, as letters are, and holds only the columns with ink: what is white in
between is passed over. Over a serial line, where bytes are time, that is a third less; elsewhere it gains nothing.

Rules:
- the pieces, printed one below the other, are the picture, dot for dot: no dot is flipped here. Where the columns of a
  stripe would hold a real-time command, it begins a row higher, and where that does not help either, rows travel;
- a stripe begins and ends in white, so that no letter is cut in two where the paper moves;
- a stripe is taken only where it is shorter than its rows.

Leaves the commands around the pieces to `commands`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from PIL import Image

from drivers.printer.document import Bitmap
from drivers.printer.raster import COLUMN_DOTS, HEADER_BYTES, bands_of, has_real_time_command

STRIPE_DOTS: Final = 24
COLUMN_BYTES: Final = STRIPE_DOTS // 8
RUN_HEADER_BYTES: Final = 9
"""Of one run: where it begins, and how many columns follow."""
SAVING_BYTES_MIN: Final = 4 * HEADER_BYTES
"""Of a stripe; what it may cost to cut the bands above and below it off, and to set the height of its line."""
GAP_DOTS_MIN: Final = COLUMN_DOTS
"""Less white than a letter's width is printed: passing it over saves little."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """Columns side by side: three bytes each, most significant bit at the top, 1 is black."""

    left_dots: int
    bits: bytes

    def __post_init__(self) -> None:
        assert self.bits
        assert len(self.bits) % COLUMN_BYTES == 0

    @property
    def columns(self) -> int:
        """How many dots wide."""
        return len(self.bits) // COLUMN_BYTES


@dataclass(frozen=True, slots=True, kw_only=True)
class Stripe:
    """24 rows across the paper, as the runs of columns in them that are not white; left to right, never none."""

    top_dots: int
    runs: tuple[Run, ...]

    @property
    def cost_bytes(self) -> int:
        """About what it takes to send."""
        return sum(RUN_HEADER_BYTES + len(run.bits) for run in self.runs)


def pieces_of(bitmap: Bitmap, *, rows_max: int) -> Iterator[Bitmap | Stripe]:
    """`bitmap` from top to bottom in stripes where they are shorter, and in bands of at most `rows_max` rows."""
    top = 0
    for stripe in _stripes(bitmap, rows_max=rows_max):
        yield from _bands(bitmap, top, stripe.top_dots, rows_max=rows_max)
        yield stripe
        top = stripe.top_dots + STRIPE_DOTS
    yield from _bands(bitmap, top, bitmap.height_dots, rows_max=rows_max)


def _stripes(bitmap: Bitmap, *, rows_max: int) -> Iterator[Stripe]:
    floor = 0
    for highest, lowest in _places(bitmap):
        if lowest < floor:
            continue
        stripe = _silent_stripe(bitmap, range(lowest, max(highest, floor) - 1, -1))
        if stripe is None:
            continue
        rows = _rows(bitmap, stripe.top_dots, stripe.top_dots + STRIPE_DOTS)
        rows_bytes = sum(HEADER_BYTES + len(band.bits) for band in bands_of(rows, rows_max=rows_max))
        if stripe.cost_bytes + SAVING_BYTES_MIN < rows_bytes:
            yield stripe
            floor = stripe.top_dots + STRIPE_DOTS


def _places(bitmap: Bitmap) -> Iterator[tuple[int, int]]:
    """Where a stripe could begin, as the highest row and the lowest, so that it begins and ends in white."""
    inked = _inked_rows(bitmap)
    starts = [row for row, is_ink in enumerate(inked) if is_ink and not (row and inked[row - 1])]
    ends = [row + 1 for row, is_ink in enumerate(inked) if is_ink and not (row + 1 < len(inked) and inked[row + 1])]
    runs = [*zip(starts, ends, strict=True), (len(inked), len(inked))]
    white_top, at = 0, 0
    while at < len(runs) - 1:
        start, end = runs[at]
        at += 1
        while at < len(runs) - 1 and runs[at][1] <= start + STRIPE_DOTS:
            end = runs[at][1]
            at += 1
        highest, lowest = max(white_top, end - STRIPE_DOTS), min(start, runs[at][0] - STRIPE_DOTS)
        if highest <= lowest:
            yield highest, lowest
        white_top = end


def _silent_stripe(bitmap: Bitmap, tops: range) -> Stripe | None:
    """The stripe at the first of `tops` where no run reads like a real-time command; None where each does."""
    for top in tops:
        runs = _runs(_rows(bitmap, top, top + STRIPE_DOTS))
        if not any(has_real_time_command(run.bits) for run in runs):
            return Stripe(top_dots=top, runs=runs)
    return None


def _runs(rows: Bitmap) -> tuple[Run, ...]:
    picture = Image.frombytes("1", (rows.width_dots, STRIPE_DOTS), rows.bits)
    bits = picture.transpose(Image.Transpose.TRANSPOSE).tobytes()
    inked = [column for column in range(rows.width_dots) if any(bits[column * COLUMN_BYTES :][:COLUMN_BYTES])]
    cuts = [(left, right) for left, right in pairwise(inked) if right - left > GAP_DOTS_MIN]
    firsts = [inked[0], *(right for _, right in cuts)]
    lasts = [*(left for left, _ in cuts), inked[-1]]
    return tuple(
        Run(left_dots=first, bits=bits[first * COLUMN_BYTES : (last + 1) * COLUMN_BYTES])
        for first, last in zip(firsts, lasts, strict=True)
    )


def _inked_rows(bitmap: Bitmap) -> list[bool]:
    width = bitmap.width_bytes
    return [any(bitmap.bits[at : at + width]) for at in range(0, len(bitmap.bits), width)]


def _rows(bitmap: Bitmap, top: int, bottom: int) -> Bitmap:
    width = bitmap.width_bytes
    return Bitmap(width_bytes=width, height_dots=bottom - top, bits=bitmap.bits[top * width : bottom * width])


def _bands(bitmap: Bitmap, top: int, bottom: int, *, rows_max: int) -> Iterator[Bitmap]:
    if top < bottom:
        yield from bands_of(_rows(bitmap, top, bottom), rows_max=rows_max)
