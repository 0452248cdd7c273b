"""Whether the ledger can be reached, as the sync process says, and for how long that may be believed.

A report is believed for `FRESH_S`: a sync process that hangs or is gone says nothing, and silence is not a network.
"""

from dataclasses import dataclass
from typing import Final

import msgspec

from pos.clock import Clock
from pos.link.calls import ReportNetwork
from pos.link.state import NetworkView
from pos.text import safe_text

FRESH_S: Final = 420.0
"""A little longer than the sync process stays silent while nothing is to be delivered."""


@dataclass(slots=True)
class Network:
    """What is known of the network."""

    clock: Clock
    _view: NetworkView | None = None
    _heard_s: float = 0.0

    def said(self, report: ReportNetwork) -> None:
        """The sync process reports."""
        self._heard_s = self.clock.monotonic_s()
        self._become(report.online)
        assert self._view is not None, "it has just become something"
        reason = "" if report.online else report.reason
        self._view = msgspec.structs.replace(self._view, reason=reason, cause=safe_text(report.cause))

    def view(self) -> NetworkView:
        """How it stands now, and since when."""
        if self._view is not None and self._view.online and self.clock.monotonic_s() - self._heard_s > FRESH_S:
            self._become(False)
        return self._view or NetworkView(online=False, since_s=0)

    @property
    def is_online(self) -> bool:
        return self.view().online

    def _become(self, online: bool) -> None:
        if self._view is None or self._view.online != online:
            self._view = NetworkView(online=online, since_s=self.clock.read().time_s)
