"""Numbers for everything that an examination can find, so that it can be told over the telephone.

Rules: a number never changes its meaning; members are added and never renumbered. The hundreds say where to look:
1 devices · 2 storage and journal · 3 clock · 4 keys and trust · 5 network and ledger · 6 the machine · 9 the
examination itself. Devices have twenty numbers each, one for each condition; every other finding is a `FindingCode`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from pos.link.equipment import Condition, DeviceKind

NAME_COLUMNS: Final = 20
"""A finding's name."""

_FIRST_NUMBERS: Final[Mapping[DeviceKind, int]] = {
    DeviceKind.PRINTER: 100,
    DeviceKind.SCANNER: 120,
    DeviceKind.DISPLAY: 140,
    DeviceKind.LAMP: 160,
    DeviceKind.VOICE: 180,
}
_CONDITION_NUMBERS: Final[Mapping[Condition, int]] = {
    Condition.OFF: 0,
    Condition.READY: 1,
    Condition.PAPER_LOW: 2,
    Condition.PAPER_OUT: 3,
    Condition.COVER_OPEN: 4,
    Condition.MISSING: 5,
    Condition.SILENT: 6,
    Condition.BUSY: 7,
    Condition.DENIED: 8,
    Condition.FAULT: 9,
    Condition.SETUP: 10,
    Condition.UNHEARD: 11,
}
_PAPER: Final = frozenset({Condition.PAPER_LOW, Condition.PAPER_OUT, Condition.COVER_OPEN})


class FindingCode(IntEnum):
    """What a check other than of a device can find."""

    DATA_THERE = 200
    DATA_MISSING = 201
    DATA_READ_ONLY = 202
    BACKUP_FRESH = 205
    BACKUP_OLD = 206
    BACKUP_MISSING = 207
    BACKUP_UNKNOWN = 208
    SPACE_ENOUGH = 210
    SPACE_SHORT = 211
    MIRROR_OFF = 220
    MIRROR_THERE = 221
    MIRROR_MISSING = 222
    MIRROR_UNKNOWN = 223
    MIRROR_FAILED = 224
    MIRROR_OTHER = 225
    """It is of a terminal whose place was not taken."""
    MIRROR_UNPROVEN = 226
    """It says it is of the terminal that was replaced, and nothing proves it."""
    MIRROR_TAKEN_OVER = 227
    """What it holds of the terminal that was replaced is being brought to the ledger."""
    CARD_FINE = 230
    CARD_ERRORS = 231
    CARD_UNKNOWN = 232
    CLOCK_SURE = 300
    CLOCK_UNSURE = 301
    BATTERY_THERE = 310
    BATTERY_MISSING = 311
    TIME_SAVED = 320
    TIME_NOT_SAVED = 321
    KEY_SEALED = 400
    KEY_OPEN = 401
    KEY_MISSING = 402
    KEY_UNKNOWN = 403
    CERTIFICATE_FINE = 410
    CERTIFICATE_ENDS = 411
    CERTIFICATE_OVER = 412
    CERTIFICATE_MISSING = 413
    TRUST_FRESH = 420
    TRUST_STALE = 421
    """Nothing newer was had for longer than the soft limit."""
    TRUST_OLD = 422
    """… than the hard limit."""
    TRUST_ENDS = 423
    """Part of it ends within days: nothing newer can be taken after that."""
    TRUST_MISSING = 424
    LEDGER_REACHED = 500
    LEDGER_AWAY = 501
    LEDGER_NAME = 502
    LEDGER_NOBODY = 503
    LEDGER_SLOW = 504
    LEDGER_STRANGER = 505
    LEDGER_CONTENT = 506
    LEDGER_REFUSES = 507
    LEDGER_BROKEN = 508
    CONTACT_FRESH = 510
    CONTACT_OLD = 511
    WAITING_FINE = 520
    WAITING_LONG = 521
    WAITING_OLD = 522
    """The oldest entry has waited for more than a day, whatever the reason."""
    SIBLINGS_LINKED = 525
    SIBLINGS_SILENT = 526
    NETWORK_THERE = 527
    NETWORK_MISSING = 528
    CORE_SELLS = 530
    CORE_STOPPED = 531
    CORE_AWAY = 532
    POWER_FINE = 600
    POWER_LOW = 601
    POWER_UNKNOWN = 602
    HEAT_FINE = 610
    HEAT_HIGH = 611
    HEAT_UNKNOWN = 612
    PACKAGE_WHOLE = 620
    PACKAGE_DAMAGED = 621
    PACKAGE_ABSENT = 622
    INSTALLING_SAFE = 630
    INSTALLING_UNSAFE = 631
    CHECK_FAILED = 900
    """The check itself could not be made."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingWords:
    """What is said of a finding."""

    name: str
    """What was looked at; at most `NAME_COLUMNS`."""
    meaning: str
    """One sentence: what it is. A full line at most."""
    to_do: str
    """One sentence: what to do; a full line at most, empty where nothing is to be done."""


def device_code(kind: DeviceKind, condition: Condition) -> int:
    """The number of a device in this condition."""
    return _FIRST_NUMBERS[kind] + _CONDITION_NUMBERS[condition]


DEVICE_CODES: Final[Mapping[int, tuple[DeviceKind, Condition]]] = {
    device_code(kind, condition): (kind, condition)
    for kind in DeviceKind
    for condition in Condition
    if kind is DeviceKind.PRINTER or condition not in _PAPER
}
"""Every device's number that can occur: only a printer has paper."""
