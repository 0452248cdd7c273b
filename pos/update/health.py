"""What proves a version. Pure.

Core answers, nothing stops it that did not stop the version before, every service has said that it is ready, and the
version itself finds nothing red about data, key and certificate that was not red before. A version whose core dies
again and again is given up at once: the shop waits for it.
"""

from typing import Final

from pos.link.state import SellingStop, TillState

PROOF_S: Final = 60.0
"""How long a version may take to prove itself after its start."""
DEATHS_MAX: Final = 2
"""How often its core may die in that time."""


def is_healthy(till: TillState, *, stop_before: SellingStop | None) -> bool:
    """Whether this till is at least as good as the one before the change."""
    return till.stop is None or till.stop is stop_before
