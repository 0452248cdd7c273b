"""When Python looks for objects that only each other know, in a process that does nothing but take deliveries in."""

import gc
from typing import Final

_COLLECT_AFTER: Final = 10_000
"""New objects: a few megabytes."""


def collect_rarely() -> None:
    """Let Python look for rubbish seldom, and never again among what is there already.

    A delivery keeps thousands of objects until it is answered and makes hardly a cycle; looking through all of them
    every few hundred took a fourteenth of the processor's time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_COLLECT_AFTER)
