"""Measuring and showing: medians, and ratios to a limit measured in the same run.

A single number of a shared machine says little; a ratio to what the machine must do anyway says where the time goes.
"""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """One measured thing, in microseconds."""

    name: str
    runs: int
    median_us: float
    p95_us: float


def timed(name: str, work: Callable[[int], object], *, runs: int, warm: int = 5) -> Timing:
    """Run `work(index)` for warm-up and then `runs` times, each timed by itself."""
    for index in range(warm):
        work(index)
    taken = []
    for index in range(warm, warm + runs):
        began_ns = time.perf_counter_ns()
        work(index)
        taken.append((time.perf_counter_ns() - began_ns) / 1_000)
    taken.sort()
    return Timing(
        name=name, runs=runs, median_us=statistics.median(taken), p95_us=taken[min(int(runs * 0.95), runs - 1)]
    )
