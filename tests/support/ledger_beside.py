"""The real ledger beside a shop in this process, on the shop's clock and without a network between them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

from pos.ledger.batch import join_batch
from pos.ledger.calls import Caller, open_call
from pos.ledger.database import open_database
from pos.ledger.folder import open_folder
from pos.ledger.service import LedgerService
from pos.link.calls import NextBatch, ReadPosition, SignCall, TakeAcknowledgement, TakeMessages
from pos.sync.conversation import byte_strings
from tests.support.core_builders import Shop

R = TypeVar("R")
ROUNDS_MAX = 20


@dataclass
class LedgerBeside:
    """Takes a shop's entries, tends its own affairs, and gives its messages back."""

    shop: Shop
    service: LedgerService

    def deliver(self) -> None:
        """Everything that waits goes there, and every message comes here."""
        for _ in range(ROUNDS_MAX):
            batch = self.shop.sync(NextBatch())
            caller, nonce = self._caller()
            delivered = self.service.deliver(caller, join_batch(batch.entries), now_s=self._now_s)
            assert delivered.broken is None, delivered
            self.shop.sync(TakeAcknowledgement(raw=delivered.acknowledgement, nonce=nonce))
            self._tend()
            if self._bring() == 0 and self.shop.till.unsent_count == 0:
                return
        raise AssertionError("the till and the ledger do not come to an end")

    @property
    def _now_s(self) -> int:
        return self.shop.clock.wall

    def _tend(self) -> None:
        """What the service does by itself now and then."""
        for work in (
            self.service.grow_log,
            self.service.look_at_refunds,
            self.service.tell_news,
            self.service.ask_for_cash_receipts,
        ):
            work(now_s=self._now_s)

    def _bring(self) -> int:
        position = self.shop.sync(ReadPosition())
        caller, _ = self._caller()
        self.service.enter(caller, now_s=self._now_s)
        messages = byte_strings(join_batch(self.service.messages_after(caller, position.after)), what="messages")
        return self.shop.sync(TakeMessages(messages=messages)).taken if messages else 0

    def _caller(self) -> tuple[Caller, bytes]:
        token = self.shop.sync(SignCall(request_hash=bytes(32)))
        caller = open_call(
            token.authorization,
            terminal=self.shop.config.terminal.id,
            ledger=self.service.ledger,
            now_s=self._now_s,
            find=self.service.find,
        )
        return caller, token.nonce


@contextmanager
def ledger_beside(shop: Shop) -> Iterator[LedgerBeside]:
    """The ledger of the shop's town."""
    folder = open_folder(shop.town.ledger_dir)
    database = open_database(folder.database_url, ledger=folder.ledger)
    try:
        yield LedgerBeside(shop=shop, service=LedgerService(folder, database, now_s=shop.clock.wall))
    finally:
        database.close()
