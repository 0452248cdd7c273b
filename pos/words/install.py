"""Words of the first boot: what a technician reads on the screen and on the two papers."""

from collections.abc import Mapping
from dataclasses import dataclass

from pos.link.install import FormerMedium, InstallFault, InstallStep


@dataclass(frozen=True, slots=True, kw_only=True)
class InstallLabels:
    """What a language says while a till is being installed."""

    titles: Mapping[InstallStep, str]
    lines: Mapping[InstallStep, tuple[str, ...]]
    """What to do; full lines of the smallest screen."""
    faults: Mapping[InstallFault, tuple[str, str]]
    """What is the matter, and what to do."""
    go_on: str
    again: str
    skip: str
    marks: tuple[str, str, str]
    """Well, not well, not known; as wide as each other."""
    typed: str
    """{digits}"""
    check_code: str
    """{code}"""
    shop: str
    """{shop}"""
    paper_waiting: str
    former: Mapping[FormerMedium, str]
    """How it stands with the stick of the unit that was replaced; {terminal} and {entries}."""
    # papers
    test_paper: str
    test_caption: str
    done_paper: str
    row_terminal: str
    row_former: str
    former_brought: str
    """{terminal} and {entries}"""
    row_machine: str
    row_version: str
    row_support: str
    row_time: str
    row_read: str
    row_payment: str
    well: str
    skipped: str
