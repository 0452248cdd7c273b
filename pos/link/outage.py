"""Core being away, told to the log once when it goes and once when it is back.

The processes around core try again for as long as it takes, and a log that repeats itself twice a second pushes out
what happened before. One `CoreOutage` serves all links of a process, whichever threads they are in. A fault that core
answers is no outage: core tells its own log of each, so here the same one is said once for each link.
"""

import logging
from threading import Lock

from pos.errors import LinkError
from pos.link.client import CoreFaultError


class CoreOutage:
    """What the log has been told of core so far; `link` names one connection of the process."""

    def __init__(self, log: logging.Logger) -> None:
        self._log = log
        self._lock = Lock()
        self._away: set[str] = set()
        self._faults: dict[str, str] = {}

    def failed(self, link: str, error: LinkError) -> None:
        """The link broke, could not be made, or brought a fault."""
        with self._lock:
            if isinstance(error, CoreFaultError):
                self._fault(link, str(error))
                return
            if not self._away:
                self._log.info("core is away: %s: %s", link, error)
            self._away.add(link)
            self._faults.clear()

    def answered(self, link: str) -> None:
        """Core took a call on a new link; it is back when no link misses it any more."""
        with self._lock:
            if link in self._away:
                self._away.remove(link)
                if not self._away:
                    self._log.info("core is back")

    def _fault(self, link: str, text: str) -> None:
        if self._faults.get(link) != text:
            self._faults[link] = text
            self._log.warning("%s: core answered with a fault: %s", link, text)
