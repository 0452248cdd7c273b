"""Words about the support number and what a technician takes away."""

from collections.abc import Mapping
from dataclasses import dataclass

from pos.link.examination import BundleState


@dataclass(frozen=True, slots=True, kw_only=True)
class SupportLabels:
    """What a language says on the support page."""

    menu: str
    title: str
    """{number}, in two groups of four."""
    print_slip: str
    print_detail: str
    """{moment} of the last look at the board."""
    never_examined: str
    bundle: str
    bundle_states: Mapping[BundleState, str]
    queue_age: str
    """What the oldest thing that waits for the ledger is called in an explanation."""
    fine: str
    """Where nothing is red."""
