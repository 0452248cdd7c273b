"""What core sees of the terminal's health by itself, as findings: the till, its clock, the ledger, what waits. Pure."""

from collections.abc import Mapping
from typing import Final

from pos.journal.mirror import MirrorState
from pos.link.equipment import Condition, DeviceView
from pos.link.examination import Colour, Finding
from pos.link.install import FormerMedium
from pos.link.state import LedgerAway, SellingStop, TillState
from pos.words.findings import FindingCode, device_code

SURE_QUALITY: Final = 2
"""From the network or signed; below that expiry cannot be judged for certain."""
AWAY_S_MAX: Final = 24 * 3600
"""A shop's line may be down for a while; a day without the ledger is worth a call."""
USED_PERCENT_MAX: Final = 80
"""Of the tightest offline limit."""

_DEVICE_COLOURS: Final[Mapping[Condition, Colour]] = {
    Condition.OFF: Colour.GREEN,
    Condition.READY: Colour.GREEN,
    Condition.PAPER_LOW: Colour.GREEN,
    Condition.UNHEARD: Colour.UNKNOWN,
}
"""Every other condition wants somebody to do something."""
_AWAY: Final[Mapping[str, FindingCode]] = {
    LedgerAway.NAME: FindingCode.LEDGER_NAME,
    LedgerAway.NOBODY: FindingCode.LEDGER_NOBODY,
    LedgerAway.SLOW: FindingCode.LEDGER_SLOW,
    LedgerAway.STRANGER: FindingCode.LEDGER_STRANGER,
    LedgerAway.REFUSED: FindingCode.LEDGER_REFUSES,
    LedgerAway.BROKEN: FindingCode.LEDGER_BROKEN,
    LedgerAway.CONTENT: FindingCode.LEDGER_CONTENT,
}
_STAYS: Final[frozenset[str]] = frozenset({LedgerAway.STRANGER, LedgerAway.REFUSED, LedgerAway.CONTENT})
"""What does not pass by itself is red at once."""
_MIRROR: Final[Mapping[MirrorState, tuple[FindingCode, Colour]]] = {
    MirrorState.OFF: (FindingCode.MIRROR_OFF, Colour.GREEN),
    MirrorState.CURRENT: (FindingCode.MIRROR_THERE, Colour.GREEN),
    MirrorState.MISSING: (FindingCode.MIRROR_MISSING, Colour.RED),
    MirrorState.FOREIGN: (FindingCode.MIRROR_MISSING, Colour.RED),
    MirrorState.FORKED: (FindingCode.MIRROR_FAILED, Colour.RED),
    MirrorState.FAILED: (FindingCode.MIRROR_FAILED, Colour.RED),
}

_FORMER: Final[Mapping[FormerMedium, tuple[FindingCode, Colour]]] = {
    FormerMedium.READING: (FindingCode.MIRROR_TAKEN_OVER, Colour.UNKNOWN),
    FormerMedium.READ: (FindingCode.MIRROR_TAKEN_OVER, Colour.UNKNOWN),
    FormerMedium.OTHER: (FindingCode.MIRROR_OTHER, Colour.RED),
    FormerMedium.UNPROVEN: (FindingCode.MIRROR_UNPROVEN, Colour.RED),
}


def of_till(till: TillState, *, queue_age_s: int = 0) -> tuple[Finding, ...]:
    """What the till's own state tells; `queue_age_s` is how long the oldest entry has waited for the ledger."""
    waiting = _waiting(till, queue_age_s)
    return (of_stop(till.stop), _clock(till), _ledger(till), _contact(till), waiting, *_siblings(till))


def of_device(device: DeviceView) -> Finding:
    return Finding(
        code=device_code(device.kind, device.condition),
        colour=_DEVICE_COLOURS.get(device.condition, Colour.RED),
        answered=device.answered,
        detail=" ".join(part for part in (device.url, device.detail) if part),
    )


def of_mirror(state: MirrorState, former: FormerMedium) -> Finding:
    """The second medium; where it is another terminal's, why it is not taken or how far it is."""
    code, colour = _MIRROR[state]
    if state is MirrorState.FOREIGN:
        code, colour = _FORMER.get(former, (code, colour))
    return Finding(code=code, colour=colour, detail=state.value)


def of_stop(stop: SellingStop | None) -> Finding:
    """Whether it sells."""
    if stop is not None:
        return Finding(code=FindingCode.CORE_STOPPED, colour=Colour.RED, detail=stop.value)
    return Finding(code=FindingCode.CORE_SELLS, colour=Colour.GREEN)


def _clock(till: TillState) -> Finding:
    if till.clock_quality >= SURE_QUALITY:
        return Finding(code=FindingCode.CLOCK_SURE, colour=Colour.GREEN, answered=str(till.clock_quality))
    return Finding(code=FindingCode.CLOCK_UNSURE, colour=Colour.UNKNOWN, answered=str(till.clock_quality))


def _ledger(till: TillState) -> Finding:
    """Whether it can be reached, and why not, as far as the last try showed."""
    network = till.network
    if network.online:
        return Finding(code=FindingCode.LEDGER_REACHED, colour=Colour.GREEN)
    code = _AWAY.get(network.reason, FindingCode.LEDGER_AWAY)
    if not network.since_s:
        return Finding(code=code, colour=Colour.UNKNOWN, detail="not tried since core started")
    away_s = max(till.time_s - network.since_s, 0)
    is_red = away_s > AWAY_S_MAX or network.reason in _STAYS
    colour = Colour.RED if is_red else Colour.UNKNOWN
    return Finding(code=code, colour=colour, answered=f"{away_s // 3600}:{away_s // 60 % 60:02}", detail=network.cause)


def _contact(till: TillState) -> Finding:
    if till.contact_days_left is None:
        return Finding(code=FindingCode.CONTACT_FRESH, colour=Colour.GREEN)
    return Finding(code=FindingCode.CONTACT_OLD, colour=Colour.RED, answered=str(till.contact_days_left))


def _waiting(till: TillState, queue_age_s: int) -> Finding:
    said = str(till.waiting.count)
    if queue_age_s > AWAY_S_MAX:
        age = f"{queue_age_s // 3600}:{queue_age_s // 60 % 60:02}"
        return Finding(code=FindingCode.WAITING_OLD, colour=Colour.RED, answered=age)
    if till.waiting.count and till.limit.used_percent >= USED_PERCENT_MAX:
        return Finding(code=FindingCode.WAITING_LONG, colour=Colour.RED, answered=said)
    return Finding(code=FindingCode.WAITING_FINE, colour=Colour.GREEN, answered=said)


def _siblings(till: TillState) -> tuple[Finding, ...]:
    """The shop's other tills, where it has any; whether they should be linked is the shop's choice."""
    if not till.siblings_count:
        return ()
    heard = f"{till.siblings_count - till.siblings_silent}/{till.siblings_count}"
    if till.siblings_silent:
        return (Finding(code=FindingCode.SIBLINGS_SILENT, colour=Colour.UNKNOWN, answered=heard),)
    return (Finding(code=FindingCode.SIBLINGS_LINKED, colour=Colour.GREEN, answered=heard),)
