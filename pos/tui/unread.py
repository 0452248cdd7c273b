"""What the cashier is offered when a code is in sight and is not read: once for each showing, until it is put aside."""

from enum import IntEnum
from typing import Final

from pos.link.state import ScannerState, ScannerView

OFFERED_AFTER_S: Final = 8


class Offer(IntEnum):
    """The numbered ways on."""

    AGAIN = 1
    REQUEST = 2
    """Show the customer's phone a request instead."""
    TENDER = 3


class UnreadOffer:
    """Follows what the scanner says of itself."""

    def __init__(self) -> None:
        self.since_s = 0.0
        """When the offer came up."""
        self._is_unread = False
        self._is_left = False

    @property
    def is_open(self) -> bool:
        return self._is_unread and not self._is_left

    def take(self, scanner: ScannerView, *, now_s: float) -> None:
        is_unread = scanner.state is ScannerState.LOCATED and scanner.unread_s >= OFFERED_AFTER_S
        if is_unread and not self._is_unread:
            self.since_s, self._is_left = now_s, False
        self._is_unread = is_unread

    def leave(self) -> None:
        """The cashier has chosen, or wants none of it; another showing brings it up again."""
        self._is_left = True
