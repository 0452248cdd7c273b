"""The terminal's clock: machine clocks, the floor, and the last time that a ledger signed.

Rules:

- the anchor is stored durably (`pos.anchor`) before it is used; a signed time counts only when its answer came back
  within `ANSWER_S_MAX` of making the nonce, because its age is otherwise unknown;
- the floor rises with what is certain and never with an estimate: a wall clock that nobody disciplines may be years
  ahead, and must not make every voucher look expired for years after it has been set right;
- what the network said can be corrected by what the ledger signed, never the other way round.

Combining the clocks is `pos.clock`'s pure function.
"""

import logging
from pathlib import Path
from typing import Final

from pos.anchor import ANCHOR_FILE, load_anchor, load_proof, store_anchor
from pos.clock import BUILD_EPOCH_S, Anchor, Clock, Machine, Quality, Reading, reading
from pos.core.uptime import UPTIME_FILE, Uptime
from pos.journal.journal import Journal

ANSWER_S_MAX: Final = 10.0
"""Protocol, "Ledger API": older answers say nothing certain about now."""
NEVER_S: Final = 2**40
"""Longer than any policy allows."""
ENTRIES_LOOKED_AT_MAX: Final = 2_000
"""How far back the newest certain time is looked for in the journal; each entry costs a signature check."""

log = logging.getLogger(__name__)


class Timekeeper:
    """A `Clock` over the machine's clocks."""

    def __init__(self, machine: Machine, state_dir: Path, *, floor_s: int = 0) -> None:
        self._machine = machine
        self._path = state_dir / ANCHOR_FILE
        self._anchor = load_anchor(self._path)
        self._uptime = Uptime(machine, state_dir / UPTIME_FILE)
        self._floor_s = max(BUILD_EPOCH_S, floor_s, self.contact_s)

    @property
    def contact_s(self) -> int:
        """When the ledger last signed a time for us; 0 if never."""
        return self._anchor.time_s if self._anchor else 0

    @property
    def uptime_s(self) -> int:
        """How long this machine has certainly run since then, over all its boots; no end where there was no contact.

        Counts no clock that anybody could set, and not the nights that it was switched off.
        """
        return self._uptime.since_ms(self._anchor) // 1000 if self._anchor else NEVER_S

    @property
    def proof(self) -> bytes:
        """What the ledger signed with that time: its last acknowledgement, as a rule; empty if it never did."""
        return load_proof(self._path)

    def tick(self) -> None:
        """Now and then: keep what was counted over a power cut."""
        if self._anchor:
            self._uptime.save(self._anchor)

    def read(self) -> Reading:
        now = reading(
            wall_s=self._machine.wall_s(),
            boot_id=self._machine.boot_id(),
            boot_ms=self._machine.boot_ms(),
            is_synchronised=self._machine.is_synchronised(),
            floor_s=self._floor_s,
            anchor=self._anchor,
        )
        if now.quality >= Quality.NETWORK:
            self._floor_s = max(self._floor_s, now.earliest_s)
        return now

    def monotonic_s(self) -> float:
        """Seconds since this boot. Sleep counts: an answer that slept with the machine is an old one."""
        return self._machine.boot_ms() / 1000

    def accept(self, *, time_s: int, error_s: int, raw: bytes) -> bool:
        """Move the anchor to a verified signed time.

        False, and nothing happens, where it would go backwards or cannot be stored.
        """
        if time_s < self.contact_s:
            return False
        anchor = Anchor(
            time_s=time_s,
            error_s=error_s,
            boot_id=self._machine.boot_id(),
            boot_ms=self._machine.boot_ms(),
        )
        try:
            store_anchor(self._path, anchor, raw)
        except OSError as error:
            log.warning("the signed time cannot be stored, and is not used: %s", error)
            return False
        self._anchor = anchor
        self._floor_s = max(BUILD_EPOCH_S, time_s)
        return True


def certain_time_s(journal: Journal) -> int:
    """The time of the newest entry that knew it for certain; 0 where none is found near the end.

    An entry is never dated before its predecessor, so one with its predecessor's time may carry it only because its
    own was earlier: such a time is as good as the predecessor's.
    """
    newest = journal.head.sequence
    later = journal.entry(newest)
    for sequence in range(newest - 1, max(newest - ENTRIES_LOOKED_AT_MAX, -1), -1):
        earlier = journal.entry(sequence)
        if later is None:
            break
        if later.quality >= Quality.NETWORK and (earlier is None or later.time_s > earlier.time_s):
            return later.time_s
        later = earlier
    return 0


def certain_s(clock: Clock) -> int:
    """A time that has certainly passed, the latest that can be told."""
    reading = clock.read()
    return reading.time_s if reading.quality >= Quality.NETWORK else reading.earliest_s
