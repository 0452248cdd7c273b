"""Dating entries afterwards: what a terminal could not know when it wrote them. Pure.

Rules:

- an entry that was written at a signed time fixes its whole boot: every other entry of that boot lies as far from it as
  their boot times say, give or take what a board's crystal drifts;
- an entry of another boot lies between its neighbours in the chain, and before the ledger had it;
- what the terminal wrote is evidence and stays as it is; this is an interval beside it, never in its place.

A network's time is no proof: only what a ledger signed fixes a boot.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from pos.clock import OSCILLATOR_PPM, Quality
from pos.errors import MalformedError
from pos.voucher.bodies import boot_of
from pos.voucher.entry import Entry

SIGNED_ERROR_MS: Final = 12_000
"""A signed time is at most an answer's travel old when it is taken, and written in whole seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dated:
    """When an entry was written, for certain."""

    sequence: int
    earliest_s: int
    latest_s: int

    @property
    def width_s(self) -> int:
        """0 where it is known to the second."""
        return self.latest_s - self.earliest_s


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """An entry and when the ledger had it."""

    entry: Entry
    received_s: int


def date_entries(received: Sequence[Received], *, not_before_s: int = 0) -> tuple[Dated, ...]:
    """Date consecutive entries of one terminal; the first is no older than `not_before_s`."""
    intervals = [_by_boot(one, received) for one in received]
    earliest_s, lower = not_before_s, list[int]()
    for low_s, _ in intervals:
        earliest_s = max(earliest_s, low_s)
        lower.append(earliest_s)
    latest_s, upper = max((one.received_s for one in received), default=0), list[int]()
    for (_, high_s), one in zip(reversed(intervals), reversed(received), strict=True):
        latest_s = min(latest_s, high_s, one.received_s)
        upper.append(latest_s)
    return tuple(
        Dated(sequence=one.entry.sequence, earliest_s=min(low_s, high_s), latest_s=max(low_s, high_s))
        for one, low_s, high_s in zip(received, lower, reversed(upper), strict=True)
    )


def _by_boot(one: Received, all_received: Iterable[Received]) -> tuple[int, int]:
    """What the signed times of its boot say of an entry; everything where there are none."""
    boot = _boot(one.entry)
    best = (0, one.received_s)
    if boot is None:
        return best
    for other in all_received:
        fixed = _boot(other.entry)
        if fixed is None or fixed[0] != boot[0] or other.entry.quality != Quality.SIGNED:
            continue
        distance_ms = boot[1] - fixed[1]
        error_ms = SIGNED_ERROR_MS + abs(distance_ms) * OSCILLATOR_PPM // 1_000_000
        middle_ms = other.entry.time_s * 1000 + distance_ms
        best = max(best[0], (middle_ms - error_ms) // 1000), min(best[1], (middle_ms + error_ms) // 1000 + 1)
    return best


def _boot(entry: Entry) -> tuple[bytes, int] | None:
    try:
        stamp = boot_of(entry.body)
    except MalformedError:
        return None
    return stamp.boot_id, stamp.boot_ms
