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
from drivers.printer.profile import DotsBy, load_profile
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
CANDIDATES_ON_SERIAL: Final = (
    *CANDIDATES,
    "clone-80mm?serial_dots_by=rows",
    "epson-raster-80mm?serial_dots_by=rows",
    "clone-58mm?serial_dots_by=rows",
)
"""Over a serial line dots travel by columns; the last lines are for printers that spoil those."""
_END: Final = "]"


def candidates(*, on_serial: bool) -> tuple[str, ...]:
    """Return what the lines of the page stand for, the first line first."""
    return CANDIDATES_ON_SERIAL if on_serial else CANDIDATES


def trial_page_segments(*, question: str, sample: str, typeface: Typeface, on_serial: bool) -> tuple[bytes, ...]:
    """Return the segments of the page: `question` in dots that every printer prints, then the lines with `sample`.

    `sample` is at most 24 columns wide, so that the narrowest line holds it.
    """
    assert columns_of(printable(sample)) <= 24
    return tuple(_segments(question, sample, typeface, on_serial=on_serial))


def _segments(question: str, sample: str, typeface: Typeface, *, on_serial: bool) -> Iterator[bytes]:
    # By rows wherever the printer is: every printer takes those.
    yield from _encoded("clone-58mm", [TextRow(text=question)], typeface, on_serial=False)
    for number, name in enumerate(candidates(on_serial=on_serial), start=1):
        profile = load_profile(name)
        goes_by_columns = profile.dots_by(on_serial=on_serial) is DotsBy.COLUMNS
        start = f"{number} {printable(sample)} "
        room = profile.columns - columns_of(start) - len(_END)
        # Without gaps a line would go by rows, whatever it stands for.
        dashes = ("- " if goes_by_columns else "-") * room
        line = start + dashes[:room] + _END
        yield from _encoded(name, [TextRow(text=line)], typeface, on_serial=on_serial)
    # Fed for printers without a blade, cut for those with one: at worst a little paper is lost.
    yield commands.feed_lines(3)
    yield from _encoded("epson-tm-t20-korean", [CutRow()], typeface, on_serial=on_serial)


def _encoded(name: str, rows: list[Row], typeface: Typeface, *, on_serial: bool) -> tuple[bytes, ...]:
    profile = load_profile(name)
    dots_by = profile.dots_by(on_serial=on_serial)
    return Encoder(profile, columns=profile.columns, typeface=typeface, dots_by=dots_by).encode(rows)
