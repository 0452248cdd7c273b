"""Digits that are no amount: the number of a receipt, a phone, a card or a business. Zeros in front count."""

from pos.link.state import ReceiptSeenView
from pos.tui.answers import seen_text
from pos.tui.host import Host
from pos.tui.screens.number import NumberScreen
from pos.words import Notice

IDENTIFIER_DIGITS_MAX = 19
RECEIPT_DIGITS = 6
MOMENT_DIGITS = 8


class IdentifierScreen(NumberScreen):
    """A number for a cash receipt, typed or read from a card; Enter alone is an answer too."""

    def __init__(self, host: Host, *, title: str, lines: tuple[str, ...]) -> None:
        super().__init__(host, title=title, lines=lines)
        till = host.desk.till
        self._seen_serial = till.number_seen.serial if till is not None and till.number_seen is not None else 0

    def draw(self) -> None:
        till = self.host.desk.till
        seen = till.number_seen if till is not None else None
        if seen is not None and seen.serial != self._seen_serial:
            self._seen_serial, self.typed = seen.serial, seen.digits
        super().draw()

    def shown(self) -> str:
        groups = [self.typed[at : at + 4] for at in range(0, len(self.typed), 4)]
        return " ".join(groups) or "-"

    def _type(self, digits: str) -> None:
        if len(self.typed) + len(digits) > IDENTIFIER_DIGITS_MAX:
            self.host.notify_cashier(Notice.NOTHING_HERE)
        else:
            self.typed += digits

    def _enter(self) -> None:
        self.leave(1)


class ReceiptNumberScreen(IdentifierScreen):
    """The number of a receipt; leaves with it."""

    digits_max = RECEIPT_DIGITS

    def shown(self) -> str:
        return self.typed or "-"

    def _type(self, digits: str) -> None:
        if len(self.typed) + len(digits) > self.digits_max:
            self.host.notify_cashier(Notice.NOTHING_HERE)
        else:
            self.typed += digits

    def _enter(self) -> None:
        if self.typed:
            self.leave(int(self.typed))
        else:
            self.host.notify_cashier(Notice.NOTHING_HERE)

    @property
    def receipt_number(self) -> str:
        """As receipts carry it, zeros in front."""
        return self.typed.zfill(RECEIPT_DIGITS)


class FindReceiptScreen(ReceiptNumberScreen):
    """The number of a receipt that is looked for; its code before the camera is as good."""

    def take_seen(self, seen: ReceiptSeenView) -> None:
        """A receipt stands before the camera."""
        if seen.cause:
            self.host.tell(seen_text(self.host.words, seen))
        else:
            self.typed = seen.receipt_number
            self.leave(1)


class MomentScreen(ReceiptNumberScreen):
    """A time of day, or a day of the year and a time."""

    digits_max = MOMENT_DIGITS
