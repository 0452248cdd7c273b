"""The bakery's other till: a core in this process with a journal, a key and a delivery of its own."""

from pathlib import Path
from typing import Final, TypeVar, cast

from pos.config import load_config
from pos.core.core import Core
from pos.demo.showing import DemoError
from pos.link.calls import AnyCall, Call, Pay, PayAnswer, ReceiptPage, Role, ShowReceipt
from pos.link.state import Outcome
from pos.sandbox.entropy import Entropy
from pos.sandbox.town import Town, deliver_trust, enrol_terminal
from pos.sync.client import LedgerClient
from pos.sync.delivery import Delivery
from pos.terminal import build_core

R = TypeVar("R")
TERMINAL: Final = "t-bakery-2"
FOLDER: Final = "second"


def enrol_second_till(town: Town, *, seed: int) -> None:
    """Give the shop a second till, and let both tills know of it."""
    home = town.directory / FOLDER
    entropy = Entropy.of_seed(f"second till {seed}")
    enrol_terminal(town, home=home, merchant=town.merchant, terminal=TERMINAL, entropy=entropy)
    for folder in (home, town.directory):
        deliver_trust(town, folder)


class SecondTill:
    """Sells, and delivers at once to the ledger at `url`."""

    def __init__(self, home: Path, url: str) -> None:
        self._core: Core = build_core(load_config(home / "terminal.toml"))
        self._url = url

    def call(self, call: Call[R]) -> R:
        """Sync's side of its core."""
        return cast("R", self._core.handle(Role.SYNC, cast("AnyCall", call)))

    def sell(self, text: str, amount_won: int) -> str:
        """Take a code and tell the ledger; the text of the receipt's code."""
        paid = self._core.handle(Role.CONTROL, Pay(text=text, amount_won=amount_won))
        if not isinstance(paid, PayAnswer) or paid.outcome is not Outcome.APPROVED or paid.receipt_number is None:
            raise DemoError(f"the second till answered {paid}")
        client = LedgerClient(self._url)
        try:
            Delivery(self, client).deliver_all()
        finally:
            client.close()
        page = self._core.handle(Role.CONTROL, ShowReceipt(receipt_number=paid.receipt_number))
        assert isinstance(page, ReceiptPage), "its receipt is stored"
        return next(row.text for row in page.rows if row.kind == "qr")

    def close(self) -> None:
        self._core.close()
