"""A ledger that asks the sandbox's provider of cash receipts over a real connection, both on one clock."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from pos.ledger.database import Database
from pos.ledger.folder import open_folder
from pos.sandbox.cash_receipt_provider import ProviderThread, SimulatedProvider
from pos.voucher.message_bodies import CashReceiptState, CashReceiptTold
from tests.support.cash_receipt_requests import request, told
from tests.support.ledger_builders import NOW_S, Desk, Till, Town

API_KEY = "sandbox-key-0001"
BUSINESS = "1234567891"


@dataclass
class Clock:
    """The time of both ends."""

    now_s: int = NOW_S


@dataclass
class Wire:
    """A till, its ledger, and a provider at the other end of a real connection."""

    desk: Desk
    till: Till
    provider: SimulatedProvider
    service: ProviderThread
    clock: Clock

    def ask(self, *, later_s: int = 0) -> None:
        self.clock.now_s += later_s
        self.desk.service.ask_for_cash_receipts(now_s=self.clock.now_s)

    def request(self, number: int) -> None:
        request(self.till, number)
        self.desk.deliver(self.till)

    @property
    def told(self) -> list[CashReceiptTold]:
        return told(self.desk)

    @property
    def states(self) -> list[CashReceiptState]:
        return [answer.state for answer in self.told]


def name_provider(town: Town, url: str) -> None:
    """Settings, key and merchant's file, as an operator writes them."""
    key_file = town.data / "provider.key"
    key_file.write_text(f"{API_KEY}\n", "ascii")
    key_file.chmod(0o600)
    settings = (town.data / "ledger.toml").read_text("utf-8")
    named = f'provider = "http"\nurl = "{url}"\nkey_file = "provider.key"\n'
    (town.data / "ledger.toml").write_text(settings.replace('provider = ""\n', named), "utf-8")
    merchants = town.folder.trust_dir / "merchants"
    merchants.mkdir()
    said = {"version": 1, "business_number": BUSINESS, "branch_number": "0002", "trade_option": "books"}
    (merchants / "m-bakery.json").write_text(json.dumps(said), "utf-8")
    town.folder = open_folder(town.data)


@contextmanager
def wired(town: Town, database: Database) -> Iterator[Wire]:
    """The town's ledger with its till `t-1`, and the provider running."""
    clock = Clock()
    provider = SimulatedProvider(clock=lambda: clock.now_s, api_key=API_KEY)
    with ProviderThread(provider) as service:
        name_provider(town, service.url)
        yield Wire(Desk(town, database), town.till("t-1"), provider, service, clock)
