"""The terminal's health in one answer: what core sees now, and what `pos doctor` told it of the board.

Rules:

- what core sees itself is newer than what it was told, and takes its place;
- the support number is made here, for the screen, for paper and for the command line, so that all three show the same;
- the slip's name holds the number and the first red findings: a copy tomorrow says what was said today.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from pos.core.bundling import Bundling
from pos.link.calls import Done, Examination, HealthCall, TellBundle, TellFindings, WantBundle
from pos.link.examination import Colour, Finding
from pos.support_number import encode, facts_of, own_release
from pos.till.report.support_slip import SLIP_CODES_MAX
from pos.words.findings import DEVICE_CODES

SLIP_PREFIX: Final = "S"
_ORDER: Final = (Colour.RED, Colour.UNKNOWN, Colour.GREEN)


@dataclass(slots=True, kw_only=True)
class Examining:
    """Answers what is asked about the terminal's health."""

    sees: Callable[[], tuple[Finding, ...]]
    """What core sees of itself now."""
    queue_age_s: Callable[[], int]
    """How long the oldest entry has waited for the ledger."""
    now_s: Callable[[], int]
    bundling: Bundling
    prints: bool = True
    """False where nothing can be put on paper."""
    told: tuple[Finding, ...] = ()
    told_s: int = 0

    def answer(self, call: HealthCall) -> Examination | Done:
        if isinstance(call, WantBundle | TellBundle):
            return self.bundling.answer(call)
        if isinstance(call, TellFindings):
            self.told, self.told_s = call.findings, self.now_s()
            return Done()
        return self.examined()

    def examined(self) -> Examination:
        """What is seen and was told, by now."""
        findings = joined(self.sees(), self.told)
        number = encode(facts_of(findings, release=own_release(), queue_age_s=self.queue_age_s()))
        return Examination(
            number=number,
            findings=findings,
            examined_s=self.told_s,
            slip=slip_name(number, findings) if self.prints else "",
            bundle=self.bundling.state,
        )


def joined(seen: Iterable[Finding], told: Iterable[Finding]) -> tuple[Finding, ...]:
    """What is seen, and of what was told what nothing is seen of; red first, then by number."""
    own = tuple(seen)
    matters = {_matter(finding.code) for finding in own}
    others = (finding for finding in told if _matter(finding.code) not in matters)
    return tuple(sorted((*own, *others), key=lambda finding: (_ORDER.index(finding.colour), finding.code)))


def slip_name(number: str, findings: Iterable[Finding]) -> str:
    """The name of the paper that says this."""
    red = [str(finding.code) for finding in findings if finding.colour is Colour.RED]
    return SLIP_PREFIX + number + "".join(red[:SLIP_CODES_MAX])


def _matter(code: int) -> object:
    """What a finding is about: a device, or ten numbers."""
    return DEVICE_CODES[code][0] if code in DEVICE_CODES else code // 10
