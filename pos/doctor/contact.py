"""What the running core knows: whether it sells, its clock, the ledger, what waits to be delivered.

Rules: nothing is guessed where no core is running; that it is away is a finding of its own.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from pos.core.seen import of_till
from pos.doctor.check import Place
from pos.link.calls import ReadState
from pos.link.examination import Colour, Finding
from pos.words.findings import FindingCode


@dataclass(frozen=True, slots=True)
class CoreCheck:
    """Core, and what it says of itself."""

    name: str = "core"

    def look(self, place: Place) -> Sequence[Finding]:
        if place.core is None:
            return (Finding(code=FindingCode.CORE_AWAY, colour=Colour.UNKNOWN),)
        return of_till(place.core.call(ReadState()).till)
