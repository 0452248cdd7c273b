"""What is asked and told about the terminal's own health."""

from pos.link.base_calls import Answer, Call, Done
from pos.link.examination import BundleState, Finding


class Examination(Answer, frozen=True, kw_only=True):
    """What is known of this terminal now: what core sees itself, and what was found on the board last."""

    number: str
    """The support number, eight digits."""
    findings: tuple[Finding, ...]
    """What is not in order first."""
    examined_s: int
    """When the board was looked at last; 0 where nobody has since core started."""
    slip: str
    """The name under which `PrintDocument` puts this on paper; empty where nothing can be printed."""
    bundle: BundleState = BundleState.NONE


class ReadExamination(Call[Examination], frozen=True, kw_only=True):
    pass


class TellFindings(Call[Done], frozen=True, kw_only=True):
    """What an examination found that core cannot see from where it is (control)."""

    findings: tuple[Finding, ...]


class WantBundle(Call[Done], frozen=True, kw_only=True):
    """Have the file for support put on the stick that is plugged in (screen)."""


class TellBundle(Call[Done], frozen=True, kw_only=True):
    """What became of it (control)."""

    state: BundleState
