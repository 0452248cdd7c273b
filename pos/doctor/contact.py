"""What the running core knows: whether it sells, its clock, the ledger, what waits to be delivered.

Rules: nothing is guessed where no core is running; that it is away is a finding of its own.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from pos.doctor.check import Colour, Finding, Place
from pos.link.calls import ReadState
from pos.link.state import TillState
from pos.words.findings import FindingCode

SURE_QUALITY: Final = 2
"""From the network or signed; below that expiry cannot be judged for certain."""
AWAY_S_MAX: Final = 24 * 3600
"""A shop's line may be down for a while; a day without the ledger is worth a call."""


@dataclass(frozen=True, slots=True)
class CoreCheck:
    """Core, and what it says of itself."""

    name: str = "core"

    def look(self, place: Place) -> Sequence[Finding]:
        if place.core is None:
            return (Finding(code=FindingCode.CORE_AWAY, colour=Colour.UNKNOWN),)
        till = place.core.call(ReadState()).till
        return (_core(till), _clock(till), _ledger(till), _contact(till), _waiting(till), *_siblings(till))


def _core(till: TillState) -> Finding:
    if till.stop is not None:
        return Finding(code=FindingCode.CORE_STOPPED, colour=Colour.RED, detail=till.stop.value)
    return Finding(code=FindingCode.CORE_SELLS, colour=Colour.GREEN)


def _clock(till: TillState) -> Finding:
    if till.clock_quality >= SURE_QUALITY:
        return Finding(code=FindingCode.CLOCK_SURE, colour=Colour.GREEN, answered=str(till.clock_quality))
    return Finding(code=FindingCode.CLOCK_UNSURE, colour=Colour.UNKNOWN, answered=str(till.clock_quality))


def _ledger(till: TillState) -> Finding:
    if till.network.online:
        return Finding(code=FindingCode.LEDGER_REACHED, colour=Colour.GREEN)
    if not till.network.since_s:
        return Finding(code=FindingCode.LEDGER_AWAY, colour=Colour.UNKNOWN, detail="not tried since core started")
    away_s = till.time_s - till.network.since_s
    colour = Colour.RED if away_s > AWAY_S_MAX else Colour.UNKNOWN
    return Finding(code=FindingCode.LEDGER_AWAY, colour=colour, answered=f"{max(away_s, 0) // 60} min")


def _contact(till: TillState) -> Finding:
    if till.contact_days_left is None:
        return Finding(code=FindingCode.CONTACT_FRESH, colour=Colour.GREEN)
    return Finding(code=FindingCode.CONTACT_OLD, colour=Colour.RED, answered=str(till.contact_days_left))


def _waiting(till: TillState) -> Finding:
    said = str(till.waiting.count)
    if till.waiting.count and till.limit.used_percent >= 80:
        return Finding(code=FindingCode.WAITING_LONG, colour=Colour.RED, answered=said)
    return Finding(code=FindingCode.WAITING_FINE, colour=Colour.GREEN, answered=said)


def _siblings(till: TillState) -> Sequence[Finding]:
    """The shop's other tills, where it has any; whether they should be linked is the shop's choice."""
    if not till.siblings_count:
        return ()
    heard = f"{till.siblings_count - till.siblings_silent}/{till.siblings_count}"
    if till.siblings_silent:
        return (Finding(code=FindingCode.SIBLINGS_SILENT, colour=Colour.UNKNOWN, answered=heard),)
    return (Finding(code=FindingCode.SIBLINGS_LINKED, colour=Colour.GREEN, answered=heard),)
