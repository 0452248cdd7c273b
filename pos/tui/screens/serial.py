"""A note's number to be typed: digits as they stand, the zeros in front too. Closes with 1, or with None for Back."""

from pos.tui.screens.number import NumberScreen
from pos.voucher.labels import SERIAL_BYTES_MAX
from pos.words import Notice


class SerialScreen(NumberScreen):
    """`typed` is the number."""

    def shown(self) -> str:
        return self.typed

    def _type(self, digits: str) -> None:
        self.typed = (self.typed + digits)[:SERIAL_BYTES_MAX]

    def _enter(self) -> None:
        if self.typed:
            self.leave(1)
        else:
            self.host.notify_cashier(Notice.NOTHING_HERE)
