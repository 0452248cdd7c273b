"""What every way to be paid works with: the open sale, the rules, the record, the paper, the time and who is there."""

from dataclasses import dataclass

from pos.clock import Clock
from pos.core.checkout import Checkout, Clerk
from pos.core.counter import Counter
from pos.core.paper import Paper
from pos.journal.journal import Journal


@dataclass(frozen=True, slots=True, kw_only=True)
class Counterparts:
    """The parts of core beside one counter."""

    counter: Counter
    checkout: Checkout
    journal: Journal
    paper: Paper
    clock: Clock
    clerk: Clerk
