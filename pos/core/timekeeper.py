"""The terminal's clock: machine clocks, the floor, and the last time that a ledger signed.

Rules: the floor only rises; the anchor is stored durably (`pos.anchor`) before it is used; a signed time counts only
when its answer came back within `ANSWER_S_MAX` of making the nonce, because its age is otherwise unknown. Combining
the clocks is `pos.clock`'s pure function.
"""

import time
from pathlib import Path
from typing import Final

from pos.anchor import ANCHOR_FILE, load_anchor, store_anchor
from pos.clock import BUILD_EPOCH_S, Anchor, Machine, Reading, reading

ANSWER_S_MAX: Final = 10.0
"""Protocol, "Ledger API": older answers say nothing certain about now."""


class Timekeeper:
    """A `Clock` over the machine's clocks."""

    def __init__(self, machine: Machine, state_dir: Path, *, floor_s: int = 0) -> None:
        self._machine = machine
        self._path = state_dir / ANCHOR_FILE
        self._anchor = load_anchor(self._path)
        self._floor_s = max(BUILD_EPOCH_S, floor_s, self._anchor.time_s if self._anchor else 0)

    @property
    def contact_s(self) -> int:
        """When the ledger last signed a time for us; 0 if never."""
        return self._anchor.time_s if self._anchor else 0

    def read(self) -> Reading:
        return reading(
            wall_s=self._machine.wall_s(),
            boot_id=self._machine.boot_id(),
            boot_ms=self._machine.boot_ms(),
            is_synchronised=self._machine.is_synchronised(),
            floor_s=self._floor_s,
            anchor=self._anchor,
        )

    def monotonic_s(self) -> float:
        return time.monotonic()

    def raise_floor(self, time_s: int) -> None:
        """The time is certainly not before `time_s`."""
        self._floor_s = max(self._floor_s, time_s)

    def accept(self, *, time_s: int, error_s: int, raw: bytes) -> bool:
        """Move the anchor to a verified signed time; False (and nothing happens) where it would go backwards."""
        if time_s < self.contact_s:
            return False
        anchor = Anchor(
            time_s=time_s,
            error_s=error_s,
            boot_id=self._machine.boot_id(),
            boot_ms=self._machine.boot_ms(),
        )
        store_anchor(self._path, anchor, raw)
        self._anchor = anchor
        self.raise_floor(time_s)
        return True
