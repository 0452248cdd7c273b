"""Time as an interval, because a terminal without a battery clock knows only bounds.

A `Reading` says what the time probably is, between which bounds it certainly lies, and how good that knowledge is
(protocol, journal entry field 4). Rules:

- the floor (build, last journal entry, last signed time) is never undercut;
- a ledger-signed time of this boot, carried forward by CLOCK_BOOTTIME, is the best there is (SIGNED);
- a clock that the operating system calls synchronised is good enough to judge ages (NETWORK);
- a clock that merely runs above the floor is an estimate (FLOOR), and one below it is regressed: the floor is used;
- without any floor nothing is known (NONE).

What a bad clock means for a sale is decided in `pos.till`; who moves the anchor is `pos.core.timekeeper`.
"""

import ctypes
import os
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from typing import Final, Protocol

BUILD_EPOCH_S: Final = 1_760_000_000
"""No terminal with this program ever ran before this moment (2025-10-09)."""
NETWORK_ERROR_S: Final = 5
OSCILLATOR_PPM: Final = 100
"""Worst drift of a board's crystal; CLOCK_BOOTTIME drifts by this much since the signed time."""
SYNCHRONISED_FILE: Final = Path("/run/systemd/timesync/synchronized")
"""systemd-timesyncd(8) makes it when it has set the clock from the network; gone with a restart of the machine."""
BOOT_ID_VARIABLE: Final = "POS_BOOT_ID"
"""Environment variable with systemd's %b, for a process whose /proc has no part but the processes."""
_BOOT_ID_FILE: Final = Path("/proc/sys/kernel/random/boot_id")
_BOOT_ID: Final = re.compile(r"[0-9A-Fa-f]{32}", re.ASCII)
_TIME_ERROR: Final = 5
_TIMEX_BYTES: Final = 256
_LIBC: Final = ctypes.CDLL(None)


class Quality(IntEnum):
    """Protocol, journal entry field 4."""

    NONE = 0
    FLOOR = 1
    NETWORK = 2
    SIGNED = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What is known of the time at one moment."""

    time_s: int
    """Best estimate, seconds since 1970-01-01 UTC."""
    earliest_s: int
    """The time is certainly not before this."""
    latest_s: int | None
    """The time is certainly not after this; None where no bound is known."""
    quality: Quality
    boot_id: bytes
    boot_ms: int
    """CLOCK_BOOTTIME in milliseconds; comparable only between readings of one `boot_id`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchor:
    """A ledger-signed time and when, in this machine's boot time, it was true."""

    time_s: int
    error_s: int
    boot_id: bytes
    boot_ms: int


class Clock(Protocol):
    """Where the time comes from; everything else takes it as an argument."""

    def read(self) -> Reading: ...

    def monotonic_s(self) -> float: ...


class Machine(Protocol):
    """The operating system's raw clocks."""

    def wall_s(self) -> int: ...

    def boot_ms(self) -> int: ...

    def boot_id(self) -> bytes: ...

    def is_synchronised(self) -> bool: ...


class LinuxMachine:
    """The clocks of the kernel this runs on. Raises OSError where nothing tells this boot's id."""

    def __init__(
        self,
        *,
        environment: Mapping[str, str] = os.environ,
        synchronised_file: Path = SYNCHRONISED_FILE,
        adjtimex: Callable[[], int] | None = None,
    ) -> None:
        self._boot_id = _boot_id(environment)
        self._synchronised_file = synchronised_file
        self._adjtimex = adjtimex or _adjtimex

    def wall_s(self) -> int:
        return int(time.time())

    def boot_ms(self) -> int:
        return time.clock_gettime_ns(time.CLOCK_BOOTTIME) // 1_000_000

    def boot_id(self) -> bytes:
        return self._boot_id

    def is_synchronised(self) -> bool:
        """Whether somebody disciplines the clock.

        timesyncd's file says so where the kernel may not be asked; else adjtimex(2), read only: TIME_ERROR means that
        nobody does. A refusal to answer (-1) counts as no.
        """
        return self._synchronised_file.exists() or 0 <= self._adjtimex() < _TIME_ERROR


def _adjtimex() -> int:
    state: int = _LIBC.adjtimex(ctypes.create_string_buffer(_TIMEX_BYTES))
    return state


def _boot_id(environment: Mapping[str, str]) -> bytes:
    given = environment.get(BOOT_ID_VARIABLE, "")
    if _BOOT_ID.fullmatch(given):
        return bytes.fromhex(given)
    return bytes.fromhex(_BOOT_ID_FILE.read_text("ascii").strip().replace("-", ""))


def reading(
    *, wall_s: int, boot_id: bytes, boot_ms: int, is_synchronised: bool, floor_s: int | None, anchor: Anchor | None
) -> Reading:
    """Combine the clocks with the floor and the anchor; pure."""
    if floor_s is None:
        return Reading(
            time_s=wall_s, earliest_s=0, latest_s=None, quality=Quality.NONE, boot_id=boot_id, boot_ms=boot_ms
        )
    if anchor is not None and anchor.boot_id == boot_id and boot_ms >= anchor.boot_ms:
        elapsed_ms = boot_ms - anchor.boot_ms
        estimate_s = anchor.time_s + elapsed_ms // 1000
        error_s = anchor.error_s + 1 + elapsed_ms * OSCILLATOR_PPM // 1_000_000_000
        quality, earliest_s, latest_s = Quality.SIGNED, estimate_s - error_s, estimate_s + error_s
    elif wall_s < floor_s:
        quality, estimate_s, earliest_s, latest_s = Quality.FLOOR, floor_s, floor_s, None
    elif is_synchronised:
        quality, estimate_s = Quality.NETWORK, wall_s
        earliest_s, latest_s = wall_s - NETWORK_ERROR_S, wall_s + NETWORK_ERROR_S
    else:
        quality, estimate_s, earliest_s, latest_s = Quality.FLOOR, wall_s, floor_s, None
    return Reading(
        time_s=max(estimate_s, floor_s),
        earliest_s=max(earliest_s, floor_s),
        latest_s=None if latest_s is None else max(latest_s, floor_s),
        quality=quality,
        boot_id=boot_id,
        boot_ms=boot_ms,
    )
