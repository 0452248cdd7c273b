"""The page that finds out what an unknown printer can do: numbered lines, one for each way and width of Hangul.

The owner reads it and types the number of the first line that looks right; that line's profile prints right from then
on. Lines stand in the order in which they are wanted: text before dots, wide before narrow. A line is right when its
Hangul is Hangul and it ends in the bracket, on one line; a printer that is too narrow breaks it or cuts it off, and one
without a Hangul ROM prints garbage or Chinese.

Leaves the words to the caller, and asking to the screen. What GS I 69 answers is a first guess only: clones lie.
"""

from collections.abc import Iterator
from typing import Final

from drivers.printer import commands
from drivers.printer.document import CutRow, Row, TextRow
from drivers.printer.encoder import Encoder
from drivers.printer.hangul import columns_of, printable
from drivers.printer.profile import load_profile
from drivers.printer.raster import Typeface

CANDIDATES: Final = (
    "epson-tm-t20-korean",
    "epson-tm-t88-korean",
    "korean-58mm",
    "clone-80mm",
    "epson-raster-80mm",
    "clone-58mm",
)
"""Profiles by line number, from 1."""
_END: Final = "]"


def trial_page_segments(*, question: str, sample: str, typeface: Typeface) -> tuple[bytes, ...]:
    """Return the segments of the page: `question` in dots that every printer prints, then the lines with `sample`.

    `sample` is at most 24 columns wide, so that the narrowest line holds it.
    """
    assert columns_of(printable(sample)) <= 24
    return tuple(_segments(question, sample, typeface))


def profile_of_line(number: int) -> str | None:
    """Return the profile behind a line's number, None where there is no such line."""
    return CANDIDATES[number - 1] if 1 <= number <= len(CANDIDATES) else None


def _segments(question: str, sample: str, typeface: Typeface) -> Iterator[bytes]:
    yield from _encoded("clone-58mm", [TextRow(text=question)], typeface)
    for number, name in enumerate(CANDIDATES, start=1):
        columns = load_profile(name).columns
        start = f"{number} {printable(sample)} "
        line = start + "-" * (columns - columns_of(start) - len(_END)) + _END
        yield from _encoded(name, [TextRow(text=line)], typeface)
    # Fed for printers without a blade, cut for those with one: at worst a little paper is lost.
    yield commands.feed_lines(3)
    yield from _encoded("epson-tm-t20-korean", [CutRow()], typeface)


def _encoded(name: str, rows: list[Row], typeface: Typeface) -> tuple[bytes, ...]:
    profile = load_profile(name)
    return Encoder(profile, columns=profile.columns, typeface=typeface).encode(rows)
