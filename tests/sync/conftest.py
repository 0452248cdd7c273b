"""A till that sells, its ledger in this process, and whatever lies between them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar, cast

import msgspec
import pytest

from pos import cbor
from pos.config import load_config
from pos.core.core import Core
from pos.ledger.serve import LedgerThread
from pos.link.calls import AnyCall, Call, NextBatch, Pay, PayAnswer, Role, SignCall, SummariseSync
from pos.link.state import Outcome
from pos.sandbox.cheats import payment_text
from pos.sandbox.entropy import Entropy
from pos.sandbox.people import Mint, Promise
from pos.sandbox.town import HOME_TERMINAL, Town
from pos.sync.client import LedgerClient
from pos.sync.delivery import Delivered, Delivery
from pos.terminal import build_core
from pos.voucher.calls import call_hash
from tests.support.core_builders import make_town, move_in

R = TypeVar("R")


@dataclass(slots=True)
class Till:
    """The bakery's core in this process, and sync's side of the conversation."""

    town: Town
    core: Core
    mint: Mint
    entries_max: int = 256
    """Of one batch."""
    sold: list[str] = field(default_factory=list)

    def call(self, call: Call[R]) -> R:
        """Sync's link to core."""
        asked = cast("AnyCall", call)
        if isinstance(asked, NextBatch):
            asked = msgspec.structs.replace(asked, entries_max=self.entries_max)
        return cast("R", self.core.handle(Role.SYNC, asked))

    def sell(self, count: int = 1, amount_won: int = 1_000) -> None:
        for _ in range(count):
            signed = self.mint.hand(Promise(), now_s=int(time.time())).sign(
                amount_won=amount_won, issued_s=int(time.time())
            )
            text = payment_text(signed)
            answer = self.core.handle(Role.CONTROL, Pay(text=text, amount_won=amount_won))
            assert isinstance(answer, PayAnswer)
            assert answer.outcome is Outcome.APPROVED, answer
            self.sold.append(text)

    def deliver(self, url: str) -> Delivered:
        """One `deliver_all`, with a client of its own."""
        client = LedgerClient(url)
        try:
            return Delivery(self, client).deliver_all()
        finally:
            client.close()

    @property
    def waiting(self) -> int:
        return self.call(SummariseSync()).waiting

    def entries(self) -> list[bytes]:
        stored = [self.core.journal.entry(number + 1) for number in range(self.core.journal.head.sequence)]
        return [entry.raw for entry in stored if entry is not None]

    def held_by(self, url: str) -> list[bytes]:
        """Every entry that the ledger at `url` gives back, page after page."""
        held: list[bytes] = []
        client = LedgerClient(url)
        try:
            while page := self._page(client, len(held)):
                held += page
        finally:
            client.close()
        return held

    def _page(self, client: LedgerClient, after: int) -> list[bytes]:
        path = f"/v1/terminals/{HOME_TERMINAL}/journal?after={after}"
        token = self.call(SignCall(request_hash=call_hash("GET", path, b"")))
        answer = client.call("GET", path, body=b"", authorization=token.authorization)
        assert answer.status == 200, answer
        entries = cbor.decode(answer.body)
        assert isinstance(entries, list)
        return [entry for entry in entries if isinstance(entry, bytes)]


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A town that nobody has sold in; copy it, do not touch it."""
    return make_town(tmp_path_factory.mktemp("template") / "town").directory


@pytest.fixture
def till(template: Path, tmp_path: Path) -> Iterator[Till]:
    town = move_in(template, tmp_path / "town")
    core = build_core(load_config(town.terminal_toml))
    yield Till(town=town, core=core, mint=Mint(town, Entropy.of_seed("customers")))
    core.close()


@pytest.fixture
def ledger(till: Till) -> Iterator[LedgerThread]:
    with LedgerThread(till.town.ledger_dir) as running:
        yield running


@pytest.fixture
def start_ledger(till: Till) -> Callable[[], LedgerThread]:
    """Start the ledger of the till's town; whoever starts it stops it."""
    return lambda: LedgerThread(till.town.ledger_dir)
