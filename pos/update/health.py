"""What proves a version: core answers, and nothing stops it that did not stop the one before. Pure."""

from typing import Final

from pos.link.state import SellingStop, TillState

PROOF_S: Final = 60.0
"""How long a version may take to prove itself after its start."""


def is_healthy(till: TillState, *, stop_before: SellingStop | None) -> bool:
    """Whether this till is at least as good as the one before the change."""
    return till.stop is None or till.stop is stop_before
