"""`pos bench print`, first half: a receipt of thirty lines over lines of real speed, beside what the line can do.

The printer is simulated at the far end of a pseudo terminal and takes bytes at the line's rate, so what is measured is
everything a receipt takes: preflight, arming, bytes, and the answer that proves it. The limit is the receipt's bytes
divided by the rate; nothing that is sent whole can be faster.
"""

import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from drivers.printer.encoder import Encoder
from drivers.printer.opening import open_transport
from drivers.printer.outcome import Printed, QuietWatcher
from drivers.printer.printer import EscposPrinter
from drivers.printer.profile import DotsBy, Profile, load_profile
from drivers.printer.raster import Typeface
from drivers.printer.simulated import SimulatedPrinter
from drivers.printer.simulated_faults import Hardware
from drivers.printer.simulated_wire import ServedPrinter
from pos.sandbox.receipts import thirty_lines

BITS_PER_BYTE: Final = 10
"""On a serial line: start, eight, stop."""
LINES: Final = (("19,200 baud", 1_920), ("115,200 baud", 11_520), ("USB", 1_000_000))
"""Bytes a second; USB full speed carries about a million of them in bulk."""
WAYS: Final = (
    ("text", "epson-tm-t20-korean", DotsBy.ROWS),
    ("dots by rows", "clone-80mm", DotsBy.ROWS),
    ("dots by columns", "clone-80mm", DotsBy.COLUMNS),
)
"""Dots go by columns over serial lines and by rows over everything else; both are measured everywhere."""
RUNS: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperReport:
    """One way over one line; seconds are medians."""

    line: str
    way: str
    profile: str
    receipt_bytes: int
    limit_s: float
    printed_s: float
    ratio: float


def measure_paper(lines: Sequence[tuple[str, int]] = LINES) -> tuple[PaperReport, ...]:
    """Every way over every line; takes a good minute, most of it waiting for 19,200 baud."""
    typeface = Typeface.load()
    reports = []
    for way, name, dots_by in WAYS:
        profile = load_profile(name)
        encoder = Encoder(profile, columns=42, typeface=typeface, dots_by=dots_by)
        receipt_bytes = sum(map(len, encoder.encode(thirty_lines())))
        for line, bytes_per_s in lines:
            runs = 1 if bytes_per_s < LINES[1][1] else RUNS
            printed_s = statistics.median(_print_s(profile, encoder, typeface, bytes_per_s) for _ in range(runs))
            limit_s = receipt_bytes / bytes_per_s
            reports.append(
                PaperReport(
                    line=line,
                    way=way,
                    profile=name,
                    receipt_bytes=receipt_bytes,
                    limit_s=round(limit_s, 6),
                    printed_s=round(printed_s, 3),
                    ratio=round(printed_s / limit_s, 2),
                )
            )
    return tuple(reports)


def _print_s(profile: Profile, encoder: Encoder, typeface: Typeface, bytes_per_s: int) -> float:
    hardware = Hardware(dots=profile.dots, has_automatic_status=profile.asb)
    simulated = SimulatedPrinter(monotonic_s=time.monotonic, typeface=typeface, hardware=hardware)
    simulated.faults.bytes_per_s = bytes_per_s
    with ServedPrinter.on_pty(simulated) as served:
        printer = EscposPrinter(
            connect=lambda: open_transport(f"{served.url}?flow=none"),
            profile=profile,
            encoder=encoder,
            monotonic_s=time.monotonic,
        )
        printer.ask_state()
        began_s = time.monotonic()
        outcome = printer.print_rows(thirty_lines(), watcher=QuietWatcher())
        taken_s = time.monotonic() - began_s
        printer.close()
    assert outcome == Printed(), f"a printer without faults: {outcome}"
    return taken_s
